"""The web edge: who gets past the gate, which files and headers leave."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from dashboards import http
from dashboards.http import edge, shell
from dashboards.http.files import disposition
from ingestion import accounts, attachments
from ingestion.store import platform as p
from ingestion.store.engine import ALL, utc_now
from tests.dashboards.http.client import Client
from tests.dashboards.http.gate import behind, client, form, logged_in
from tests.ingestion.access import (
    Province,
    World,
    cheap_argon,
    province,
    province_on_postgres,
    province_on_sqlite,
    world,
)

__all__ = ["cheap_argon", "client", "province", "province_on_postgres", "province_on_sqlite", "world"]

# --- without a session --------------------------------------------------------------------------------


@pytest.mark.ac("AC-022")
@pytest.mark.parametrize("path", ["/", "/papers", "/papers?q=%E6%B1%9F&page=2", "/a/b/c"])
def test_a_page_asked_for_without_a_session_goes_to_the_login_and_comes_back(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status == 303 and answer.header("location").startswith("/login")
    page = client.get(answer.header("location"))
    target = re.search(r'name="next" value="([^"]*)"', page.text)
    assert target is not None
    back = client.post("/auth/login", form(next=target[1].replace("&amp;", "&")))
    assert (back.status, back.header("location")) == (303, path)


@pytest.mark.ac("AC-022", "AC-065")
@pytest.mark.parametrize(
    "path",
    [
        "/media/0123.pdf", "/files/1", "/exports/1", "/_stcore/upload_file/s/f", "/_stcore/host-config", "/component/x/y.js",
        "/_stcore/bidi-components/x", "/_stcore/message", "/media/../login", "/login/x", "//login", "/LOGIN",
    ],
)  # fmt: skip
def test_whatever_a_page_would_fetch_is_refused(client: Client, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = client.fetch(path, method, {"origin": "http://127.0.0.1:8501"})
        assert answer.status in (401, 403, 404, 405) and "inside" not in answer.text


@pytest.mark.parametrize(
    "path", ["/_stcore/agent/interact", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp", "/_stcore/metrics", "/oauth2callback"]
)
def test_interfaces_nobody_here_uses_are_closed_to_everybody(client: Client, path: str) -> None:
    assert client.fetch(path).status == 404
    logged_in(client)
    for method in ("GET", "POST"):
        assert client.fetch(path, method, {"origin": "http://127.0.0.1:8501"}).status == 404


def test_public_pages_answer(client: Client) -> None:
    for path in ("/login", "/notices", "/healthz", "/ui/login.css", "/ui/login.js", "/static/js/x.js", "/_stcore/health"):
        assert client.get(path).status == 200
    assert client.get("/notices/999").status == 404 and client.get("/ui/../app.py").status in (400, 404)


def test_every_address_of_streamlit_is_behind_the_gate(province: Province) -> None:
    """Asks the installed Streamlit for all its routes: a new one of a later version is refused, or fails here."""
    from types import SimpleNamespace

    from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

    nothing: Any = SimpleNamespace(
        media_file_mgr=SimpleNamespace(_storage=None), uploaded_file_mgr=None, component_registry=None,
        bidi_component_registry=None, stats_mgr=None,
    )  # fmt: skip
    routes = create_streamlit_routes(nothing)
    client = Client(Starlette(routes=[*http.routes(province.store), *routes], middleware=http.middleware(province.store)))
    seen = 0
    for route in routes:
        path = re.sub(r"\{[^}]*\}", "x", getattr(route, "path", ""))
        if isinstance(route, WebSocketRoute):
            assert client.websocket(path) == "refused"
        elif path in ("/_stcore/health",) or not path:
            continue
        else:
            answer = client.fetch(path)
            assert answer.status in (303, 401, 404) or path.startswith("/auth/"), path
            if path.startswith("/auth/"):
                assert (answer.status, answer.header("location")) == (303, "/login"), path
        seen += 1
    assert seen > 10


# --- websocket ----------------------------------------------------------------------------------------


def test_the_websocket_needs_a_session_and_our_own_origin(client: Client) -> None:
    assert client.websocket() == "refused"
    logged_in(client)
    assert client.websocket() == "accepted"
    for origin in ("http://evil.example", "null", "http://127.0.0.1:9999", None, "http://127.0.0.1:8501.evil.example"):
        assert client.websocket(origin=origin) == "refused"
    client.post("/auth/logout", {})
    assert client.websocket() == "refused"


def test_a_disabled_account_is_refused_at_its_next_request(client: Client, province: Province) -> None:
    logged_in(client)
    assert client.fetch("/media/x").text == "inside GET"
    o1 = province.login("o1").principal
    with province.store.begin("99001") as uow:
        accounts.set_enabled(uow, o1, province.accounts["r1"], False)
    assert client.fetch("/media/x").status == 401 and client.websocket() == "refused"
    assert client.get("/").header("location") == "/login"


def test_an_idle_session_keeps_its_open_page_and_opens_no_new_one(client: Client, province: Province) -> None:
    logged_in(client)
    with province.store.begin(ALL) as uow:
        uow.conn.execute(update(p.session).values(seen_at=utc_now() - timedelta(minutes=31)))
    assert client.websocket() == "accepted"  # where the page itself asks for the password
    assert client.get("/").status == 303 and client.fetch("/media/x").status == 401
    with province.store.begin(ALL) as uow:
        uow.conn.execute(update(p.session).values(expires_at=utc_now()))
    assert client.websocket() == "refused"


# --- files --------------------------------------------------------------------------------------------


@pytest.mark.ac("AC-064", "AC-065", "AC-033")
def test_a_file_comes_as_a_download_to_whom_its_record_is_visible(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path / "home"))
    name, body = "论文首页（最终）①.pdf", b"%PDF-1.7\n" + b"x" * 3_000_000
    r1 = next(w for w in world.principals() if w.username == "00123")
    with world.store.begin(ALL) as uow:
        record_id = world.record(uow, "99001", "paper", "00", "r1", owner="r1", college="C1")
    number = attachments.add(world.store, r1, record_id, "other", name, body)
    app = behind(world.province)
    mine = logged_in(Client(app)).get(f"/files/{number}")
    assert mine.status == 200 and mine.body == body
    assert mine.header("content-type") == "application/pdf" and mine.header("x-content-type-options") == "nosniff"
    assert mine.header("content-disposition").startswith("attachment;") and mine.header("cache-control") == "no-store"
    assert "filename*=UTF-8''%E8%AE%BA%E6%96%87%E9%A6%96%E9%A1%B5" in mine.header("content-disposition")
    answers = []
    for who in ({"username": "00124"}, {"university": "99002"}, {"username": "a1"}, {"username": "s11"}):
        other = logged_in(Client(app), **who)
        answers += [other.get(f"/files/{number}"), other.get("/files/999999")]
    answers.append(logged_in(Client(app)).get(f"/files/{2**63}"))
    assert {a.status for a in answers} == {404} and len({re.sub("/files/[0-9]+", "", a.text) for a in answers}) == 1
    nobody = Client(app)
    assert nobody.get(f"/files/{number}").status == 401 and "无权限" in nobody.get(f"/files/{number}").text
    with world.store.read(ALL) as uow:
        refusals = uow.conn.execute(select(func.count()).select_from(p.audit_row).where(p.audit_row.c.action == "refused")).scalar_one()
    assert refusals == len(answers)


@pytest.mark.parametrize("name", ['a"b.pdf', "a;b.pdf", "a\\b.pdf", "é.pdf", "𠮷.pdf", "a%20b.pdf", " .pdf"])
def test_file_names_cannot_break_their_header(name: str) -> None:
    header = disposition(name)
    assert re.fullmatch(r"attachment; filename=\"[A-Za-z0-9._ -]+\"; filename\*=UTF-8''[A-Za-z0-9%._~-]+", header)


# --- headers, errors, the shell -----------------------------------------------------------------------


def test_every_answer_is_hardened(client: Client) -> None:
    logged_in(client)
    for path in ("/login", "/", "/media/x", "/static/js/x.js", "/nothing", "/files/1", "/healthz", "/auth/password"):
        answer = client.get(path)
        policy = answer.header("content-security-policy")
        assert answer.header("x-content-type-options") == "nosniff" and answer.header("x-frame-options") == "DENY"
        assert ("object-src 'none'" in policy and "base-uri 'none'" in policy) or "default-src 'none'" in policy
        assert answer.header("access-control-allow-origin") == ""
        if not path.startswith("/static/"):
            assert answer.header("cache-control") == "no-store", path
    assert "'unsafe-inline'" not in re.search(r"script-src[^;]*", client.get("/").header("content-security-policy"))[0]  # type: ignore[index]


def test_an_error_shows_a_number_and_nothing_else(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    logged_in(client)
    answer = client.get("/broken")
    assert answer.status == 500 and "这一步没有成功" in answer.text
    assert "SELECT" not in answer.text and "Traceback" not in answer.text and "/internal" not in answer.text
    number = re.search(r"编号 (\w{8})", answer.text)
    assert number is not None and number[1] in caplog.text


def test_health_says_down_without_a_reason(client: Client, province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").text == '{"status":"ok"}'

    def fail(_scope: str) -> None:
        raise RuntimeError("password=…")

    monkeypatch.setattr(province.store, "read", fail)
    answer = client.get("/healthz")
    assert answer.status == 503 and answer.text == '{"status":"down"}'


@pytest.mark.ac("AC-251")
def test_streamlits_page_becomes_ours_before_it_is_seen(client: Client) -> None:
    logged_in(client)
    text = client.get("/", {"accept-encoding": "gzip"}).text
    assert '<html lang="zh-CN"' in text and "<title>研数</title>" in text and "Streamlit" not in text
    assert '<link rel="stylesheet" href="/ui/app.css">' in text and '<script src="/ui/shell.js"></script>' in text
    assert "<script>" not in text and 'src="/static/js/index.js"' in text


def test_the_installed_streamlits_page_can_be_rewritten() -> None:
    import streamlit

    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    for language, tag in (("zh", "zh-CN"), ("en", "en")):
        text = shell.rewrite(page, language)
        assert f'<html lang="{tag}"' in text and "<title>Streamlit" not in text
        assert "noscript" in text and "_stcore/agent" not in text and "<script>" not in text and '"./static' not in text
    with pytest.raises(ValueError, match="no single"):
        shell.rewrite("<html></html>", "zh")


def test_scripts_are_compressed_once_and_kept(client: Client) -> None:
    first = client.get("/static/js/x.js", {"accept-encoding": "gzip"})
    again = client.get("/static/js/x.js", {"accept-encoding": "gzip"})
    assert first.header("content-encoding") == "gzip" and gzip.decompress(first.body) == b"js " * 2000
    assert again.body == first.body and again.header("vary") == "Accept-Encoding"
    assert client.get("/static/js/x.js").header("content-encoding") == ""


@pytest.mark.parametrize(
    ("target", "safe"),
    [("/papers?q=1", "/papers?q=1"), ("//x", "/"), ("/\\x", "/"), (None, "/"), ("http://x", "/"), ("/" + "x" * 3000, "/"), ("/_stcore/x", "/")],
)
def test_ways_back_are_paths_of_ours(target: str | None, safe: str) -> None:
    assert edge.safe_next(target) == safe
