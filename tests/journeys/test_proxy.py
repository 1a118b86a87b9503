"""The shipped proxy, run for real on loopback: https only, secure cookies, the page's websocket through it."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from ingestion.accounts import COOKIE
from tests.journeys.conftest import PASSWORD, ROOT, World, _free_port
from tests.journeys.steps import settle

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def proxy(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """deploy/proxy/nginx.conf with this test's ports and certificate; gives its http and https port."""
    nginx, openssl = shutil.which("nginx") or shutil.which("/usr/sbin/nginx"), shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("nginx and openssl are not installed")
    folder = tmp_path_factory.mktemp("proxy")
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "private.key", "-out", "fullchain.pem", "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    http, https = _free_port(), _free_port()
    text = (ROOT / "deploy" / "proxy" / "nginx.conf").read_text(encoding="utf-8")
    for found, wanted in (
        ("listen 80;", f"listen 127.0.0.1:{http};"), ("listen 443 ssl http2;", f"listen 127.0.0.1:{https} ssl http2;"),
        ("server 127.0.0.1:8501;", f"server {world.address.removeprefix('http://')};"), ("server_name yanshu.example.edu;", "server_name 127.0.0.1;"),
        ("/etc/ssl/yanshu/", f"{folder}/"), ("/var/log/nginx/yanshu.log", f"{folder}/access.log"), ("https://$host$request_uri", f"https://$host:{https}$request_uri"),
    ):  # fmt: skip
        assert found in text, found
        text = text.replace(found, wanted)
    own = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(f"daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; events {{}}\nhttp {{ {own}\n{text}\n}}\n")
    running = subprocess.Popen([nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            if running.poll() is not None:
                pytest.fail((folder / "error.log").read_text())
            try:
                urllib.request.urlopen(f"https://127.0.0.1:{https}/healthz", timeout=2, context=ssl._create_unverified_context()).close()
                break
            except OSError:
                time.sleep(0.1)
        yield http, https
    finally:
        running.terminate()
        running.wait(timeout=10)
    log = (folder / "access.log").read_text()
    assert "/activate/-" in log and "secret-part" not in log, "a link's secret part reached the log"


@pytest.mark.ac("AC-019", "AC-020")
def test_the_shipped_proxy_serves_https_only_and_carries_the_app(world: World, proxy: tuple[int, int], browser) -> None:
    http, https = proxy
    address = f"https://127.0.0.1:{https}"
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", ignore_https_errors=True)
    page = context.new_page()
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.on("pageerror", lambda error: world.errors.append(str(error)))

    moved = context.request.get(f"http://127.0.0.1:{http}/paper?q=1", max_redirects=0)
    assert (moved.status, moved.headers["location"]) == (308, f"{address}/paper?q=1")
    page.goto(f"http://127.0.0.1:{http}/paper?state=30")
    assert page.url.startswith(f"{address}/login?next=")
    page.get_by_role("combobox").fill("99001")
    page.keyboard.press("Enter")
    page.get_by_label("账号（工号）").fill("o1")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".st-key-asof")
    settle(page)
    assert page.url.startswith(f"{address}/paper") and "state=30" in page.url
    [cookie] = [c for c in context.cookies() if c["name"] == COOKIE]
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    assert sockets and all(url.startswith(f"wss://127.0.0.1:{https}/") for url in sockets)

    page.get_by_role("button", name=re.compile("新增论文")).first.click()  # a click travels the websocket and back
    page.wait_for_selector(".st-key-step")
    settle(page)
    page.reload()
    page.wait_for_selector(".st-key-step")
    expect(page.get_by_role("button", name="提交", exact=True)).to_be_visible()
    strict = page.request.get(f"{address}/login").headers
    assert "max-age" in strict["strict-transport-security"]
    assert context.request.post(f"{address}/auth/login", form={}, headers={"origin": "https://elsewhere.example"}).status == 403
    page.goto(f"{address}/activate/secret-part-0123456789")
    context.close()
