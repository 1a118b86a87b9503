"""找回密码 as a browser meets it: the same answer for every name, and every missing field said at once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from dashboards import http
from ingestion.store import platform as p
from ingestion.store.engine import ALL
from tests.dashboards.http.client import Client
from tests.ingestion.access import (
    Province,
    cheap_argon,
    province,
    province_on_postgres,
    province_on_sqlite,
    world,
)

__all__ = ["cheap_argon", "province", "province_on_postgres", "province_on_sqlite", "world"]


@pytest.fixture
def client(province: Province) -> Client:
    store = province.store
    return Client(Starlette(routes=http.routes(store), middleware=http.middleware(store)))


def asked(province: Province) -> int:
    with province.store.read(ALL) as uow:
        return int(uow.conn.execute(select(func.count()).select_from(p.reset_request)).scalar_one())


def form(**more: str) -> dict[str, str]:
    return {"university": "99001", "username": "00123", "contact": "87650000", **more}


@pytest.mark.ac("AC-017", "AC-012")
def test_the_answer_is_the_same_for_every_name(client: Client, province: Province) -> None:
    assert 'href="/auth/forgot"' in client.get("/login").text
    page = client.get("/auth/forgot")
    assert page.status == 200 and "找回密码" in page.text and "江城大学" in page.text
    known = client.post("/auth/forgot", form())
    unknown = client.post("/auth/forgot", form(username="nobody"))
    elsewhere = client.post("/auth/forgot", form(university="00000"))
    assert known.status == unknown.status == elsewhere.status == 200
    assert known.text == unknown.text == elsewhere.text and "申请已提交" in known.text
    assert asked(province) == 1


@pytest.mark.ac("AC-017")
def test_missing_fields_are_said_at_once_and_what_was_typed_stays(client: Client, province: Province) -> None:
    empty = client.post("/auth/forgot", {})
    assert empty.status == 422
    assert {"请选择所在高校", "请输入账号", "请填写联系方式"} <= set(empty.messages())
    typed = client.post("/auth/forgot", {"university_text": "<b>乱写", "username": "00123", "contact": '"> <script>'})
    assert typed.status == 422 and "&lt;b&gt;乱写" in typed.text and "<script>\"" not in typed.text and 'value="00123"' in typed.text
    by_name = client.post("/auth/forgot", {"university_text": "江城大学", "username": "00123", "contact": "87650000"})
    assert by_name.status == 200 and asked(province) == 1


def test_too_many_requests_are_refused_and_foreign_pages_too(client: Client, province: Province) -> None:
    for number in range(10):
        assert client.post("/auth/forgot", form(username=f"n{number}")).status == 200
    refused = client.post("/auth/forgot", form())
    assert refused.status == 429 and "申请过于频繁" in refused.text and asked(province) == 0
    assert client.post("/auth/forgot", form(), {"origin": "https://elsewhere.example"}).status == 403


def test_the_page_speaks_english_too(client: Client) -> None:
    client.cookies["yanshu_lang"] = "en"
    page = client.get("/auth/forgot")
    assert "A new password" in page.text and "找回密码" not in page.text
