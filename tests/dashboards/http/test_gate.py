"""The web edge: who gets past the gate, what the login page says, which headers leave."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from dashboards import http
from dashboards.http import edge, shell
from dashboards.http.files import disposition
from ingestion import accounts, attachments, notices
from ingestion.accounts import COOKIE, Grant
from ingestion.store import platform as p
from ingestion.store.engine import ALL, today, utc_now
from tests.dashboards.http.client import Client
from tests.ingestion.access import (
    PASSWORD,
    Province,
    World,
    cheap_argon,
    province,
    province_on_postgres,
    province_on_sqlite,
    world,
)

__all__ = ["cheap_argon", "province", "province_on_postgres", "province_on_sqlite", "world"]

WRONG = "单位、账号或密码不正确"


def behind(province: Province) -> Starlette:
    """What stands behind the gate, saying how far a request came."""
    index = Path(shell.__file__).parents[2]  # any folder: only the page's text matters here
    assert index.exists()

    async def page(_request: Request) -> Response:
        return HTMLResponse(SHELL)

    async def inner(request: Request) -> Response:
        headers = {"access-control-allow-origin": "*"} if request.url.path.startswith("/media/") else {}
        return PlainTextResponse(f"inside {request.method}", headers=headers)

    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    async def broken(_request: Request) -> Response:
        raise RuntimeError("SELECT secret FROM /internal/path")

    methods = ["GET", "POST", "PUT", "DELETE"]
    return Starlette(
        routes=[
            *http.routes(province.store),
            *(Route(path, inner, methods=methods) for path in ("/media/{x:path}", "/component/{x:path}", "/_stcore/{x:path}")),
            Route("/static/{x:path}", lambda _r: PlainTextResponse("js " * 2000, media_type="text/javascript")),
            Route("/broken", broken),
            WebSocketRoute("/_stcore/stream", stream),
            Route("/{x:path}", page),
        ],
        middleware=http.middleware(province.store),
    )


SHELL = (
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<link rel="shortcut icon" href="./favicon.png" />\n<title>Streamlit</title>\n'
    "<script>\n window.prerenderReady = false\n</script>\n"
    '<script type="module" crossorigin src="./static/js/index.js"></script>\n</head><body><noscript>English</noscript>'
    '<div id="root"></div></body></html>'
)


@pytest.fixture
def client(province: Province) -> Client:
    return Client(behind(province))


def form(**more: str) -> dict[str, str]:
    return {"university": "99001", "username": "00123", "password": PASSWORD, "tab": "person", "next": "/", **more}


def logged_in(client: Client, **more: str) -> Client:
    assert client.post("/auth/login", form(**more)).status == 303
    return client


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


# --- logging in ---------------------------------------------------------------------------------------


@pytest.mark.ac("AC-009")
def test_the_login_page_has_two_tabs_and_its_fields(client: Client) -> None:
    text = client.get("/login").text
    assert 'lang="zh-CN"' in text and "<title>登录 · 研数</title>" in text
    tabs = re.findall(r'id="tab-(\w+)" value="\w+"( checked)?>', text)
    assert tabs == [("person", " checked"), ("expert", "")]
    assert text.index("人员密码登录") < text.index("专家密码登录")
    for part in ('role="combobox"', 'aria-expanded="false"', 'role="listbox"', 'name="username"', 'type="password"', ">登录</button>"):
        assert part in text


@pytest.mark.ac("AC-010")
def test_the_university_box_holds_name_code_pinyin_and_initials(client: Client) -> None:
    block = re.search(r'id="universities">(.*?)</script>', client.get("/login").text, re.S)
    assert block is not None
    listed = {item["c"]: item for item in json.loads(block[1])}
    assert listed["99001"]["n"] == "江城大学" and listed["99001"]["w"] == "jiangchengdaxue jcdx"
    assert list(listed) == ["99001", "99002", "99003", "42000"]  # the province office last


@pytest.mark.ac("AC-010")
def test_without_the_script_a_typed_name_or_code_is_enough(client: Client) -> None:
    for text in ("江城大学", "99001", " 江城大学 "):
        client.cookies.clear()
        assert client.post("/auth/login", form(university="", university_text=text)).status == 303
    client.cookies.clear()
    answer = client.post("/auth/login", form(university="", university_text="江城"))
    assert answer.status == 422 and "没有“江城”" in answer.text


@pytest.mark.ac("AC-011")
def test_empty_fields_are_marked_each_and_no_account_is_looked_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "login", lambda *a, **k: pytest.fail("the account store was asked"))
    answer = client.post("/auth/login", {"university": "", "username": " ", "password": ""})
    assert answer.status == 422
    for text in ("请选择所在高校", "请输入账号", "请输入密码"):
        assert answer.messages().count(text) == 1
    assert answer.text.count('aria-invalid="true"') == 3
    answer = client.post("/auth/login", form(password=""))
    assert "请输入密码" in answer.messages() and "请输入账号" not in answer.text.replace('"need_username":"请输入账号"', "")
    assert 'value="00123"' in answer.text  # what was typed stays


@pytest.mark.ac("AC-012")
def test_wrong_logins_read_alike_and_keep_what_was_typed_but_the_password(client: Client) -> None:
    bodies = set()
    for fields in (form(password="x"), form(username="nobody"), form(university="99002", username="s11")):
        answer = client.post("/auth/login", fields)
        assert answer.status == 401 and WRONG in answer.messages() and PASSWORD not in answer.text
        bodies.add(re.sub(r'value="[^"]*"', "", answer.text))
    assert len(bodies) == 1


@pytest.mark.ac("AC-019")
def test_the_cookie_is_http_only_same_site_and_secure_over_https(province: Province) -> None:
    plain = Client(behind(province)).post("/auth/login", form()).cookies()[COOKIE]
    assert plain["httponly"] and plain["samesite"] == "lax" and not plain["secure"] and plain["path"] == "/"
    proxied = Client(behind(province), host="yanshu.example", scheme="http")
    answer = proxied.post("/auth/login", form(), {"x-forwarded-proto": "https", "origin": "https://yanshu.example"})
    assert answer.status == 303 and answer.cookies()[COOKIE]["secure"]
    assert answer.header("strict-transport-security").startswith("max-age=31536000")


@pytest.mark.ac("AC-019")
def test_plain_http_is_for_this_machine_only(province: Province) -> None:
    far = Client(behind(province), address="203.0.113.9")
    assert far.get("/login").status == 403 and far.websocket() == "refused"
    assert far.get("/login", {"x-forwarded-proto": "https"}).status == 403  # not from a trusted proxy
    near = Client(behind(province), host="yanshu.example")
    answer = near.get("/login?next=/x", {"x-forwarded-proto": "http"})
    assert (answer.status, answer.header("location")) == (308, "https://yanshu.example/login?next=/x")


@pytest.mark.ac("AC-020")
def test_the_cookie_outlives_the_browser_and_each_login_has_its_own(client: Client) -> None:
    first = client.post("/auth/login", form()).cookies()[COOKIE]
    assert int(first["max-age"]) == 12 * 3600 and len(first.value) >= 43
    second = client.post("/auth/login", form()).cookies()[COOKIE]
    assert second.value != first.value
    client.cookies[COOKIE] = first.value
    assert client.get("/").status == 303  # the earlier one ended with the new login
    client.cookies[COOKIE] = second.value
    assert client.get("/papers?q=x").status == 200


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/%09//evil", "javascript:alert(1)", "/a\nb", "", "/auth/logout", "/login", "x"],
)
def test_the_way_back_never_leads_to_another_site(client: Client, target: str) -> None:
    location = client.post("/auth/login", form(next=target)).header("location")
    assert location == "/" or (location.startswith("/%09") and "\t" not in location)


@pytest.mark.parametrize("path", ["/auth/login", "/auth/logout", "/auth/password", "/auth/switch-role", "/activate/abc", "/setup/abc"])
def test_forms_are_taken_from_our_own_pages_only(client: Client, path: str) -> None:
    logged_in(client)
    kept = dict(client.cookies)
    for headers in (
        {"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "", "sec-fetch-site": "cross-site"}, {"origin": ""},
    ):  # fmt: skip
        assert client.post(path, form(), headers).status == 403
    assert client.cookies == kept and client.get("/").status == 200


def test_a_form_of_any_size_is_not_read(client: Client) -> None:
    assert client.post("/auth/login", form(username="x" * 70_000)).status == 413


def test_hostile_text_appears_as_text(client: Client) -> None:
    nasty = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    answer = client.post("/auth/login", form(university="", university_text=nasty, username=nasty))
    assert nasty not in answer.text and "&lt;script&gt;" in answer.text
    assert len(re.findall(r"<script", answer.text)) == 3  # our own: one file, two blocks of data


def test_names_in_the_page_s_data_cannot_leave_it(client: Client, province: Province) -> None:
    with province.store.begin(ALL) as uow:
        accounts.create_university(uow, None, "99008", "</script><script>alert(1)</script>")
    assert "</script><script>alert" not in client.get("/login").text


def test_roles_switch_by_form(client: Client, province: Province) -> None:
    o1 = province.login("o1").principal
    with province.store.begin("99001") as uow:
        second = accounts.grant_role(uow, o1, province.accounts["r1"], Grant("analyst"))
    logged_in(client)
    assert client.post("/auth/switch-role", {"grant_id": str(second), "next": "/x"}).header("location") == "/x"
    now = accounts.principal_for_token(province.store, client.cookies[COOKIE])
    assert now is not None and now.role == "analyst"
    for grant in ("999999", "", "x", "9" * 50, str(province.login("s11").principal.grant_id)):
        assert client.post("/auth/switch-role", {"grant_id": grant}).status == 403


# --- first passwords and links ------------------------------------------------------------------------


@pytest.mark.ac("AC-196")
def test_an_initial_password_opens_only_the_page_that_changes_it(client: Client, province: Province) -> None:
    with province.store.begin("99001") as uow:
        accounts.create_account(
            uow, None, "99001", "00777", "新教师", grants=(Grant("researcher"),), password="Initial-Pass-9"
        )
    answer = client.post("/auth/login", form(username="00777", password="Initial-Pass-9", next="/papers"))
    assert answer.header("location") == "/auth/password?next=/papers"
    assert client.get("/papers").header("location") == "/auth/password?next=/papers"
    assert client.fetch("/media/x").status == 403 and client.fetch("/files/1").status == 403
    assert client.websocket() == "refused"
    page = client.get("/auth/password?next=/papers").text
    assert "至少 10 个字符" in page and "请先修改密码" in page
    change = {"old_password": "Initial-Pass-9", "new_password": "Copper-Bridge-77", "repeat_password": "Copper-Bridge-77", "next": "/papers"}
    for wrong, text in (
        ({"old_password": "nope"}, "原密码不正确"), ({"repeat_password": "x"}, "不一致"), ({"new_password": "", "repeat_password": ""}, "请输入新密码"),
        ({"new_password": "short", "repeat_password": "short"}, "少于 10"), ({"old_password": ""}, "请输入原密码"),
    ):  # fmt: skip
        refused = client.post("/auth/password", {**change, **wrong})
        assert refused.status == 422 and any(text in m for m in refused.messages())
    before = client.cookies[COOKIE]
    assert client.post("/auth/password", change).header("location") == "/papers"
    assert client.cookies[COOKIE] != before and client.get("/papers").status == 200


@pytest.mark.ac("AC-195", "AC-018")
def test_a_link_opens_once_and_says_so_the_second_time(client: Client, province: Province) -> None:
    p1 = province.login("p1").principal
    with province.store.begin(ALL) as uow:
        new = accounts.create_university(uow, p1, "99009", "光谷大学", admin_username="admin9", admin_name="许诺")
    path = f"/activate/{new.link}"
    assert "光谷大学 · admin9 · 许诺" in client.get(path).text
    both = {"new_password": "Copper-Bridge-77", "repeat_password": "Copper-Bridge-77"}
    assert client.post(path, {**both, "repeat_password": "x"}).status == 422
    assert client.post(path, both).header("location") == "/login?told=set"
    assert "密码已设置" in client.get("/login?told=set").text
    for answer in (client.get(path), client.post(path, both), client.get("/activate/none")):
        assert answer.status == 410 and "链接" in answer.text
    assert client.post("/auth/login", form(university="99009", username="admin9", password="Copper-Bridge-77")).status == 303


# --- notices ------------------------------------------------------------------------------------------


@pytest.mark.ac("AC-006", "AC-007", "AC-008")
def test_notices_stand_on_the_login_page_newest_first(client: Client, province: Province) -> None:
    p1, o1 = province.login("p1").principal, province.login("o1").principal
    with province.store.begin(ALL) as uow:
        old = notices.publish(uow, p1, "较早的公告", "正文一", today() - timedelta(days=9))
        new = notices.publish(uow, p1, "最新的公告 <b>", "第一段\n第二段 <script>x</script>")
        later = notices.publish(uow, p1, "未来的公告", "正文", today() + timedelta(days=1))
        gone = notices.publish(uow, p1, "撤下的公告", "正文")
        notices.withdraw(uow, p1, gone)
        own = notices.publish(uow, o1, "本校公告", "校内")
    page = client.get("/login").text
    assert page.index("最新的公告 &lt;b&gt;") < page.index("较早的公告") and str(today()) in page
    assert "未来的公告" not in page and "撤下的公告" not in page and "本校公告" not in page
    article = client.get(f"/notices/{new}").text
    assert "<p>第一段</p><p>第二段 &lt;script&gt;x&lt;/script&gt;</p>" in article and "江汉省教育厅" in article
    assert client.get(f"/notices/{old}").status == 200
    for number in (later, gone, own, 10**12):
        assert client.get(f"/notices/{number}").status == 404
    logged_in(client)
    assert client.get(f"/notices/{own}").status == 200 and "本校公告" in client.get("/notices").text
    foreign = Client(client.app)
    logged_in(foreign, university="99002")
    assert foreign.get(f"/notices/{own}").status == 404


@pytest.mark.ac("AC-251")
def test_english_by_choice_and_kept(client: Client) -> None:
    answer = client.get("/login?lang=en&next=/x")
    assert (answer.status, answer.header("location")) == (303, "/login?next=%2Fx")
    page = client.get("/login?next=/x").text
    assert 'href="/login?next=%2Fx&amp;lang=zh"' in page  # changing the language does not lose the way back
    assert '<html lang="en"' in page and "Staff login" in page and "人员密码登录" not in page
    assert WRONG not in client.post("/auth/login", form(password="x")).text
    logged_in(client)
    assert '<html lang="en"' in client.get("/").text  # the app speaks the language chosen at its door


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
