"""A bundle into an empty installation, all of it or nothing, in one transaction.

Ids stay what they were, so that references, archived documents and audit entries go on meaning the same; only
accounts, grants and the like whose id the new installation has given already take new ones. Nothing in a bundle is
trusted beyond its rows: each must belong to the university, no account may hold a role of the province, and there
are no passwords to bring.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Integer, Table, bindparam, func, insert, select, text, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from ingestion import audit
from ingestion.accounts.administration import PERSON_ROLES
from ingestion.attachments import blobs
from ingestion.bulk import statements
from ingestion.documents import sha256
from ingestion.exchange.exit_bundle import personal
from ingestion.exchange.exit_bundle.contents import DOCUMENTS, Carried, Kept, by_name, carried, is_account
from ingestion.exchange.exit_bundle.opening import BadBundle, Bundle
from ingestion.principal import OperationError
from ingestion.store import platform as p
from ingestion.store.engine import ALL, Store, UnitOfWork
from ingestion.store.triggers import university_column

ROLES = PERSON_ROLES | {"expert"}
MOST_ID = 2_000_000_000
BIRTH_RULE = "exit_birth_year"
ARCHIVED = {
    "audit_row": (p.archived_audit_row, "row_id", ("at", "account_id", "actor", "action", "object_type", "object_id", "detail")),
    "audit_block": (p.archived_audit_block, "block_id", ("rows", "leaves", "previous_hash", "hash", "signature", "sealed_at")),
}
"""Table of the bundle → archive, column of its id there, columns taken as they are."""

Progress = Callable[[int, int], None]
"""Rows and files stored so far, and in all."""


@dataclass
class Loaded:
    """``rows`` by table, ``files`` stored, ``renumbered`` accounts (old id → new), ``birth_years``: people of whom
    only the year of birth came along, ``codes``: built-in codes this installation did not know, kept as own."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    renumbered: dict[int, int] = field(default_factory=dict)
    birth_years: int = 0
    codes: int = 0


def require_empty(uow: UnitOfWork, bundle: Bundle) -> None:
    """Raises ``OperationError`` where any university stands, or an organisation has the bundle's code."""
    found = uow.conn.execute(select(p.university.c.code, p.university.c.kind)).all()
    if not found:
        raise OperationError("系统尚未初始化：请先运行 yanshu init。", "Nothing is set up yet: run yanshu init first.")
    code = bundle.code
    if any(row.code == code for row in found):
        raise OperationError(f"代码 {code} 在本系统已存在，没有导入。", f"The code {code} exists here already; nothing was imported.")
    others = [row.code for row in found if row.kind == "university"]
    if others or uow.conn.scalar(select(func.count()).select_from(p.record)):
        raise OperationError(
            f"只能导入空的系统：这里已有 {len(others)} 所高校的数据，没有导入。", f"A bundle goes into an empty installation; {len(others)} universities are here already. Nothing was imported."
        )


def load(store: Store, bundle: Bundle, progress: Progress | None = None) -> Loaded:
    """Store everything. Raises ``BadBundle`` for rows that cannot be, ``OperationError`` where the installation is
    not empty; then nothing is changed, and no file stays behind."""
    _compatible(bundle)
    loading = _Loading(bundle, progress)
    try:
        with store.begin(ALL) as uow:
            require_empty(uow, bundle)
            if uow.dialect == "sqlite":
                uow.conn.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            loading.run(uow)
    except BaseException as error:
        for content in loading.stored:
            blobs.drop(content)
        if isinstance(error, (IntegrityError, DataError)):  # no row a store wrote would do that
            raise BadBundle("迁出包中的数据互相矛盾，没有导入任何数据。", "The rows of the bundle contradict each other; nothing was imported.") from error
        if isinstance(error, OSError) or (isinstance(error, DBAPIError) and "full" in str(error.orig).lower()):
            raise OperationError("磁盘空间不足，没有导入任何数据。", "The disk is full; nothing was imported.") from error
        raise
    return loading.out


