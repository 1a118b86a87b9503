"""The login page and its forms: what it asks, what it says, what it keeps; notices and languages on it."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from ingestion import accounts, notices
from ingestion.accounts import COOKIE, Grant
from ingestion.store.engine import ALL, today
from tests.dashboards.http.client import Client
from tests.dashboards.http.gate import behind, client, form, logged_in
from tests.ingestion.access import (
    PASSWORD,
    Province,
    cheap_argon,
    province,
    province_on_postgres,
    province_on_sqlite,
    world,
)

__all__ = ["cheap_argon", "client", "province", "province_on_postgres", "province_on_sqlite", "world"]

WRONG = "单位、账号或密码不正确"


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
