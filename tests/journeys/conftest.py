"""A real browser against a real server over a small university made by operations.

Chromium: ``$CHROMIUM``, else a system one, else playwright's own. Where CI=true a missing one fails.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingestion import accounts, bulk, codes, units
from ingestion.accounts import Grant
from ingestion.store import setup
from ingestion.store.engine import Store, open_store
from tests.conftest import missing

ROOT = Path(__file__).parents[2]
PASSWORD = "Hanshui-9-qiao"
# a script of the page the journey has just left; the small bars of a number, which Streamlit draws before their data come
HARMLESS = re.compile(r"SyntaxError: Unexpected end of input|WARN Infinite extent for field")
# Every window of a new Chromium draws its address box as a page of its own: 0.44 s of CPU a journey. A second switch
# of this name replaces the first, so what Playwright switches off stands here too.
SWITCHED_OFF = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch",
)  # fmt: skip
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    f"--disable-features={','.join(SWITCHED_OFF)}",
]  # fmt: skip


@dataclass
class World:
    """The running app and the store behind it. ``people``: staff number → person record id."""

    address: str
    store: Store
    people: dict[str, int]
    colleges: dict[str, int]
    log: Path
    errors: list[str] = field(default_factory=list)


def chromium() -> str | None:
    """The browser to drive; None = playwright's own."""
    for candidate in (os.environ.get("CHROMIUM"), shutil.which("chromium"), shutil.which("chromium-browser"), shutil.which("google-chrome")):
        if candidate and Path(candidate).exists():
            return candidate
    return None


@pytest.fixture(scope="package")  # its event loop would stand in the way of later tests of the same worker
def browser():
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        except Error:
            missing("no Chromium to drive the journeys")
        yield running
        running.close()


def _account(uow, code, username, name, *grants, **more):
    return accounts.create_account(uow, None, code, username, name, grants=grants, password=PASSWORD, must_change=False, **more)


def build(store: Store) -> tuple[dict[str, int], dict[str, int]]:
    """The tables and ``populate``."""
    setup.create(store)
    return populate(store)


def populate(store: Store) -> tuple[dict[str, int], dict[str, int]]:
    """江城大学 with two colleges and four people (two of one name), and 楚天学院 with a namesake."""
    with store.begin("*") as uow:
        codes.load_built_in(uow)
        accounts.create_university(uow, None, "420000", "省教育厅", kind="province")
        for code, name in (("99001", "江城大学"), ("99002", "楚天学院")):
            accounts.create_university(uow, None, code, name)
            _account(uow, code, "o1" if code == "99001" else "o2", "周敏" if code == "99001" else "吴芳", Grant("office_admin"))
        _account(uow, "420000", "p1", "何平", Grant("province_staff"))
    colleges: dict[str, int] = {}
    people: dict[str, int] = {}
    with store.begin("99001") as uow:
        office = accounts.principal_for(uow, "99001", "o1")
        for code, name in (("C1", "计算机学院"), ("C2", "文学院")):
            made = units.create(uow, office, code, name)
            colleges[code] = made if isinstance(made, int) else made.id
        staff = [("00123", "张伟", "C1"), ("00124", "李娜", "C1"), ("00456", "张伟", "C2")]
        ids = bulk.load(
            uow, office, "person",
            [bulk.BulkItem({"staff_no": no, "name": name, "joined_on": "2015-09-01", "college_id": colleges[college]}, college_id=colleges[college]) for no, name, college in staff],
        )  # fmt: skip
        people = {no: i for (no, _n, _c), i in zip(staff, ids, strict=True)}
        _account(uow, "99001", "r1", "张伟", Grant("researcher"), person_id=people["00123"])
        _account(uow, "99001", "r2", "李娜", Grant("researcher"), person_id=people["00124"])
        _account(uow, "99001", "s11", "刘敏", Grant("college_admin", colleges["C1"]))
    return people, colleges


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(store: Store, people: dict[str, int], colleges: dict[str, int], folder: Path, **settings: str) -> Iterator[World]:
    """The app over this store, in a process of its own that ends with the block."""
    port = _free_port()
    log = folder / "server.log"
    environment = {k: v for k, v in os.environ.items() if k != "YANSHU_DATABASE_URL"} | {"PYTHONPATH": str(ROOT)} | settings
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--factory", "dashboards.app:create_app", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"],
            cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, server, log)
        yield World(address, store, people, colleges, log)
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("home")
    before = os.environ.get("YANSHU_HOME")
    os.environ["YANSHU_HOME"] = str(home)  # secrets of the seeded people are encrypted with this home's key
    store = open_store(f"sqlite:///{home / 'yanshu.sqlite'}")
    people, colleges = build(store)
    try:
        with serving(store, people, colleges, home) as running:
            yield running
    finally:
        store.dispose()
        if before is None:
            os.environ.pop("YANSHU_HOME", None)
        else:
            os.environ["YANSHU_HOME"] = before


@pytest.fixture
def postgres_world(postgres_store: Store, tmp_path: Path) -> Iterator[World]:
    """The same people on PostgreSQL; the app is the role that row security holds."""
    people, colleges = populate(postgres_store)
    url = postgres_store.engine.url.render_as_string(hide_password=False)
    with serving(postgres_store, people, colleges, tmp_path, YANSHU_DATABASE_URL=url) as running:
        yield running


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        if server.poll() is not None:
            pytest.fail(f"the server ended: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{address}/login", timeout=2):
                return
        except OSError:
            time.sleep(0.25)
    pytest.fail("the server did not answer")


def entering(browser, world: World) -> Iterator[Callable[..., object]]:
    """``enter("r1")`` gives a page of that person; every page is watched for script errors."""
    contexts = []

    def enter(username: str, code: str = "99001", width: int = 1280, height: int = 900):
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: world.errors.append(str(error)))
        page.on("console", lambda said: said.type in ("error", "warning") and not HARMLESS.search(said.text) and world.errors.append(f"console: {said.text}"))
        page.on("dialog", lambda dialog: world.errors.append(f"a browser dialog: {dialog.message}") or dialog.dismiss())
        answer = page.request.post(
            f"{world.address}/auth/login", form={"university": code, "username": username, "password": PASSWORD, "tab": "person"},
            headers={"origin": world.address}, max_redirects=0,
        )  # fmt: skip
        assert answer.status == 303
        return page

    yield enter
    for context in contexts:
        context.close()
    assert not world.errors
    log = world.log.read_text()
    assert "page error" not in log and "Session State" not in log


@pytest.fixture
def log_in(browser, world: World) -> Iterator[Callable[..., object]]:
    yield from entering(browser, world)


@pytest.fixture
def postgres_log_in(browser, postgres_world: World) -> Iterator[Callable[..., object]]:
    yield from entering(browser, postgres_world)
