"""The command: Chinese help, exit codes, one sentence a failure (AC-254)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ingestion.store.engine import open_store
from pipelines import cli

CHINESE = re.compile("[\u4e00-\u9fff]")
COMMANDS = ("init", "demo", "serve", "refresh", "import", "template", "export", "sql", "doctor", "permcheck", "audit", "audit verify")


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("YANSHU_DATABASE_URL", raising=False)
    monkeypatch.delenv("YANSHU_DEBUG", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path / "var"


@pytest.mark.ac("AC-254")
@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_chinese_and_english_on_request(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*command.split(), "--help"]) == 0
    zh = capsys.readouterr().out
    assert "用法" in zh and CHINESE.search(zh)
    assert not re.search(r"\b(Usage|Options|Arguments|Commands|Show this|required|default)\b", zh)
    assert cli.run([*command.split(), "--help", "--lang", "en"]) == 0
    en = capsys.readouterr().out
    assert "Usage" in en and not CHINESE.search(en)


@pytest.mark.ac("AC-254")
@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (["无此命令"], "没有命令“无此命令”"),
        (["serve", "--port", "70000"], "--port 的值无效，应为 1 到 65535"),
        (["serve", "--prot", "1"], "没有选项 --prot"),
        (["import", "paper"], "缺少 文件"),
        (["import", "paper", "x.txt"], "缺少 --university"),
        (["import", "paper", "x.txt", "--university", "99003"], "缺少 --as"),
        (["sql", "--university"], "--university"),
        (["doctor", "多余"], "参数多余"),
        (["--lang", "fr", "doctor"], "--lang “fr”"),
    ],
)
def test_a_wrong_line_ends_with_one_sentence(line: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(line) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert sentence in out.err
    assert len(out.err.strip().splitlines()) == 1
    assert "Traceback" not in out.err


@pytest.mark.ac("AC-254")
@pytest.mark.parametrize("line", [["serve"], ["import", "paper", "x", "--university", "99003", "--as", "o3"], ["refresh"], ["audit", "verify"]])
def test_before_init_the_sentence_says_what_to_do(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(line) == 1
    out = capsys.readouterr()
    assert "尚未初始化" in out.err
    assert len(out.err.strip().splitlines()) == 1
    assert cli.run([*line, "--lang", "en"]) == 1
    assert "Nothing is set up yet" in capsys.readouterr().err


def test_init_shows_a_link_once_and_leaves_no_usable_account(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["init", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert re.fullmatch(r"http://127\.0\.0\.1:8501/setup/[\w-]{40,}", told["link"])
    store = open_store()
    with store.read("*") as uow:
        assert uow.conn.exec_driver_sql("SELECT count(*) FROM account WHERE password_hash IS NOT NULL").scalar_one() == 0
        assert uow.conn.exec_driver_sql("SELECT count(*) FROM code_item WHERE owner = '*'").scalar_one() > 3000
        token = told["link"].rsplit("/", 1)[1]
        assert uow.conn.exec_driver_sql("SELECT count(*) FROM one_time_token WHERE token_hash = ?", (token,)).scalar_one() == 0
    store.dispose()
    assert cli.run(["init"]) == 1
    assert "系统已初始化" in capsys.readouterr().err
    assert cli.run(["demo", "--no-serve"]) == 1
    assert "已有数据" in capsys.readouterr().err


def test_doctor_on_an_empty_folder_names_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["doctor"]) == 1
    out = capsys.readouterr()
    assert "异常" in out.out and "数据库" in out.out
    assert "项不正常" in out.err


def test_permcheck_prints_the_policy(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["permcheck", "--role", "analyst", "--json"]) == 0
    cells = json.loads(capsys.readouterr().out)
    assert {cell["role"] for cell in cells} == {"analyst"}
    assert any(cell["allowed"] for cell in cells)
    assert cli.run(["permcheck", "--role", "king"]) == 1
    assert "没有角色“king”" in capsys.readouterr().err


def test_unknown_university_and_account_look_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["init"]) == 0
    capsys.readouterr()
    for university, user in (("42", "admin"), ("42", "nobody"), ("99999", "admin")):
        assert cli.run(["import", "paper", "x", "--university", university, "--as", user]) == 1
        assert f"高校 {university} 没有可用的账号“{user}”" in capsys.readouterr().err


@pytest.mark.ac("AC-254")
@pytest.mark.parametrize("address", ["", "postgres://u:geheim@db/yanshu", "db.example.edu"])
def test_an_address_of_no_database_is_told_by_its_setting(address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANSHU_DATABASE_URL", address)
    assert cli.run(["doctor"]) == 1
    said = capsys.readouterr()
    assert "YANSHU_DATABASE_URL 应为 postgresql://" in said.err + said.out
    assert "Error" not in said.err + said.out and "geheim" not in said.err + said.out


@pytest.mark.ac("AC-026", "AC-254")
def test_a_template_needs_no_installation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "论文.xlsx"
    assert cli.run(["template", "paper", "-o", str(out)]) == 0
    assert out.read_bytes()[:2] == b"PK" and str(out) in capsys.readouterr().out
    assert cli.run(["template", "论文", "-o", str(out)]) == 1
    assert "没有类型“论文”" in capsys.readouterr().err
    assert cli.run(["template", "paper", "-o", str(tmp_path / "无" / "x.xlsx")]) == 1
    assert "不存在" in capsys.readouterr().err
