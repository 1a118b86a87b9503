"""A bundle into an empty installation on the other database: everything arrives, and nothing else."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from ingestion import accounts, attachments, audit, codes, records, serializer
from ingestion.attachments import blobs
from ingestion.exchange import exit_bundle
from ingestion.exchange.exit_bundle import BadBundle, Made, comparing
from ingestion.principal import OperationError
from ingestion.store import platform as p
from ingestion.store import triggers
from ingestion.store.engine import ALL, Store
from tests.conftest import copy_sqlite
from tests.ingestion.exchange.exit_bundle.conftest import Left
from tests.ingestion.exchange.exit_bundle.leaving import BIRTH, ID_NUMBER, MOBILE, NAMES, PDF, TRICKY
from tests.universe import T1

once = pytest.mark.parametrize("left", ["sqlite"], indirect=True)  # a bundle is judged alike wherever it comes from


@pytest.fixture
def new_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another installation: other keys, another place for files."""
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path / "new"))
    return tmp_path / "new"


@pytest.fixture
def empty(left: Left, new_home: Path, request: pytest.FixtureRequest) -> Store:
    """Set up, with its province alone; on the database the bundle does not come from."""
    other = "postgres_store" if left.filled.universe.store.dialect == "sqlite" else "sqlite_store"
    return initialised(request.getfixturevalue(other))


def initialised(store: Store) -> Store:
    with store.begin(ALL) as uow:
        codes.load_built_in(uow)
        accounts.initialise(uow, "42", "省教育厅", "admin", "省厅管理员")
        for n in range(5):  # whose ids the bundle's accounts also have
            accounts.create_account(uow, None, "42", f"p{n}", f"省厅{n}", grants=(accounts.Grant("province_staff"),))
    return store


def load(store: Store, path: Path) -> tuple[exit_bundle.Loaded, list[comparing.Comparison]]:
    with exit_bundle.opened(path) as bundle:
        loaded = exit_bundle.load(store, bundle)
        return loaded, comparing.compare(store, bundle, loaded)


@pytest.mark.ac("AC-237")
def test_everything_arrives_on_the_other_database(left: Left, empty: Store) -> None:
    loaded, compared = load(empty, left.clear.path)
    assert [(one.key, one.differences) for one in compared if not one.ok] == []
    assert {one.key: bool(one.compared) for one in compared} == {"rows": True, "records": True, "versions": True, "attachments": True, "audit": True}
    with empty.read(ALL) as uow:
        count = select(func.count()).select_from(p.account)
        assert uow.conn.scalar(count.where(p.account.c.university_code == T1)) == left.clear.counts["account"]
        assert uow.conn.scalar(count.where(p.account.c.password_hash.is_not(None))) == 0
        assert loaded.renumbered and set(loaded.renumbered) <= set(range(1, 8))  # the province's own were first
        owner = uow.conn.execute(select(p.account.c.username).join(p.record, p.record.c.entered_by == p.account.c.id).where(p.record.c.title == "未完成的草稿"))
        assert owner.scalar_one() == "00123"
        titles = set(uow.conn.scalars(select(p.record.c.title)))
        assert " ".join(TRICKY.split()) in titles
        person = serializer.read(uow, "person", [left.filled.person], "clear")[left.filled.person]
        assert (person["id_number"], person["mobile"], person["birth_on"]) == (ID_NUMBER, MOBILE, BIRTH)
        version = uow.conn.execute(select(p.record_version.c.document).where(p.record_version.c.record_id == left.filled.person)).scalars().first()
        assert serializer.restore("person", str(version), "clear")["mobile"] == MOBILE
        assert uow.conn.scalar(select(p.code_item.c.label_zh).where(p.code_item.c.owner == T1)) == "校内论文"