def _compatible(bundle: Bundle) -> None:
    """A bundle of an older version may lack columns that may be empty; it never has ones that are unknown here."""
    for table in bundle.manifest["tables"]:
        if table["group"] != "data":
            continue
        known = by_name().get(table["name"])
        columns = {kept.name: kept for kept in known.kept} if known else {}
        unknown = [c["name"] for c in table["columns"] if c["name"] not in columns or columns[c["name"]].written(bundle.personal) != c["kind"]]
        lacking = [kept for name, kept in columns.items() if name not in {c["name"] for c in table["columns"]} and not _may_lack(kept.source)]
        if known is None or unknown or lacking:
            name = f"{table['name']}.{(unknown or [kept.name for kept in lacking] or ['*'])[0]}"
            raise BadBundle(
                f"迁出包的数据结构（{name}）与本版本不同；请用导出时的研数版本导入后再升级。", f"The bundle's tables ({name}) differ from this version's; import it with the version that made it, then upgrade."
            )


def _may_lack(column: Column[Any]) -> bool:
    return bool(column.nullable or column.default is not None)


class _Loading:
    def __init__(self, bundle: Bundle, progress: Progress | None) -> None:
        self.bundle = bundle
        self.code = bundle.code
        self.out = Loaded()
        self.stored: list[str] = []
        self.progress = progress
        self.done = 0
        tables = bundle.manifest["tables"]
        self.total = sum(t["rows"] for t in tables if t["group"] == "data") + sum(t["rows"] for t in tables if t["group"] == "files")
        self.types: dict[int, str] = {}  # of the records whose archived documents are converted

    def run(self, uow: UnitOfWork) -> None:
        self.out.renumbered = self._accounts(uow)
        for table in carried():
            if table.restored and self.bundle.table(table.name) is not None:
                self.out.rows[table.name] = _Table(self, uow, table).load()
        for name, (archive, key, columns) in ARCHIVED.items():
            self.out.rows[name] = self._archive(uow, name, archive, key, columns)
        _draw_numbers(uow)
        self.out.codes = self._codes(uow)
        self._birth_years(uow)
        self._files(uow)
        audit.write(
            uow, None, "restore_bundle", "university", self.code,
            {
                "manifest_sha256": self.bundle.sha256, "store_id": self.bundle.manifest["store_id"], "as_of": self.bundle.manifest["as_of"],
                "made_by": self.bundle.manifest["made_by"], "personal_data": self.bundle.personal, "rows": sum(self.out.rows.values()),
                "files": self.out.files, "birth_years": self.out.birth_years, "codes": self.out.codes, "renumbered": {str(old): new for old, new in self.out.renumbered.items()},
            },
            university_code=self.code,
        )  # fmt: skip

    def advance(self, steps: int) -> None:
        self.done += steps
        if self.progress is not None:
            self.progress(min(self.done, self.total), self.total)

    def _accounts(self, uow: UnitOfWork) -> dict[int, int]:
        """New ids for the accounts whose id is taken here."""
        taken: set[int] = set(uow.conn.scalars(select(p.account.c.id)))
        brought = [row["id"] for batch in self.bundle.batches("account", columns=["id"]) for row in batch]
        fresh = max([*taken, *(number for number in brought if isinstance(number, int)), 0])
        return {old: fresh + n for n, old in enumerate((number for number in brought if number in taken), 1)}

    def _archive(self, uow: UnitOfWork, name: str, archive: Table, key: str, columns: tuple[str, ...]) -> int:
        """The old log, as it was: its hashes still hold, so its account ids are the old ones too."""
        fixed = {"university_code": self.code, "store_id": self.bundle.manifest["store_id"][:16]}
        count = 0
        for batch in self.bundle.batches(name):
            if name == "audit_row" and any(row["university_code"] != self.code for row in batch):
                raise foreign(name)
            if batch:
                statements.execute(uow, archive, [{**fixed, key: row["id"], **{column: row[column] for column in columns}} for row in batch])
            count += len(batch)
            self.advance(len(batch))
        return count

    def _codes(self, uow: UnitOfWork) -> int:
        """Built-in codes of the old installation that this one never had: kept as own ones, so that records that
        hold them stay readable."""
        c = p.code_item.c
        here = {(row.list, row.code) for row in uow.conn.execute(select(c.list, c.code).where(c.owner.in_([ALL, self.code])))}
        rows = [
            {**{name: row[name] for name in ("list", "code", "label_zh", "parent", "seq", "valid_from", "valid_to", "source", "version")}, "label_en": row["label_en"] or "", "owner": self.code}
            for row in self.bundle.rows("code_items", "codes")
            if not row["own"] and (row["list"], row["code"]) not in here
        ]  # fmt: skip
        if rows:
            uow.conn.execute(insert(p.code_item), rows)
        return len(rows)

    def _birth_years(self, uow: UnitOfWork) -> None:
        if self.bundle.personal:
            return
        rows = [
            {
                "university_code": self.code, "record_id": row["record_id"], "rule": BIRTH_RULE, "field": "birth_on", "severity": "warning", "source": "import",
                "text_zh": f"迁出包只带来出生年份 {row['birth_on']}，暂按 1 月 1 日保存，请核对出生日期。",
                "text_en": f"The exit bundle brought the year of birth {row['birth_on']} only, kept as 1 January; check the date of birth.",
                "opened_at": uow.now,
            }
            for name in ("person", "expert")
            for row in self.bundle.rows(name)
            if row["birth_on"] is not None
        ]  # fmt: skip
        if rows:
            uow.conn.execute(insert(p.finding), rows)
        self.out.birth_years = len(rows)

    def _files(self, uow: UnitOfWork) -> None:
        """Contents by their hash; what the bundle itself lacked stays missing."""
        wanted: set[str] = set(uow.conn.scalars(select(p.blob.c.sha256)))
        hashes = {entry["path"]: entry["sha256"] for entry in self.bundle.manifest["files"]}
        for row in self.bundle.rows("attachments", "files"):
            self.advance(1)
            if row["state"] != "ok":
                continue
            path, content_sha = row["path"], row["sha256"]
            if hashes.get(path) != content_sha or content_sha not in wanted:
                raise BadBundle(f"附件“{row['name']}”与清单不符，没有导入任何数据。", f"The attachment “{row['name']}” is not what the manifest says; nothing was imported.")
            if not blobs.exists(content_sha):
                with self.bundle.content(path) as content:
                    blobs.put(content, content_sha)
                self.stored.append(content_sha)
            self.out.files += 1


