"""``yanshu import`` as an office uses it: counts, the marked file, control totals, accounts with their sheet."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from ingestion.store import platform as p
from pipelines import cli
from tests.universe import T1, Universe

HEADS = "讲座名称,讲座日期,主讲人：姓名,方向,地点,所属学院"


@pytest.fixture
def world(sqlite_universe: Universe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Universe:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))
    monkeypatch.setenv("YANSHU_DATABASE_URL", f"sqlite:///{tmp_path / 'store.sqlite'}")
    return sqlite_universe


def lectures(path: Path) -> Path:
    days = ["2023-05-01", "2023-05-02", "2024-05-03", "2024-13-40"]
    lines = [f"湖泊湿地的第 {n} 个专题,{day},李进,{'1' if n < 4 else '9'},一号楼,C1" for n, day in enumerate(days, 1)]
    path.write_text("\n".join([HEADS, *lines]), encoding="gb18030")
    return path


def line(*more: str, type_id: str = "lecture", file: Path) -> list[str]:
    return ["import", type_id, str(file), "--university", T1, "--as", "o1", *more]


@pytest.mark.ac("AC-220", "AC-224", "AC-254")
def test_errors_are_marked_in_the_users_own_file_and_control_totals_compared(world: Universe, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, marked = lectures(tmp_path / "讲座.csv"), tmp_path / "标注.xlsx"
    assert cli.run(line("--non-secret", "--errors", str(marked), "--total", "2023=2", "--total", "2024=2", file=path)) == 0
    out = capsys.readouterr().out
    assert "读取 4，新增 3" in out and "错误 1" in out and str(marked) in out
    assert "控制数不符：2024 年应有 2，导入后 1" in out and "控制数不符：2023" not in out
    book = openpyxl.load_workbook(marked)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0][:6] == tuple(HEADS.split(",")) and rows[0][6] == "错误信息" and "汇总" in book.sheetnames
    assert [bool(row[6] and "2024-13-40" in row[6]) for row in rows[1:]] == [False, False, False, True]
    assert "9" in str(rows[4][6])  # both faults of the row
    for wrong in ("2024", "二零=3"):
        assert cli.run(line("--total", wrong, file=path)) == 1
        assert f"--total “{wrong}”应写为 年度=数量" in capsys.readouterr().err
    assert cli.run(line("--dry-run", "--errors", str(tmp_path / "无" / "x.xlsx"), file=path)) == 1
    assert "不存在" in capsys.readouterr().err


@pytest.mark.ac("AC-198", "AC-254")
def test_accounts_come_with_their_sheet_once(world: Universe, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, sheet = tmp_path / "名单.csv", tmp_path / "单.xlsx"
    path.write_text("登录名,姓名,角色\nfx1,高山,分析员\nfx2,高水,皇帝\n", encoding="utf-8")

    def run(*more: str) -> tuple[int, str]:
        code = cli.run(line(*more, type_id="accounts", file=path))
        said = capsys.readouterr()
        return code, said.out + said.err

    def held() -> int:
        with world.store.read(T1) as uow:
            return int(uow.conn.execute(select(func.count()).select_from(p.account)).scalar_one())

    before = held()
    code, said = run("--dry-run")
    assert code == 0 and "第 3 行：角色“皇帝”不在可选值中" in said and "新账号 1" in said and held() == before
    code, said = run("--activations", str(sheet), "--address", "https://yanshu.example.edu/", "--json")
    assert (code, json.loads(said)["activations"], held()) == (0, 1, before + 1)
    last = list(openpyxl.load_workbook(sheet).worksheets[0].iter_rows(values_only=True))[-1]
    assert last[0] == "高山" and str(last[5]).startswith("https://yanshu.example.edu/activate/")
    code, said = run("--activations", str(tmp_path / "又.xlsx"))
    assert code == 0 and "新账号 0" in said and "没有需要发放激活地址的账号" in said and not (tmp_path / "又.xlsx").exists() and held() == before + 1
    assert run("--alike") == (1, "导入账号时没有选项 --alike。\n")
    assert cli.run(["import", "accounts", str(path), "--university", T1, "--as", "s11"]) == 1
    assert "没有可用的账号“s11”" in capsys.readouterr().err