@pytest.mark.ac("AC-237")
def test_work_goes_on_in_the_new_installation(left: Left, empty: Store) -> None:
    load(empty, left.masked.path)
    with empty.begin(ALL) as uow:
        office = uow.conn.execute(select(p.account.c.id).where(p.account.c.university_code == T1, p.account.c.username == "00123")).scalar_one()
        token = accounts.links.issue_unchecked(uow, None, office, T1, "activate")
    accounts.redeem_link(empty, token, "Neuer-Anfang-2027")
    researcher = accounts.login(empty, T1, "00123", "Neuer-Anfang-2027").principal
    with empty.begin(T1) as uow:
        draft = records.create_draft(uow, researcher, "paper", {"title": "在新系统填写"})
        highest = uow.conn.scalar(select(func.max(p.record.c.id)))
    assert draft.id == highest and draft.id > max(left.filled.papers)
    made = attachments.add(empty, researcher, draft.id, "other", "新.pdf", PDF)
    with empty.begin(T1) as uow:
        assert attachments.open_bytes(uow, researcher, made)[1] == PDF
        assert attachments.open_bytes(uow, researcher, left.filled.attachments[0]) == (NAMES[0], PDF + NAMES[0].encode())
        person = serializer.read(uow, "person", [left.filled.person], "clear")[left.filled.person]
        assert "id_number" not in person and person["birth_on"] == f"{BIRTH[:4]}-01-01"
        finding = uow.conn.execute(select(p.finding.c.text_zh).where(p.finding.c.rule == "exit_birth_year", p.finding.c.record_id == left.filled.person)).scalar_one()
        assert BIRTH[:4] in finding
    with empty.begin(ALL) as uow:
        audit.seal(uow)
        assert audit.verify(uow).ok
        (row,) = uow.conn.execute(select(p.audit_row.c.detail).where(p.audit_row.c.action == "restore_bundle")).all()
        assert json.loads(row.detail)["manifest_sha256"] == left.masked.sha256
@once
def test_a_university_leaves_again_with_its_first_log(left: Left, empty: Store, tmp_path: Path) -> None:
    load(empty, left.clear.path)
    with empty.read(ALL) as uow:
        actor = accounts.system_principal(uow, T1)
    again = exit_bundle.make(empty, actor, tmp_path / "again.zip", personal_data=True)
    assert again.counts["archived_audit_row"] == left.clear.counts["audit_row"]
    same = {name: n for name, n in left.clear.counts.items() if not name.startswith(("audit", "archived"))}
    assert {name: again.counts[name] for name in same} == same


@once
@pytest.mark.ac("AC-237")
def test_a_changed_entry_of_the_old_log_is_named(left: Left, new_home: Path, sqlite_store: Store) -> None:
    """The archive is held by its hashes even against whoever owns the database."""
    store = initialised(sqlite_store)
    load(store, left.masked.path)
    with store.begin(ALL) as uow:
        ((code, origin),) = comparing.archived(uow)
        assert (code, list(comparing.archive_problems(uow, code, origin))) == (T1, [])
        with pytest.raises(DBAPIError, match="only ever added"), uow.conn.begin_nested():
            uow.conn.execute(update(p.archived_audit_row).values(actor="别人"))
        triggers.drop(uow.conn)
        number = uow.conn.scalar(select(func.min(p.archived_audit_row.c.row_id)))
        uow.conn.execute(update(p.archived_audit_row).where(p.archived_audit_row.c.row_id == number).values(actor="别人"))
        assert list(comparing.archive_problems(uow, code, origin)) == [(f"操作日志 {number} 已被改动。", f"Audit entry {number} was changed.")]
    with exit_bundle.opened(left.masked.path) as bundle:
        (audit_log,) = [one for one in comparing.compare(store, bundle, exit_bundle.Loaded(birth_years=99)) if one.key == "audit"]
    assert not audit_log.ok


def without_column(table: str, column: str, revision: str) -> Callable[[dict[str, bytes]], None]:
    """As a version of the product would have written it that did not know the column yet."""

    def change(members: dict[str, bytes]) -> None:
        path = f"data/parquet/{table}.parquet"
        out = io.BytesIO()
        pq.write_table(pq.read_table(io.BytesIO(members[path])).drop_columns([column]), out)
        members[path] = out.getvalue()
        manifest = json.loads(members["manifest.json"])
        manifest["schema_revision"] = revision
        (told,) = [t for t in manifest["tables"] if (t["group"], t["name"]) == ("data", table)]
        told["columns"] = [c for c in told["columns"] if c["name"] != column]
        members["manifest.json"] = json.dumps(manifest).encode()

    return change


@once
def test_a_bundle_of_an_older_version_may_lack_what_may_be_empty(left: Left, new_home: Path, sqlite_store: Store, tmp_path: Path) -> None:
    store = initialised(sqlite_store)
    lacking = rewritten(left.masked, tmp_path / "lacking.zip", without_column("record", "title", "0011"))
    load(store, lacking)
    with store.read(ALL) as uow:
        assert set(uow.conn.scalars(select(p.record.c.title))) == {""}  # the column's own default
    cut = rewritten(left.masked, tmp_path / "cut.zip", without_column("record", "created_at", "0011"))
    with exit_bundle.opened(cut) as bundle, pytest.raises(BadBundle, match="record.created_at"):
        exit_bundle.load(store, bundle)


