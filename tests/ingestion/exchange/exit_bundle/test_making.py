"""The exit bundle holds everything of one university, and nothing else."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from ingestion import attachments, audit, records
from ingestion.attachments import blobs
from ingestion.catalog.registry import TYPE_IDS
from ingestion.exchange import exit_bundle
from ingestion.exchange.exit_bundle import Made, cells, contents, names, verify
from ingestion.principal import Denied, OperationError
from ingestion.store import platform as p
from ingestion.store.engine import ALL
from tests.ingestion.exchange.exit_bundle.conftest import Left
from tests.ingestion.exchange.exit_bundle.leaving import (
    ACCOUNT,
    BIRTH,
    CANARY,
    ID_NUMBER,
    MOBILE,
    NAMES,
    PDF,
    TRICKY,
    system,
)
from tests.universe import T1, Universe

OTHER = re.compile(rb"(?<![0-9A-Za-z])99002(?![0-9A-Za-z])")  # not inside a hash
SECRETS = re.compile(rb"\$argon2|BEGIN [A-Z ]*PRIVATE KEY")


def manifest(made: Made) -> dict[str, Any]:
    with zipfile.ZipFile(made.path) as bundle:
        found: dict[str, Any] = json.loads(bundle.read("manifest.json"))
    return found


def parquet(made: Made, name: str, group: str = "data") -> list[dict[str, Any]]:
    with zipfile.ZipFile(made.path) as bundle:
        rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(bundle.read(f"{group}/parquet/{name}.parquet"))).to_pylist()
    return rows


def every_byte(made: Made) -> Iterator[tuple[str, bytes]]:
    """Names and contents of all members, workbooks unpacked, Parquet texts written out."""
    with zipfile.ZipFile(made.path) as bundle:
        for member in bundle.infolist():
            content = bundle.read(member)
            yield member.filename, member.filename.encode() + content
            if member.filename.endswith(".xlsx"):
                with zipfile.ZipFile(io.BytesIO(content)) as book:
                    for part in book.namelist():
                        yield f"{member.filename}/{part}", book.read(part)
            if member.filename.endswith(".parquet"):
                yield member.filename, json.dumps(pq.read_table(io.BytesIO(content)).to_pylist(), ensure_ascii=False, default=str).encode()


@pytest.mark.ac("AC-236")
def test_every_table_is_there_in_three_formats_with_its_true_count(left: Left) -> None:
    made, store = left.masked, left.filled.universe.store
    told = manifest(made)
    tables = {(t["group"], t["name"]): t for t in told["tables"]}
    with zipfile.ZipFile(made.path) as bundle, store.read(ALL) as uow:
        listed = {entry["path"] for entry in told["files"]}
        assert set(bundle.namelist()) == listed | {"manifest.json", "manifest.json.sha256"}
        for one in contents.carried():
            table = tables["data", one.name]
            assert set(table["files"]) == {"csv", "xlsx", "parquet"} and set(table["files"].values()) <= listed
            if one.name not in ("audit_row", "audit_block"):  # the audit goes on
                there = uow.conn.execute(select(func.count()).select_from(one.table).where(one.own(T1))).scalar_one()
                assert table["rows"] == there == made.counts[one.name], one.name
            assert bundle.read(table["files"]["csv"])[:3] == b"\xef\xbb\xbf"
    assert {"code_lists", "code_items"} <= {name for group, name in tables if group == "codes"}
    assert {"record_types", "fields", "tables", "columns"} <= {name for group, name in tables if group == "definitions"}
    assert told["university"] == {"code": T1, "name": "江城大学", "name_en": "Jiangcheng University"}
    assert told["schema_revision"] and told["as_of"].endswith("+00:00") and not told["personal_data"]


@pytest.mark.ac("AC-236", "AC-246")
def test_csv_workbook_and_parquet_say_the_same(left: Left) -> None:
    """The CSV's rule loses nothing: read back by it, every cell of every table is Parquet's value."""
    with zipfile.ZipFile(left.clear.path) as bundle:
        for table in manifest(left.clear)["tables"]:
            kinds = [column["kind"] for column in table["columns"]]
            text = io.TextIOWrapper(io.BytesIO(bundle.read(table["files"]["csv"])), encoding="utf-8-sig", newline="")
            header, *lines = csv.reader(text)
            arrow = pq.read_table(io.BytesIO(bundle.read(table["files"]["parquet"])))
            assert header == arrow.column_names == [column["name"] for column in table["columns"]]
            columns = [[v.replace(tzinfo=None) if kind == "moment" and v else v for v in column.to_pylist()] for kind, column in zip(kinds, arrow.columns, strict=True)]
            read = [[cells.from_csv(cell, kind) for cell, kind in zip(line, kinds, strict=True)] for line in lines]
            assert read == [list(row) for row in zip(*columns, strict=True)] and len(read) == table["rows"]
        book = openpyxl.load_workbook(io.BytesIO(bundle.read("data/xlsx/paper.xlsx")))
    sheet = book["论文"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    titles = {row: sheet.cell(row, heads["论文名称"]) for row in range(2, sheet.max_row + 1)}
    row = next(row for row, cell in titles.items() if cell.value == TRICKY)
    assert titles[row].data_type == "s"  # text, whatever it begins with
    assert "论文" in sheet.cell(row, heads["论文类型·名称"]).value


@pytest.mark.ac("AC-238")
def test_no_row_file_or_name_of_another_university_and_no_secret(left: Left) -> None:
    with left.filled.universe.store.read(ALL) as uow:
        hashes = [h.encode() for h in uow.conn.scalars(select(p.account.c.password_hash).where(p.account.c.password_hash.is_not(None)))]
        tokens = [h.encode() for h in uow.conn.scalars(select(p.session.c.token_hash))]
    assert hashes
    for made in (left.masked, left.clear):
        for name, content in every_byte(made):
            assert CANARY.encode() not in content and CANARY.encode("unicode_escape") not in content, name
            assert not OTHER.search(content) or name.startswith("codes/") or not name.endswith((".csv", ".json", ".md", ".xml")), name
            assert not SECRETS.search(content), name
            assert not any(secret in content for secret in (*hashes, *tokens)), name
    for table in contents.carried():
        if "university_code" in table.table.c:
            assert {row["university_code"] for row in parquet(left.clear, table.name)} <= {T1}


def test_personal_numbers_are_masked_unless_asked_for_in_clear(left: Left) -> None:
    secret = [text.encode() for text in (ID_NUMBER, MOBILE, ACCOUNT, BIRTH, "027-8000")]
    hits = {text: [name for name, content in every_byte(left.masked) if text in content] for text in secret}
    assert not any(hits.values()), hits
    (person,) = [row for row in parquet(left.masked, "person") if row["record_id"] == left.filled.person]
    assert (person["birth_on"], person["mobile"]) == ("1985", "139****0007") and "*" in person["id_number"]
    (person,) = [row for row in parquet(left.clear, "person") if row["record_id"] == left.filled.person]
    assert (str(person["birth_on"]), person["mobile"], person["id_number"]) == (BIRTH, MOBILE, ID_NUMBER)
    for made, expected in ((left.masked, {"mask": "139****0007"}), (left.clear, {"clear": MOBILE})):
        for table in ("record_version", "amendment"):
            documents = [json.loads(row["document"]) for row in parquet(made, table) if row["record_id"] == left.filled.person]
            assert documents and all(document["mobile"] == expected for document in documents)
    assert "IN CLEAR" in zipfile.ZipFile(left.clear.path).read("README.md").decode()
    assert manifest(left.clear)["personal_data"] is True


@pytest.mark.ac("AC-236")
def test_attachments_keep_their_names_in_folders_one_can_read(left: Left) -> None:
    index = {row["row_id"]: row for row in parquet(left.masked, "attachments", "files")}
    with zipfile.ZipFile(left.masked.path) as bundle:
        for number, name in zip(left.filled.attachments, NAMES, strict=True):
            row = index[number]
            assert (row["name"], row["state"], row["removed"]) == (name, "ok", name == NAMES[-1])
            assert row["path"].startswith("attachments/论文/LW" if not row["removed"] else "attachments/已移除/论文/LW")
            assert bundle.read(row["path"]) == PDF + name.encode()
    paths = [row["path"].casefold() for row in index.values()]
    assert len(set(paths)) == len(paths) == len(NAMES)


@pytest.mark.ac("AC-236")
def test_each_type_has_a_sheet_with_a_row_a_record(left: Left) -> None:
    told = {sheet["type"]: sheet for sheet in manifest(left.clear)["sheets"]}
    assert set(told) == set(TYPE_IDS) and sum(sheet["rows"] for sheet in told.values()) == left.clear.records
    for made, birth, mobile in ((left.masked, BIRTH[:4], "139****0007"), (left.clear, BIRTH, MOBILE)):
        with zipfile.ZipFile(made.path) as bundle:
            papers = openpyxl.load_workbook(io.BytesIO(bundle.read("sheets/论文.xlsx"))).active
            people = openpyxl.load_workbook(io.BytesIO(bundle.read("sheets/人员.xlsx"))).active
        rows = {row[0]: row for row in papers.iter_rows(values_only=True)}
        assert len(rows) == 1 + len(left.filled.papers) + 1  # the heading, and a draft
        said = [str(cell) for row in rows.values() if TRICKY in row for cell in row]
        assert "00123 张伟" in said or ("张伟" in said and "00123" in said)
        heads, *cards = people.iter_rows(values_only=True)
        (card,) = [dict(zip(heads, row, strict=True)) for row in cards if "钱多多" in row]
        assert (str(card["出生日期"])[: len(birth)], card["手机"]) == (birth, mobile)


@pytest.mark.ac("AC-236")
def test_anybody_can_verify_files_and_audit_log_without_the_product(left: Left, tmp_path: Path) -> None:
    assert verify.main(str(left.masked.path)) == 0
    with zipfile.ZipFile(left.masked.path) as bundle:
        assert bundle.read("verify.py") == Path(verify.__file__).read_bytes()
        members = {name: bundle.read(name) for name in bundle.namelist()}
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(changed, "w") as out:
        for name, content in members.items():
            if name == "data/csv/audit_row.csv":
                content = content.replace("科研处管理员".encode(), "科研处操作员".encode(), 1)
            if name != "data/xlsx/paper.xlsx":
                out.writestr(name, content)
    with zipfile.ZipFile(changed) as bundle:
        assert list(verify.files(bundle)) == ["missing: data/xlsx/paper.xlsx", "changed: data/csv/audit_row.csv"]
        (problem,) = verify.audit_log(bundle)
    assert re.fullmatch(r"audit entry \d+ was changed", problem)


@pytest.mark.ac("AC-239")
def test_a_missing_or_damaged_attachment_is_named_and_the_bundle_made(sqlite_universe: Universe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANSHU_ATTACHMENTS", str(tmp_path / "files"))
    universe, store = sqlite_universe, sqlite_universe.store
    with store.begin(T1) as uow:
        draft = records.create_draft(uow, universe.r1, "paper", {"title": "缺附件"})
    for name in ("在.pdf", "丢.pdf", "坏.pdf"):
        attachments.add(store, universe.r1, draft.id, "other", name, PDF + name.encode())
    with store.read(ALL) as uow:
        found = dict(uow.conn.execute(select(p.attachment.c.name, p.attachment.c.sha256)).all())
    for name, content in (("丢.pdf", None), ("坏.pdf", b"changed on disk")):
        blobs.drop(found[name])
        if content is not None:
            (tmp_path / "files" / found[name][:2] / found[name][2:4] / found[name]).write_bytes(content)
    made = exit_bundle.make(store, system(universe), tmp_path / "out.zip")
    assert {(m.name, m.reason) for m in made.missing} == {("丢.pdf", "missing"), ("坏.pdf", "damaged")} and made.attachments == 1
    assert {m["name"] for m in manifest(made)["missing_attachments"]} == {"丢.pdf", "坏.pdf"}
    assert verify.main(str(made.path)) == 0
    assert {path.name for path in tmp_path.iterdir() if not path.name.startswith(("store.", "audit-head"))} == {"files", "out.zip"}


def test_what_is_written_meanwhile_is_not_in_it(universe: Universe, tmp_path: Path) -> None:
    store, wrote = universe.store, []

    def meanwhile(*_: object) -> None:
        if not wrote:
            with store.begin(T1) as uow:
                wrote.append(records.create_draft(uow, universe.r1, "paper", {"title": "同时填写"}).id)

    made = exit_bundle.make(store, system(universe), tmp_path / "out.zip", progress=meanwhile)
    assert wrote and made.records == len(parquet(made, "record")) == len(parquet(made, "person")) == 3
    assert wrote[0] not in {row["id"] for row in parquet(made, "record")} | {row["record_id"] for row in parquet(made, "paper")}


def test_who_may_let_a_university_leave(sqlite_universe: Universe, tmp_path: Path) -> None:
    universe = sqlite_universe
    for who in ("r1", "s11", "a1", "f1", "p1"):
        with pytest.raises(Denied):
            exit_bundle.make(universe.store, universe.principals[who], tmp_path / "no.zip")
    with pytest.raises(Denied):
        exit_bundle.make(universe.store, system(universe, "42"), tmp_path / "no.zip")
    made = exit_bundle.make(universe.store, universe.o1, tmp_path / "office.zip", personal_data=True)
    assert made.path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(OperationError, match="已存在"):
        exit_bundle.make(universe.store, universe.o1, made.path)
    with universe.store.read(ALL) as uow:
        rows = uow.conn.execute(select(p.audit_row).where(p.audit_row.c.action.like("exit_bundle%")).order_by(p.audit_row.c.id)).all()
        assert [(row.action, row.account_id, json.loads(row.detail)["personal_data"]) for row in rows] == [
            ("exit_bundle", universe.o1.account_id, True), ("exit_bundle.done", universe.o1.account_id, True),
        ]  # fmt: skip
        assert json.loads(rows[1].detail)["sha256"] == made.sha256
        assert audit.verify(uow).ok


@given(st.text(max_size=20) | st.sampled_from(["", "'", "''=", "=1+1", "-2.5", "＝", "\r", "\n", "\x00", "a\r\nb", "\ufeff"]))
def test_any_text_survives_a_csv_cell_and_is_no_formula(text: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([cells.to_csv(text), "x"])
    (row,) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert cells.from_csv(row[0], "text") == text
    assert row[0][:1] not in set("=+-@\t\r\n＝＋－＠")


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=200)), min_size=1, max_size=8))
def test_paths_are_safe_and_all_different(parts: list[tuple[str, str]]) -> None:
    made = names.Names()
    paths = [made.path("attachments", folder, name) for folder, name in parts]
    assert len({path.casefold() for path in paths}) == len(paths)
    for path in paths:
        first, folder, name = path.split("/")
        assert first == "attachments" and folder not in ("", ".", "..") and name not in ("", ".", "..")
        assert len(path.encode()) < 400 and not re.search(r'[\x00-\x1f\\:*?"<>|\u202e]', path)