def foreign(name: str) -> BadBundle:
    return BadBundle(f"数据表“{name}”含不属于该校的内容，没有导入任何数据。", f"The table “{name}” holds what is not this university's; nothing was imported.")


class _Table:
    """The rows of one table on their way in."""

    def __init__(self, loading: _Loading, uow: UnitOfWork, table: Carried) -> None:
        self.loading = loading
        self.uow = uow
        self.table = table
        self.target = table.table
        columns = {column["name"] for column in (loading.bundle.table(table.name) or {"columns": []})["columns"]}
        self.kept = [kept for kept in table.kept if kept.name in columns]
        brought = {kept.source.name for kept in self.kept}
        self.defaults = {c.name: c.default.arg for c in self.target.c if c.name not in brought and isinstance(c.default, ScalarElementColumnDefault)}
        self.owner = university_column(table.name)
        self.accounts = [kept.name for kept in self.kept if is_account(kept.source)]
        self.references = _self_references(self.target)
        self.numbered = "id" in self.target.c and isinstance(self.target.c.id.type, Integer) and "id" in self.target.primary_key.columns
        self.taken: set[int] = set()
        if self.numbered and table.name != "account":
            self.taken.update(uow.conn.scalars(select(self.target.c.id)))
        self.there: set[int] = set()  # ids a reference inside the table may already name
        self.later: list[tuple[str, int, int]] = []  # column, row, the row it refers to

    def load(self) -> int:
        count = 0
        again: list[dict[str, Any]] = []
        planned = 0
        for batch in self.loading.bundle.batches(self.table.name):
            rows = [self._row(row) for row in batch]
            again += [row for row in rows if self.numbered and row["id"] in self.taken]
            fresh = [row for row in rows if not (self.numbered and row["id"] in self.taken)]
            if count >= 2 * planned:
                statements.plan_anew(self.uow)
                planned = count
            if fresh:
                statements.execute(self.uow, self.target, fresh)
            count += len(rows)
            self.loading.advance(len(rows))
        self._refer()
        if again:  # their number is taken here, and nothing refers to it
            _draw_numbers(self.uow, [self.target])
            self.uow.conn.execute(insert(self.target), [{k: v for k, v in row.items() if k != "id"} for row in again])
        return count

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        self._check(row)
        out: dict[str, Any] = dict(self.defaults)
        for kept in self.kept:
            out.update(self._value(kept, row))
        for name in self.accounts:
            out[name] = self.loading.out.renumbered.get(out[name], out[name])
        match self.table.name:
            case "university":
                out["enabled"] = True
            case "account":
                out["id"] = self.loading.out.renumbered.get(out["id"], out["id"])
            case "record":
                if personal.is_treated(out["type"]):
                    self.loading.types[out["id"]] = out["type"]
            case "setting":
                self._setting(out)
            case "record_version":
                if out["document"] != row["document"]:
                    out["sha256"] = sha256(out["document"])
        if self.references:
            self._order(out)
        return out

    def _value(self, kept: Kept, row: dict[str, Any]) -> dict[str, Any]:
        value, clear = row[kept.name], self.loading.bundle.personal
        if DOCUMENTS.get(self.table.name) == kept.name:
            type_id = self.loading.types.get(row["record_id"])
            if type_id is None:
                return {kept.name: value}
            try:
                return {kept.name: personal.document_arriving(type_id, value, clear)}
            except (KeyError, TypeError, ValueError, RecursionError) as error:
                raise self._impossible(kept.name) from error
        try:
            return personal.arriving(kept, value, clear)
        except ValueError as error:
            raise self._impossible(kept.name) from error

    def _setting(self, row: dict[str, Any]) -> None:
        try:
            json.loads(row["value"])
        except (ValueError, RecursionError) as error:
            raise self._impossible(str(row["key"])) from error

    def _impossible(self, column: str) -> BadBundle:
        return BadBundle(f"数据表“{self.table.name}”的“{column}”中有无法读取的内容，没有导入任何数据。", f"“{column}” of the table “{self.table.name}” cannot be read; nothing was imported.")

    def _check(self, row: dict[str, Any]) -> None:
        name, code = self.table.name, self.loading.code
        if self.owner in row and row[self.owner] != code:
            raise foreign(name)
        if self.numbered and not (isinstance(row["id"], int) and 0 < row["id"] <= MOST_ID):
            raise self._impossible("id")
        beyond = (
            (name == "university" and row["kind"] != "university")
            or (name == "account" and row["kind"] not in ("person", "expert", "system"))
            or (name == "account_grant" and row["role"] not in ROLES)
            or (name == "notice" and row["audience"] != "university")
        )
        if beyond:
            raise foreign(name)

    def _order(self, row: dict[str, Any]) -> None:
        """A row may name another of its table that comes later: then the reference follows when all are there."""
        for column in self.references:
            target = row.get(column)
            if target is not None and target != row["id"] and target not in self.there:
                self.later.append((column, row["id"], target))
                row[column] = None
        if self.table.name != "record" or row["type"] == "person":  # records only ever name people
            self.there.add(row["id"])

    def _refer(self) -> None:
        for column in self.references:
            found = [{"_row": row, "_to": to} for name, row, to in self.later if name == column]
            if found:
                self.uow.conn.execute(update(self.target).where(self.target.c.id == bindparam("_row")).values({column: bindparam("_to")}), found)