# --- what must not come in ------------------------------------------------------------------------------


def rewritten(made: Made, out: Path, change: Callable[[dict[str, bytes]], None], *, sealed: bool = True) -> Path:
    """The bundle with other members; ``sealed``: manifest, hashes and seal made to agree, as a forger would."""
    with zipfile.ZipFile(made.path) as bundle:
        members = {name: bundle.read(name) for name in bundle.namelist()}
    change(members)
    if sealed:
        manifest = json.loads(members["manifest.json"])
        for entry in manifest["files"]:
            content = members.get(entry["path"], b"")
            entry.update(size=len(content), sha256=hashlib.sha256(content).hexdigest())
        members["manifest.json"] = json.dumps(manifest).encode()
        members["manifest.json.sha256"] = hashlib.sha256(members["manifest.json"]).hexdigest().encode()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out


def rows_changed(name: str, **values: Any) -> Callable[[dict[str, bytes]], None]:
    """The first row of a table says something else."""

    def change(members: dict[str, bytes]) -> None:
        path = f"data/parquet/{name}.parquet"
        table = pq.read_table(io.BytesIO(members[path]))
        rows = table.to_pylist()
        rows[0].update(values)
        out = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), out)
        members[path] = out.getvalue()

    return change


def manifest_changed(**values: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        manifest.update(values)
        members["manifest.json"] = json.dumps(manifest).encode()

    return change


FORGED: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "another university's row": (rows_changed("paper", university_code="99002"), "不属于该校"),
    "an account of the province": (rows_changed("account", university_code="42"), "不属于该校"),
    "a role of the province": (rows_changed("account_grant", role="province_staff"), "不属于该校"),
    "an office of the province": (rows_changed("university", kind="province"), "不属于该校"),
    "a number without end": (rows_changed("record", id=9_000_000_000_000_000_000), "无法读取"),
    "a reference into nothing": (rows_changed("paper_indexings", record_id=77_777_777), "互相矛盾"),
    "a state that cannot be": (rows_changed("record", state="55"), "互相矛盾"),
    "another product's file": (manifest_changed(format="zip"), "不是完整的迁出包"),
    "a newer format": (manifest_changed(format_version=99), "请先升级"),
    "newer tables": (manifest_changed(schema_revision="9999"), "比本系统新"),
    "a manifest of nonsense": (manifest_changed(tables=[{"name": 1}]), "不是完整的迁出包"),
    "rows without end": (lambda members: members.update({"data/parquet/paper.parquet": b"PAR1" + b"\0" * 100 + b"PAR1"}), "已损坏"),
}


