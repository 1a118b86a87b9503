from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from dashboards.marts import exports, reader
from dashboards.marts.numbers import Spec
from ingestion import outbox
from ingestion.principal import NotFound, Principal
from ingestion.store.engine import utc_now

Who = Callable[..., Principal]


@pytest.fixture(autouse=True)
def own_exports(published_here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "folder", lambda: tmp_path)


def _made(principal: Principal) -> str:
    export_id, path = exports.new(principal, "论文数", "xlsx")
    exports.workbook(path, [("论文数", ["名称", "金额"], [["=1+1", 2.5], ["一\x12二", None]])], [("标题", "论文数")])
    return export_id


@pytest.mark.ac("AC-098", "AC-088")
def test_a_workbook_repeats_what_it_is(who: Who) -> None:
    mart = reader.open_for(who("office_admin"))
    export_id, path = exports.new(who("office_admin"), "论文数", "xlsx")
    notes = exports.notes_of(who("office_admin"), mart, "论文数", "2026 年 · 归属计数", Spec("O01", 2026))
    assert exports.workbook(path, [("论文数", ["名称", "日期", "数"], [["甲", date(2025, 3, 1), 2], ["乙", None, 1.5]])], notes) == 2
    book = openpyxl.load_workbook(path)
    assert book["论文数"]["C3"].value == 1.5
    said = {row[0]: row[1] for row in book["导出说明"].iter_rows(values_only=True)}
    assert {"标题", "筛选条件", "统计口径", "公式", "单位", "版本", "数据截至", "批次", "对账", "导出人", "行数"} <= set(said)
    assert said["单位名称"] == "江城大学" and exports.whose(reader.open_for(who("province_staff", "42"))) == "全省高校"
    assert said["行数"] == "2" and said["批次"] == "#1" and said["单位"] == "篇"


def test_texts_stay_texts_whatever_they_begin_with(who: Who, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(tmp_path / _made(who("analyst")))["论文数"]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
    assert sheet["A3"].value == "一二" and sheet["B3"].value is None


@pytest.mark.ac("AC-033")
def test_only_the_account_that_made_a_file_fetches_it(who: Who) -> None:
    export_id = _made(who("analyst"))
    path, name = exports.fetch(who("analyst"), export_id)
    assert path.is_file() and name == "论文数.xlsx"
    neighbour = Principal(2, "99001", "v", "n", "office_admin")
    elsewhere = Principal(1, "99002", "u", "n", "analyst")
    for stranger in (neighbour, elsewhere):
        with pytest.raises(NotFound):
            exports.fetch(stranger, export_id)


@pytest.mark.parametrize("asked", ["", "x", "../yanshu.sqlite", "..%2f", "0" * 32, "0" * 32 + ".json", "0" * 32 + ".xlsx.json", "a/b.xlsx"])
def test_a_name_that_is_no_export_is_not_found(who: Who, asked: str) -> None:
    with pytest.raises(NotFound):
        exports.fetch(who("analyst"), asked)


def test_a_file_is_gone_after_a_day(who: Who, tmp_path: Path) -> None:
    export_id = _made(who("analyst"))
    side = tmp_path / f"{export_id}.json"
    owner = json.loads(side.read_text())
    side.write_text(json.dumps(owner | {"at": (utc_now() - timedelta(hours=25)).isoformat()}))
    with pytest.raises(NotFound):
        exports.fetch(who("analyst"), export_id)
    _made(who("analyst"))
    assert not side.exists() and not (tmp_path / export_id).exists()
