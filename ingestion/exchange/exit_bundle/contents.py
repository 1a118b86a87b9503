"""What leaves with a university: every table that holds rows of it, column by column, and how each is written.

A table with ``university_code`` is carried by itself, so that a new one cannot be forgotten; what stays behind
is named with its reason, and a contract test asks for one or the other. No password hash, token or key is among
the columns. Personal numbers (identity numbers, phones, bank accounts) and birth dates are masked unless asked
for in clear: of a birth date the year is left, which is all the indicators need.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import pyarrow as pa
from sqlalchemy import Column, ColumnElement, LargeBinary, Select, Table, and_, case, null, or_, select, true

from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.exit_bundle import words
from ingestion.store import arrow, triggers
from ingestion.store import platform as p
from ingestion.store.platform import METADATA
from ingestion.store.tables import CHILD_TABLES, TYPE_TABLES

LEFT_BEHIND: dict[str, tuple[str, str]] = {
    "session": ("登录会话，属于凭据", "login sessions are credentials"),
    "one_time_token": ("一次性链接，属于凭据", "single-use links are credentials"),
    "password_history": ("历史密码，属于凭据", "former passwords are credentials"),
    "idempotency": ("提交令牌，只在提交时有用", "submission tokens serve only while submitting"),
    "unread_text": ("草稿里还不能识别的文字，尚未成为数据", "text in drafts that could not be read and is no value yet"),
    "vault_key_check": ("密钥校验值，属于原系统", "the key probe belongs to the installation"),
    "change_log": ("数据提取日志，属于原系统", "the feed's log belongs to the installation"),
    "refresh_request": ("刷新请求，属于原系统", "refresh requests belong to the installation"),
    "refresh_status": ("刷新状态，属于原系统", "refresh runs belong to the installation"),
    "signed_snapshot": ("报送快照由原系统的密钥签名，逐份下载、逐份核验", "snapshots are signed with the installation's key: fetched and verified one by one"),
    "preference": ("各账号的界面偏好，只对原系统有意义", "what accounts want remembered means something to the installation alone"),
    "job": ("后台任务，只对原系统有意义", "jobs mean something to the installation alone"),
    "import_row": ("导入文件逐行的校验结果，成果本身已在记录中", "what was said of each row of an imported file; the records themselves leave"),
    "import_choice": ("导入时对同名人员的选择，已体现在记录中", "who was chosen for a name while importing; the records tell it"),
    "import_mapping": ("记住的列名对应，只对原系统的导入有意义", "remembered headings serve imports of the installation alone"),
}
"""Tables that stay: why, in both languages."""

LEFT_COLUMNS = frozenset(
    {("account", name) for name in ("password_hash", "password_set_at", "must_change", "locked_until")}
    | {("import_batch", name) for name in ("run", "beat_at")}
)
"""Columns that stay: everybody chooses a new password. Cipher texts and their masks are carried as one column under
the field's own name."""

NOT_RESTORED = frozenset({"audit_row", "audit_block"})
"""The log of the old installation becomes an archive in the new one, whose own log goes on."""

DOCUMENTS: dict[str, str] = {"record_version": "document", "amendment": "document"}
"""Tables whose column holds a record's document as JSON, secrets encrypted inside."""

Kind = Literal["whole", "real", "flag", "day", "moment", "text"]
Treatment = Literal["plain", "secret", "phone", "birth", "document"]

ARROW: dict[Kind, pa.DataType] = {
    "whole": pa.int64(), "real": pa.float64(), "flag": pa.bool_(), "day": pa.date32(),
    "moment": pa.timestamp("us", tz="UTC"), "text": pa.string(),
}  # fmt: skip
_KINDS: dict[pa.DataType, Kind] = {
    pa.int64(): "whole", pa.float64(): "real", pa.bool_(): "flag", pa.date32(): "day",
    pa.timestamp("us"): "moment", pa.string(): "text",
}  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """One column in the bundle. ``treatment`` says what happens to personal data in it; ``field`` is the
    catalogue's, None for a hand-written column; ``beside`` names what the workbook shows next to it:
    code, unit, person, account or number (of a record)."""

    name: str
    kind: Kind
    zh: str
    en: str
    source: Column[Any]
    treatment: Treatment = "plain"
    field: k.Field | None = None
    beside: str = ""

    def written(self, personal: bool) -> Kind:
        """The kind of what is written: of a masked birth date the year as text."""
        return "text" if self.treatment == "birth" and not personal else self.kind

    @property
    def is_money(self) -> bool:
        return isinstance(self.field, k.Money) or (self.field is None and self.source.table.name in MONEY and self.name in MONEY[self.source.table.name])


MONEY = {"fund_entry": {"fen"}, "project_balance": {"arrived", "frozen", "outward", "spent"}}