@pytest.fixture(scope="module")
def standing_empty(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One for all refusals: none of them changes it."""
    for store in copy_sqlite(sqlite_template, tmp_path_factory.mktemp("empty")):
        yield initialised(store)


@pytest.fixture
def quiet(left: Left, new_home: Path, standing_empty: Store) -> Iterator[Store]:
    """An empty installation that must be as it was afterwards."""
    def standing() -> list[int]:
        with standing_empty.read(ALL) as uow:
            return [uow.conn.execute(select(func.count()).select_from(table)).scalar_one() for table in p.METADATA.sorted_tables]

    before = standing()
    yield standing_empty
    assert standing() == before
    assert not [path for path in new_home.rglob("*") if path.is_file() and "keys" not in path.parts]


def refused(store: Store, path: Path) -> str:
    with pytest.raises(OperationError) as refusal:
        load(store, path)
    assert refusal.value.zh.count("。") == 1 and refusal.value.en.isascii() or "“" in refusal.value.en
    return refusal.value.zh


@once
@pytest.mark.parametrize("name", FORGED)
def test_a_forged_bundle_is_refused_in_one_sentence(name: str, left: Left, quiet: Store, tmp_path: Path) -> None:
    change, said = FORGED[name]
    assert said in refused(quiet, rewritten(left.masked, tmp_path / "forged.zip", change))
@once
def test_any_changed_byte_is_found_before_anything_changes(left: Left, quiet: Store, tmp_path: Path) -> None:
    whole = left.masked.path.read_bytes()
    with zipfile.ZipFile(left.masked.path) as bundle:
        offsets = {info.filename: info.header_offset + 30 + len(info.filename.encode()) + 60 for info in bundle.infolist()}
    path = tmp_path / "changed.zip"
    for name in ("data/parquet/record.parquet", "data/csv/paper.csv", "README.md", "verify.py", "manifest.json"):
        at = offsets[name]
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert f"“{name}”已损坏" in refused(quiet, path)
    repacked = rewritten(left.masked, path, lambda members: members.update({"data/csv/paper.csv": members["data/csv/paper.csv"].replace(b"2025", b"2024", 1)}), sealed=False)
    assert "“data/csv/paper.csv”已损坏" in refused(quiet, repacked)  # although the zip's own check sums agree
    for cut in (10, len(whole) // 2, len(whole) - 5):
        path.write_bytes(whole[:cut])
        assert "不是完整的迁出包" in refused(quiet, path)


def _added(name: str, content: bytes = b"x", mode: int = 0o100600) -> Callable[[Path, Path], None]:
    def build(source: Path, out: Path) -> None:
        out.write_bytes(source.read_bytes())
        with zipfile.ZipFile(out, "a") as bundle:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            bundle.writestr(info, content)

    return build


def _bomb(_source: Path, out: Path) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        with bundle.open("bomb", "w", force_zip64=True) as member:
            for _ in range(300):
                member.write(b"\0" * 1_000_000)


def _endless_directory(source: Path, out: Path) -> None:
    whole = bytearray(source.read_bytes())
    at = whole.rfind(b"PK\x05\x06")
    whole[at + 10 : at + 16] = struct.pack("<HL", 65_535, 0xFFFFFFF0)
    out.write_bytes(whole)


HOSTILE: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "a path out of the folder": (_added("../../evil.py"), "不安全的路径"),
    "an absolute path": (_added("/etc/evil"), "不安全的路径"),
    "a path of another system": (_added("C:\\evil"), "不安全的路径"),
    "a link": (_added("attachments/link", b"/etc/passwd", 0o120777), "不安全的路径"),
    "a name there twice": (_added("README.md"), "不安全的路径"),
    "a file beside the manifest": (_added("attachments/extra.exe"), "不在清单里"),
    "a bomb": (_bomb, "体积异常"),
    "a directory without end": (_endless_directory, "不是完整的迁出包"),
    "no zip": (lambda _source, out: out.write_bytes(b"%PDF-1.7" + b"x" * 1000), "不是完整的迁出包"),
    "nothing": (lambda _source, out: out.write_bytes(b""), "不是完整的迁出包"),
    "no file": (lambda _source, out: None, "无法读取文件"),
}


@once
@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_zip_is_refused_in_one_sentence(name: str, left: Left, quiet: Store, tmp_path: Path) -> None:
    build, said = HOSTILE[name]
    path = tmp_path / "hostile.zip"
    build(left.masked.path, path)
    assert said in refused(quiet, path)
@once
def test_a_missing_file_and_another_check_value_are_named(left: Left, quiet: Store, tmp_path: Path) -> None:
    lacking = rewritten(left.masked, tmp_path / "lacking.zip", lambda members: [members.pop("data/csv/paper.csv")] and None, sealed=False)
    assert "缺少 1 个文件，如“data/csv/paper.csv”" in refused(quiet, lacking)
    with pytest.raises(BadBundle, match=left.masked.sha256), exit_bundle.opened(left.masked.path, expect="0" * 64):
        pass


def test_only_an_empty_installation_takes_a_bundle(left: Left, store: Store) -> None:
    with exit_bundle.opened(left.masked.path) as bundle:
        for code, said in ((None, "yanshu init"), ("99777", "只能导入空的系统"), (T1, "已存在")):
            with store.begin(ALL) as uow:
                if code is not None:
                    accounts.create_university(uow, None, code, "一所大学")
            with pytest.raises(OperationError, match=said):
                exit_bundle.load(store, bundle)
@once
def test_a_file_stored_before_a_failure_does_not_stay(left: Left, quiet: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    put = blobs.put

    def third_fails(content: Any, content_sha: str) -> None:
        if len(seen) == 2:
            raise blobs.StorageFailed
        seen.append(content_sha)
        put(content, content_sha)

    monkeypatch.setattr(blobs, "put", third_fails)
    with pytest.raises(blobs.StorageFailed):
        load(quiet, left.masked.path)
    assert len(seen) == 2 and not any(blobs.exists(one) for one in seen)
