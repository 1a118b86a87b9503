"""Exports leave by the web edge for the account that made them, and for nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.marts import exports
from ingestion import accounts, outbox
from ingestion.principal import Principal
from tests.dashboards.http.client import Client
from tests.dashboards.http.gate import client, logged_in
from tests.ingestion.access import Province, cheap_argon, province, province_on_postgres, province_on_sqlite

__all__ = ["cheap_argon", "client", "province", "province_on_postgres", "province_on_sqlite"]


@pytest.fixture(autouse=True)
def own_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    monkeypatch.setattr(outbox, "folder", lambda: folder)


def _made_by(principal: Principal) -> str:
    export_id, path = exports.new(principal, "论文数", "xlsx")
    exports.workbook(path, [("论文数", ["名称"], [["甲"]])], [("标题", "论文数")])
    return f"/exports/{export_id}"


def _principal(client: Client, province: Province) -> Principal:
    token = client.cookies[accounts.COOKIE]
    found = accounts.principal_for_token(province.store, token)
    assert found is not None
    return found


@pytest.mark.ac("AC-098", "AC-033")
def test_an_export_is_served_to_its_maker_as_a_download(client: Client, province: Province) -> None:
    logged_in(client)
    me = _principal(client, province)
    answer = client.get(_made_by(me))
    assert answer.status == 200 and answer.body[:2] == b"PK"
    assert answer.header("content-disposition").startswith("attachment;") and "%E8%AE%BA%E6%96%87" in answer.header("content-disposition")
    assert "no-store" in answer.header("cache-control")
    stranger = Principal(me.account_id + 1, me.university_code, "v", "n", me.role)
    nothing, theirs = "/exports/" + "0" * 32 + ".xlsx", _made_by(stranger)
    missing, refused = client.get(nothing), client.get(theirs)
    assert refused.status == missing.status == 404
    assert refused.text.replace(theirs, "") == missing.text.replace(nothing, "")


def test_without_a_login_there_is_no_export(client: Client) -> None:
    path = _made_by(Principal(1, "99001", "u", "n", "analyst"))
    assert client.fetch(path).status in (401, 403)


def test_an_export_made_in_a_role_goes_with_the_role(client: Client, province: Province) -> None:
    o1 = province.login("o1").principal
    with province.store.begin("99001") as uow:
        grant = accounts.grant_role(uow, o1, province.accounts["r1"], accounts.Grant("analyst"))
    logged_in(client)
    me = _principal(client, province)
    made = _made_by(Principal(me.account_id, me.university_code, me.username, me.name, "analyst", grant))
    assert client.get(made).status == 200  # the role is held, though another one is in use
    with province.store.begin("99001") as uow:
        accounts.revoke_role(uow, o1, grant)
    logged_in(client)
    assert client.get(made).status == 404