@dataclass(frozen=True)
class Carried:
    """One table in the bundle. ``restored``: an import puts its rows back into the table of the same name."""

    name: str
    zh: str
    en: str
    table: Table
    kept: tuple[Kept, ...]

    @property
    def restored(self) -> bool:
        return self.name not in NOT_RESTORED

    @property
    def keys(self) -> tuple[str, ...]:
        """The primary key's columns: the order of the rows."""
        return tuple(c.name for c in self.table.primary_key.columns)

    def own(self, code: str) -> ColumnElement[bool]:
        """Whose rows leave."""
        if self.name == "blob":
            return or_(*(self.table.c.sha256.in_(select(t.c.sha256).where(t.c.university_code == code)) for t in file_tables()))
        if self.name == "audit_block":
            return true()  # the chain is one; see ``_sealed``
        c = self.table.c
        owner: ColumnElement[bool] = c[triggers.university_column(self.name)] == code
        if self.name == "record":
            return and_(owner, c.state != p.LOADING)
        if self.name == "import_batch":
            return and_(owner, c.state.not_in(("checking", "checked", "loading")))
        if "record_id" in c:  # what belongs to an import that is not in effect stays behind with it
            loading = select(p.record.c.id).where(p.record.c.university_code == code, p.record.c.state == p.LOADING)
            return and_(owner, or_(c.record_id.is_(None), c.record_id.not_in(loading)))
        return owner

    def select(self, code: str) -> Select[Any]:
        """The rows in the order of the key, the columns as kept; for documents, last, the record's type."""
        sources: list[Any] = [kept.source.label(kept.name) for kept in self.kept]
        if self.name == "audit_block":
            sources = [self._sealed(kept.source, code) if kept.name in ("rows", "leaves") else kept.source for kept in self.kept]
        order = [self.table.c[name] for name in self.keys]
        if self.name in DOCUMENTS:
            return (
                select(*sources, p.record.c.type.label("_type"))
                .join(p.record, p.record.c.id == self.table.c.record_id)
                .where(self.own(code))
                .order_by(*order)
            )
        return select(*sources).where(self.own(code)).order_by(*order)

    def _sealed(self, column: Column[Any], code: str) -> Any:
        """A block's content leaves only where it seals rows of this university; its hash and link always do."""
        rows = p.audit_row.c
        seals = select(rows.id).where(rows.university_code == code, rows.id >= self.table.c.first_row, rows.id <= self.table.c.last_row)
        return case((seals.exists(), column), else_=null()).label(column.name)


@cache
def file_tables() -> tuple[Table, ...]:
    """Tables whose rows name a stored file content (``sha256``): attachments, and whatever else keeps files."""
    return tuple(
        table
        for table in METADATA.sorted_tables
        if any(key.column.table.name == "blob" for column in table.c for key in column.foreign_keys)
    )


@cache
def carried() -> tuple[Carried, ...]:
    """Every table that leaves, in an order in which each follows what it refers to."""
    return tuple(_carried(table) for table in METADATA.sorted_tables if table.name not in LEFT_BEHIND)


@cache
def by_name() -> dict[str, Carried]:
    return {one.name: one for one in carried()}


def _carried(table: Table) -> Carried:
    zh, en = _table_words().get(table.name) or words.of_table(table.name)
    fields = _fields().get(table.name, {})
    return Carried(table.name, zh, en, table, tuple(_kept(table, fields)))


def _kept(table: Table, fields: dict[str, k.Field]) -> Iterator[Kept]:
    for column in table.c:
        if (table.name, column.name) in LEFT_COLUMNS:
            continue
        if isinstance(column.type, LargeBinary):
            field = fields[column.name.removesuffix("_cipher")]
            yield Kept(field.name, "text", field.zh, field.en, column, "secret", field)
            continue
        if column.name.endswith("_mask") and f"{column.name[:-5]}_cipher" in table.c:
            continue
        kind = _KINDS[arrow.type_of(column)]
        of = fields.get(column.name)
        if of is not None:
            yield Kept(column.name, kind, of.zh, of.en, column, personal(of), of, _beside(of))
        elif (base := fields.get(column.name.removesuffix("_precision"))) is not None and column.name.endswith("_precision"):
            yield Kept(column.name, kind, f"{base.zh}（精确到）", f"{base.en} (precision)", column)
        else:
            zh, en = words.of_column(column.name)
            treatment: Treatment = "document" if DOCUMENTS.get(table.name) == column.name else "plain"
            yield Kept(column.name, kind, zh, en, column, treatment, beside=_beside_of_platform(table, column))


def personal(field: k.Field) -> Treatment:
    """What a field of the catalogue needs before it may leave without personal data."""
    match field:
        case k.Secret():
            return "secret"
        case k.Identifier(scheme="phone"):
            return "phone"
        case k.Date(name="birth_on"):
            return "birth"
        case _:
            return "plain"


def _beside(field: k.Field) -> str:
    match field:
        case k.Code():
            return "code"
        case k.UnitRef():
            return "unit"
        case k.PersonRef():
            return "person"
        case _:
            return ""


def _beside_of_platform(table: Table, column: Column[Any]) -> str:
    if is_account(column):
        return "account"
    match column.name:
        case "unit_id" | "college_id" | "parent_id" | "successor_id":
            return "unit"
        case "person_id" | "owner_person_id":
            return "person"
        case "id" if table.name == "record":
            return "number"
        case _:
            return ""


def is_account(column: Column[Any]) -> bool:
    """Whether the column names an account: by its foreign key, or by its name where it has none."""
    return column.name == "account_id" or any(key.column.table.name == "account" for key in column.foreign_keys)


@cache
def _table_words() -> dict[str, tuple[str, str]]:
    out = {TYPE_TABLES[t.id].name: (t.zh, t.en) for t in ALL_RECORDS.values()}
    for t in ALL_RECORDS.values():
        for child in t.children():
            out[CHILD_TABLES[t.id, child.name].name] = (f"{t.zh}：{child.zh}", f"{t.en}: {child.en}")
    return out


@cache
def _fields() -> dict[str, dict[str, k.Field]]:
    """Table → column → field of the catalogue."""
    out = {TYPE_TABLES[t.id].name: {f.name: f for f in t.fields()} for t in ALL_RECORDS.values()}
    for t in ALL_RECORDS.values():
        for child in t.children():
            out[CHILD_TABLES[t.id, child.name].name] = {f.name: f for f in child.fields}
    return out