def _self_references(table: Table) -> list[str]:
    return [
        column.name
        for column in table.c
        if column.name != "university_code" and any(key.column.table is table for key in column.foreign_keys)
    ]


def _draw_numbers(uow: UnitOfWork, tables: Iterable[Table] | None = None) -> None:
    """On PostgreSQL the sequences move behind the ids that were brought. The product's role may draw from them
    and not set them: drawing a million takes a second."""
    if uow.dialect != "postgresql":
        return
    for table in tables if tables is not None else _numbered():
        highest = uow.conn.scalar(select(func.max(table.c.id)))
        if highest is None:
            continue
        sequence = uow.conn.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name})
        last = int(uow.conn.scalar(text(f"SELECT last_value FROM {sequence}")) or 0)  # noqa: S608 named by the catalogue
        if highest > last:
            drawn = text("SELECT max(nextval(CAST(:sequence AS regclass))) FROM generate_series(1, :n)")
            uow.conn.execute(drawn, {"sequence": sequence, "n": highest - last + 1})


def _numbered() -> Iterator[Table]:
    for table in (*(one.table for one in carried()), p.archived_audit_row, p.archived_audit_block):
        if "id" in table.c and "id" in table.primary_key.columns and isinstance(table.c.id.type, Integer):
            yield table
