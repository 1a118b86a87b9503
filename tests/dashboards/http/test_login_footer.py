"""The line below the login box: whom to ask, and which browsers the pages are made for."""

from __future__ import annotations

import pytest

from ingestion import accounts, settings
from ingestion.store.engine import ALL
from tests.dashboards.http.client import Client
from tests.dashboards.http.gate import behind
from tests.ingestion.access import Province, cheap_argon, province, province_on_postgres, province_on_sqlite

__all__ = ["cheap_argon", "province", "province_on_postgres", "province_on_sqlite"]


@pytest.fixture
def client(province: Province) -> Client:
    return Client(behind(province))


@pytest.mark.ac("AC-151")
def test_the_login_page_names_support_and_a_current_browser(client: Client, province: Province) -> None:
    before = client.get("/login").text
    assert "服务电话" not in before and "服务邮箱" not in before, "nothing is invented where the province set nothing"
    assert "Chrome" in before

    with province.store.begin(ALL) as uow:
        system = accounts.system_principal(uow, "99001")
        settings.put(uow, system, "support_phone", "400-000-0000")
        settings.put(uow, system, "support_mail", "help@province.example")

    after = client.get("/login").text
    assert "服务电话 400-000-0000" in after and "服务邮箱 help@province.example" in after


@pytest.mark.ac("AC-151")
def test_an_old_browser_is_told_which_one_to_take(client: Client) -> None:
    page = client.get("/login").text
    assert "当前浏览器版本过旧" in page and "请使用新版 Chrome 或 Edge" in page
    style = client.get("/ui/login.css").text  # no script is needed to see it
    assert '<p id="old-browser" class="old">' in page and "@supports (color: light-dark(#000, #fff)) { .old { display: none; } }" in style
