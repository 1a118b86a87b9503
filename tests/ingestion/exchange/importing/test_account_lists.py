"""Accounts by the hundred, on both databases: from a list, for the people, with links that work once."""

from __future__ import annotations

import csv
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from ingestion import accounts, bulk, jobs, outbox
from ingestion.exchange import account_lists, uploads
from ingestion.exchange.account_lists import work
from ingestion.principal import Denied, OperationError
from ingestion.store import platform as p
from ingestion.store.engine import ALL
from tests.ingestion.access import cheap_argon
from tests.ingestion.exchange.importing.conftest import T1, World

__all__ = ["cheap_argon"]

HERE = "http://yanshu.example.edu"
FIRST = 7000  # staff numbers of the people who have no account


def people(world: World, n: int) -> None:
    items = [
        bulk.BulkItem({"staff_no": f"{FIRST + i:05d}", "name": f"钱{i}", "joined_on": "2015-09-01", "college_id": world.college["C1"], "person_status": "1"}, college_id=world.college["C1"])
        for i in range(n)
    ]  # fmt: skip
    with world.begin() as uow:
        bulk.load(uow, world.o1, "person", items)


def listed(path: Path, rows: Sequence[Sequence[Any]], heads: Sequence[str] = ("账号", "姓名", "角色", "工号", "学院", "生效日期", "失效日期")) -> Path:
    with path.open("w", encoding="gb18030", newline="") as out:
        csv.writer(out).writerows([heads, *rows])
    return path


def held(world: World) -> int:
    with world.store.read(ALL) as uow:
        return int(uow.conn.execute(select(func.count()).select_from(p.account)).scalar_one())


def lines(path: Path) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=3, values_only=True))


@pytest.mark.ac("AC-198")
def test_five_hundred_accounts_for_the_people_in_under_a_minute_with_their_sheet(world: World, tmp_path: Path, cheap_argon: None) -> None:
    many = 500 if world.store.dialect == "sqlite" else 60
    people(world, many)
    before, begun = held(world), time.process_time()
    made = account_lists.create_for_people(world.store, world.o1)
    n = account_lists.write_sheet(world.store, world.o1, tmp_path / "单.xlsx", HERE, only=made.accounts)
    assert time.process_time() - begun < 30  # of the 60 s allowed, on a machine half as quick
    assert (made.counts["new"], n, held(world) - before) == (many, many + 3, many)  # the three of before were given no link either
    assert (tmp_path / "单.xlsx").stat().st_mode & 0o077 == 0
    rows = [row for row in lines(tmp_path / "单.xlsx") if str(row[4]) >= "07000"]
    assert rows[0][:5] == ("钱0", "07000", "计算机学院", "科研人员", "07000")
    link = str(rows[0][5]).removeprefix(f"{HERE}/activate/")
    accounts.redeem_link(world.store, link, "Copper-Bridge-77")
    assert accounts.login(world.store, T1, "07000", "Copper-Bridge-77").principal.name == "钱0"
    again = account_lists.create_for_people(world.store, world.o1)
    assert again.counts["read"] == 0
    assert account_lists.write_sheet(world.store, world.o1, tmp_path / "又.xlsx", HERE, only=again.accounts) == 0  # links handed out are left alone
    accounts.redeem_link(world.store, str(rows[1][5]).removeprefix(f"{HERE}/activate/"), "Copper-Bridge-78")
    assert account_lists.write_sheet(world.store, world.o1, tmp_path / "全.xlsx", HERE) == many - 2 + 10  # everybody not activated, anew
    with pytest.raises(accounts.LinkRefused):
        accounts.redeem_link(world.store, str(rows[2][5]).removeprefix(f"{HERE}/activate/"), "Copper-Bridge-79")


@pytest.mark.ac("AC-198")
def test_a_list_says_all_that_is_wrong_with_it_and_a_second_time_makes_nothing(world: World, tmp_path: Path) -> None:
    people(world, 3)
    path = listed(
        tmp_path / "名单.csv",
        [
            ("", "钱0", "", "07000", "", "", ""),  # the staff number is the account, the role a researcher's
            ("", "钱0", "分析员", "07000", "", "", ""),  # a further role
            ("zp", "朱萍", "院系管理员", "", "计算机学院", "", ""),
            ("zp", "朱萍", "院系管理员", "", "文学院", "", ""),
            ("zp", "朱萍", "院系管理员", "", "文学院", "", ""),  # the same row twice
            ("ex", "马远", "专家", "", "", "", "2099-12-31"),
            ("o1", "陈刚", "科研处管理员", "", "", "", ""),  # there already
            ("o1", "别人", "分析员", "", "", "", ""),  # somebody else's account
            ("ex", "马远", "分析员", "", "", "", ""),  # an expert is nobody of the university
            ("zw2", "张伟", "科研人员", "00123", "", "", ""),  # holds another account
            ("", "无", "皇帝", "123", "计算机系", "", "2001-01-01"),
            ("lm", "李明", "科研人员", "", "", "", ""),
            ("lx", "", "院系管理员", "", "", "2099-01-01", "2098-01-01"),
            ("", "孙某", "科研人员", "07001", "", "", ""),
        ],
    )
    before = held(world)
    told = account_lists.check(world.store, world.o1, path)
    assert held(world) == before
    made = account_lists.import_list(world.store, world.o1, path)
    assert told.counts == made.counts == {"read": 14, "new": 3, "changed": 2, "unchanged": 1, "duplicate": 1, "error": 7}
    assert [(one.row, one.index, one.zh) for one in told.refused] == [(one.row, one.index, one.zh) for one in made.refused]
    assert held(world) == before + 3
    said = {one.row: [] for one in made.refused}
    for one in made.refused:
        said[one.row].append((one.index, one.zh))
    assert said[9] == [(0, "账号“o1”已用于“陈刚”，请换一个账号")]
    assert said[10] == [(0, "账号“ex”不能同时是专家和校内人员")]
    assert said[11] == [(0, "张伟（00123）已有账号“00123”")]
    assert [index for index, _zh in said[12]] == [3, 2, 4, 6] and "00123 张伟 计算机学院" in said[12][0][1] and "科研处管理员" in said[12][1][1]
    assert said[13] == [(3, "科研人员必须填写工号，账号由此关联到人员库")]
    assert [index for index, _zh in said[14]] == [1, 4, 6]
    assert said[15] == [(1, "姓名“孙某”与工号 07001 的姓名“钱1”不同")]
    marked = account_lists.mark(world.store, world.o1, path, tmp_path / "标.xlsx", only_errors=True)
    assert marked.rows == 7 and openpyxl.load_workbook(tmp_path / "标.xlsx").worksheets[0].max_row == 8
    assert account_lists.write_sheet(world.store, world.o1, tmp_path / "单.xlsx", HERE, only=made.accounts) == 4  # with o1, who was given no link either
    assert ("朱萍", "院系管理员（计算机学院）；院系管理员（文学院）") in {(row[0], row[3]) for row in lines(tmp_path / "单.xlsx")}
    again = account_lists.import_list(world.store, world.o1, path)
    assert again.counts == {"read": 14, "new": 0, "changed": 0, "unchanged": 6, "duplicate": 1, "error": 7} and held(world) == before + 3
    with world.begin() as uow:
        assert accounts.principal_for(uow, T1, "07000", "analyst").person_id == accounts.principal_for(uow, T1, "07000", "researcher").person_id
    with pytest.raises(Denied):
        account_lists.check(world.store, world.s11, path)


def test_a_job_cut_off_before_its_sheet_makes_the_sheet_when_it_begins_again(sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = sqlite_world
    path = listed(tmp_path / "名单.csv", [("fx1", "高山", "分析员", "", "", "", ""), ("fx2", "高水", "分析员", "", "", "", "")])
    with path.open("rb") as content:
        upload = uploads.keep(world.o1, content, 1 << 20)
    with world.begin() as uow:
        office = accounts.principal_for(uow, T1, "o1")
        job_id = work.from_list(uow, office, upload.sha256, path.name, 2, HERE, "zh")

    def cut_off(*_given: Any, **_more: Any) -> int:
        raise KeyboardInterrupt

    handlers = dict.fromkeys(work.KINDS, work.run_job)
    with monkeypatch.context() as patch:
        patch.setattr(account_lists.activation, "write_sheet", cut_off)
        with pytest.raises(KeyboardInterrupt):
            jobs.run_pending(world.store, handlers)
    with world.begin() as uow:
        uow.conn.execute(p.job.update().where(p.job.c.id == job_id).values(state="queued"))
    assert jobs.run_pending(world.store, handlers) == 1
    with world.begin() as uow:
        done = jobs.get(uow, world.o1, job_id)
    assert done.state == "done" and done.result is not None and done.result["lines"] == 2 and done.result["counts"]["unchanged"] == 2
    sheet, name = outbox.fetch(world.o1, done.result["export"])
    assert name == "账号激活单.xlsx" and [row[4] for row in lines(sheet)] == ["fx1", "fx2"]
    assert not uploads.kept(T1, upload.sha256)


def test_a_file_of_something_else_is_told_at_once(sqlite_world: World, tmp_path: Path) -> None:
    world = sqlite_world
    path = listed(tmp_path / "论文.csv", [("a", "b")], ("题目", "期刊"))
    with pytest.raises(OperationError, match="缺少“账号”或“工号”列；文件中的列有：题目、期刊"):
        account_lists.check(world.store, world.o1, path)
