"""The hand-written tables: everything that is not the body of a record type.

Times are naive UTC. Money is integer fen. ``university_code`` stands in every tenant row: it is what
row-level security, ``permissions.visible`` and the composite foreign keys hold on to.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite autoincrements INTEGER PRIMARY KEY only
Code5 = String(8)


def pk() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def tenant() -> Column[str]:
    return Column("university_code", Code5, ForeignKey("university.code"), nullable=False)


def table(name: str, *parts: Any, comment: str, sqlite_autoincrement: bool = False) -> Table:
    """A table whose comment's first sentence is its grain. ``sqlite_autoincrement``: ids are never used twice,
    also after the newest row was deleted (PostgreSQL's sequences behave so anyhow)."""
    return Table(name, METADATA, *parts, comment=comment, sqlite_autoincrement=sqlite_autoincrement)


# --- organisations and people -------------------------------------------------------------------------

university = table(
    "university",
    Column("code", Code5, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("name_en", String(200)),
    Column("kind", String(20), nullable=False, default="university"),  # university | province
    Column("peer_group", String(30)),  # double_first_class | provincial | private | vocational
    Column("city_code", String(6)),
    Column("pinyin", String(300)),  # full pinyin and initials, for the login box
    Column("enabled", Boolean, nullable=False, default=True),
    Column("created_at", DateTime, nullable=False),
    CheckConstraint("kind IN ('university', 'province')", name="kind"),
    comment="One row per organisation that has accounts: a university, or the province office.",
)

unit = table(
    "unit",
    pk(),
    tenant(),
    Column("code", String(30), nullable=False),
    Column("name", String(100), nullable=False),
    Column("name_en", String(200)),
    Column("kind", String(20), nullable=False, default="college"),  # college | office | other
    Column("parent_id", Id),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("successor_id", Id),
    UniqueConstraint("university_code", "code"),
    UniqueConstraint("id", "university_code"),
    ForeignKeyConstraint(["parent_id", "university_code"], ["unit.id", "unit.university_code"]),
    ForeignKeyConstraint(["successor_id", "university_code"], ["unit.id", "unit.university_code"]),
    comment="One row per unit (院系) of a university.",
)

# --- records ------------------------------------------------------------------------------------------

record = table(
    "record",
    pk(),
    tenant(),
    Column("type", String(40), nullable=False),
    Column("state", String(2), nullable=False),
    Column("version", Integer, nullable=False, default=1),  # optimistic lock, +1 at every write
    Column("title", Text, nullable=False, default=""),
    Column("college_id", Id),
    Column("owner_person_id", Id),  # the own staff contributor of the best rank; NULL = 未归属
    Column("entered_by", Id, ForeignKey("account.id"), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("filed_year", Integer),
    Column("dated_on", Date),
    Column("in_statistics", Boolean, nullable=False, default=True),
    Column("out_reason", String(200)),
    Column("non_secret", Boolean, nullable=False, default=False),
    Column("batch_id", Id),
    Column("step", String(40)),  # the form step a draft reopens at
    Column("created_at", DateTime, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    Column("submitted_at", DateTime),
    Column("state_since", DateTime, nullable=False),
    Column("approved_at", DateTime),
    Column("voided_at", DateTime),
    UniqueConstraint("id", "university_code"),
    ForeignKeyConstraint(["college_id", "university_code"], ["unit.id", "unit.university_code"]),
    ForeignKeyConstraint(["owner_person_id", "university_code"], ["record.id", "record.university_code"]),
    CheckConstraint("state IN ('00','10','11','20','21','30','90')", name="state"),
    CheckConstraint("channel IN ('own','college','office','import','cli')", name="channel"),
    CheckConstraint("(state = '30') <= (approved_at IS NOT NULL)", name="approved_has_time"),
    CheckConstraint("(state = '90') = (voided_at IS NOT NULL)", name="voided_has_time"),
    CheckConstraint("state = '00' OR submitted_at IS NOT NULL", name="submitted_has_time"),
    # covers the counts of lists and of reconciliation without reading a row
    Index(
        "ix_record_counted", "university_code", "type", "state", "filed_year", "college_id", "in_statistics"
    ),
    Index(None, "university_code", "college_id", "state"),
    Index(None, "university_code", "owner_person_id"),
    Index(None, "entered_by"),
    comment="One row per record of any of the 28 types: its header.",
    sqlite_autoincrement=True,  # a deleted draft's number is not given to another record
)

record_key = table(
    "record_key",
    pk(),
    tenant(),
    Column("kind", String(40), nullable=False),
    Column("value", String(300), nullable=False),
    Column("record_id", Id, nullable=False),
    UniqueConstraint("university_code", "kind", "value"),
    ForeignKeyConstraint(
        ["record_id", "university_code"], ["record.id", "record.university_code"], ondelete="CASCADE"
    ),
    Index(None, "record_id"),
    comment="One row per natural key of a record; the unique index spans types.",
)

record_value = table(
    "record_value",
    pk(),
    tenant(),
    Column("record_id", Id, nullable=False),
    Column("field", String(60), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("value", Text, nullable=False),
    UniqueConstraint("record_id", "field", "seq"),
    ForeignKeyConstraint(
        ["record_id", "university_code"], ["record.id", "record.university_code"], ondelete="CASCADE"
    ),
    comment="One row per record × many-valued field (text list, multi-code) × position.",
)

record_link = table(
    "record_link",
    pk(),
    tenant(),
    Column("record_id", Id, nullable=False),
    Column("field", String(60), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("target_id", Id, nullable=False),
    UniqueConstraint("record_id", "field", "seq"),
    ForeignKeyConstraint(
        ["record_id", "university_code"], ["record.id", "record.university_code"], ondelete="CASCADE"
    ),
    ForeignKeyConstraint(["target_id", "university_code"], ["record.id", "record.university_code"]),
    Index(None, "target_id"),
    comment="One row per record × many-valued reference field × position: a person or record referred to.",
)

contributor = table(
    "contributor",
    pk(),
    tenant(),
    Column("record_id", Id, nullable=False),
    Column("role", String(20), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("kind", String(10), nullable=False),  # staff | student | external
    Column("person_id", Id),
    Column("name", String(200), nullable=False),  # as printed
    Column("corresponding", Boolean, nullable=False, default=False),
    Column("co_first", Boolean, nullable=False, default=False),
    Column("share", Float),  # percent, as printed or agreed
    Column("own_words", Float),  # 万字
    Column("months_per_year", Float),
    Column("certificate_no", String(100)),
    Column("book_role", String(10)),
    Column("reward_share", Float),
    Column("claim", String(10), nullable=False, default="filed"),  # filed | confirmed | declined
    UniqueConstraint("record_id", "rank"),
    ForeignKeyConstraint(
        ["record_id", "university_code"], ["record.id", "record.university_code"], ondelete="CASCADE"
    ),
    ForeignKeyConstraint(["person_id", "university_code"], ["record.id", "record.university_code"]),
    CheckConstraint("rank >= 1", name="rank"),
    CheckConstraint("kind IN ('staff','student','external')", name="kind"),
    Index(None, "person_id"),
    comment="One row per record × rank: a person who contributed, in printed order.",
)

contributor_affiliation = table(
    "contributor_affiliation",
    pk(),
    tenant(),
    Column("record_id", Id, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("name", String(500), nullable=False),
    Column("is_own", Boolean, nullable=False, default=False),
    Column("country", String(3)),
    UniqueConstraint("record_id", "rank", "seq"),
    ForeignKeyConstraint(
        ["record_id", "university_code"], ["record.id", "record.university_code"], ondelete="CASCADE"
    ),
    comment="One row per record × contributor's rank × position of a printed affiliation.",
)

person_post = table(
    "person_post",
    pk(),
    tenant(),
    Column("person_id", Id, nullable=False),
    Column("unit_id", Id, nullable=False),
    Column("title_code", String(10)),
    Column("kind", String(20)),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("is_main", Boolean, nullable=False, default=True),
    ForeignKeyConstraint(
        ["person_id", "university_code"], ["record.id", "record.university_code"], ondelete="CASCADE"
    ),
    ForeignKeyConstraint(["unit_id", "university_code"], ["unit.id", "unit.university_code"]),
    Index(None, "person_id"),
    comment="One row per person × unit × period: college and title at a date.",
)

record_version = table(
    "record_version",
    pk(),
    tenant(),
    Column("record_id", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String(10), nullable=False),  # submitted | approved | amendment
    Column("document", Text, nullable=False),  # canonical JSON, secrets encrypted inside
    Column("sha256", String(64), nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("created_by", Id, ForeignKey("account.id"), nullable=False),
    UniqueConstraint("record_id", "number"),
    ForeignKeyConstraint(
        ["record_id", "university_code"], ["record.id", "record.university_code"], ondelete="CASCADE"
    ),
    comment="One row per archived version of a record.",
)

amendment = table(
    "amendment",
    pk(),
    tenant(),
    Column("record_id", Id, nullable=False),
    Column("state", String(10), nullable=False),  # 00 10 11 20 21 applied refused discarded
    Column("version", Integer, nullable=False, default=1),
    Column("document", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("is_open", Boolean, nullable=False, default=True),
    Column("opened_by", Id, ForeignKey("account.id"), nullable=False),
    Column("opened_at", DateTime, nullable=False),
    Column("state_since", DateTime, nullable=False),
    ForeignKeyConstraint(
        ["record_id", "university_code"], ["record.id", "record.university_code"], ondelete="CASCADE"
    ),
    CheckConstraint("state IN ('00','10','11','20','21','applied','refused','discarded')", name="state"),
    CheckConstraint("is_open = (state IN ('00','10','11','20','21'))", name="open_state"),
    Index(
        "uq_amendment_open",
        "record_id",
        unique=True,
        postgresql_where=text("is_open"),
        sqlite_where=text("is_open"),
    ),
    comment="One row per change application (变更申请) for an approved record; at most one is open.",
)

review_event = table(
    "review_event",
    pk(),
    tenant(),
    Column("record_id", Id, nullable=False),
    Column("amendment_id", Id, ForeignKey("amendment.id")),
    Column("action", String(20), nullable=False),
    Column("from_state", String(10), nullable=False),
    Column("to_state", String(10), nullable=False),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("account_name", String(100), nullable=False),
    Column("role", String(20), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("reason", Text),
    Column("marked_fields", Text),  # field names, comma separated
    Column("version_number", Integer),
    ForeignKeyConstraint(
        ["record_id", "university_code"], ["record.id", "record.university_code"], ondelete="CASCADE"
    ),
    Index(None, "record_id", "at"),
    Index(None, "account_id", "at"),
    comment="One row per step a record or amendment took: submission, approval, return, withdrawal, void, question.",
)

year_lock = table(
    "year_lock",
    pk(),
    tenant(),
    Column("type", String(40), nullable=False),
    Column("year", Integer, nullable=False),
    Column("locked_by", Id, ForeignKey("account.id"), nullable=False),
    Column("locked_at", DateTime, nullable=False),
    UniqueConstraint("university_code", "type", "year"),
    comment="One row per university × record type × year closed for entry.",
)

# --- money --------------------------------------------------------------------------------------------

fund_entry = table(
    "fund_entry",
    pk(),
    tenant(),
    Column("project_id", Id, nullable=False),
    Column("record_id", Id, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("on_date", Date, nullable=False),
    Column("at", DateTime, nullable=False),
    ForeignKeyConstraint(["project_id", "university_code"], ["record.id", "record.university_code"]),
    ForeignKeyConstraint(["record_id", "university_code"], ["record.id", "record.university_code"]),
    CheckConstraint("kind IN ('arrived','frozen','released','outward','spent','reversal')", name="kind"),
    Index(None, "project_id"),
    Index(None, "record_id"),
    comment="One row per ledger entry of a project; rows are only ever added.",
)

project_balance = table(
    "project_balance",
    Column("project_id", Id, primary_key=True, autoincrement=False),
    tenant(),
    Column("arrived", BigInteger, nullable=False, default=0),
    Column("frozen", BigInteger, nullable=False, default=0),
    Column("outward", BigInteger, nullable=False, default=0),
    Column("spent", BigInteger, nullable=False, default=0),
    ForeignKeyConstraint(["project_id", "university_code"], ["record.id", "record.university_code"]),
    CheckConstraint("arrived - outward - spent - frozen >= 0", name="not_overdrawn"),
    CheckConstraint("frozen >= 0", name="frozen"),
    comment="One row per project with money: the running sums of its ledger entries, in fen.",
)

# --- attachments --------------------------------------------------------------------------------------

blob = table(
    "blob",
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("created_at", DateTime, nullable=False),
    comment="One row per stored file content.",
)

attachment = table(
    "attachment",
    pk(),
    tenant(),
    Column("record_id", Id, nullable=False),
    Column("slot", String(60), nullable=False),
    Column("sha256", String(64), ForeignKey("blob.sha256"), nullable=False),
    Column("name", String(300), nullable=False),
    Column("restricted", Boolean, nullable=False, default=False),
    Column("added_by", Id, ForeignKey("account.id"), nullable=False),
    Column("added_at", DateTime, nullable=False),
    Column("removed_at", DateTime),
    ForeignKeyConstraint(["record_id", "university_code"], ["record.id", "record.university_code"]),
    Index(None, "record_id"),
    comment="One row per file attached to a record.",
)

# --- accounts -----------------------------------------------------------------------------------------

account = table(
    "account",
    pk(),
    tenant(),
    Column("username", String(60), nullable=False),
    Column("name", String(100), nullable=False),
    Column("kind", String(10), nullable=False, default="person"),  # person | expert | system
    Column("person_id", Id),
    Column("password_hash", String(200)),  # NULL until activated
    Column("must_change", Boolean, nullable=False, default=True),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("locked_until", DateTime),
    Column("last_login_at", DateTime),
    Column("password_set_at", DateTime),
    Column("language", String(5), nullable=False, default="zh"),
    Column("created_at", DateTime, nullable=False),
    UniqueConstraint("university_code", "username"),
    CheckConstraint("kind IN ('person','expert','system')", name="kind"),
    comment="One row per account; it belongs to one organisation.",
)

account_grant = table(
    "account_grant",
    pk(),
    tenant(),
    Column("account_id", Id, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("role", String(20), nullable=False),
    Column("unit_id", Id),  # the college a college_admin's grant is for
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    CheckConstraint(
        "role IN ('province_staff','province_analyst','office_admin','college_admin',"
        "'researcher','expert','analyst','finance')",
        name="role",
    ),
    ForeignKeyConstraint(["unit_id", "university_code"], ["unit.id", "unit.university_code"]),
    Index(None, "account_id"),
    comment="One row per role granted to an account, with its scope and dates.",
)

session = table(
    "session",
    Column("token_hash", String(64), primary_key=True),
    tenant(),
    Column("account_id", Id, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("grant_id", Id),  # the role in use
    Column("created_at", DateTime, nullable=False),
    Column("seen_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Column("ended_at", DateTime),
    Column("address", String(60)),
    Column("device", String(200)),
    Index(None, "account_id"),
    comment="One row per login session; only the SHA-256 of its token is kept.",
)

one_time_token = table(
    "one_time_token",
    Column("token_hash", String(64), primary_key=True),
    tenant(),
    Column("purpose", String(20), nullable=False),  # setup | activate | reset
    Column("account_id", Id, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Column("used_at", DateTime),
    comment="One row per single-use link for setting up, activating or resetting an account.",
)

password_history = table(
    "password_history",
    pk(),
    tenant(),
    Column("account_id", Id, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("set_at", DateTime, nullable=False),
    comment="One row per former password of an account.",
)

login_event = table(
    "login_event",
    pk(),
    tenant(),
    Column("account_id", Id),
    Column("username", String(60), nullable=False),
    Column(
        "result", String(20), nullable=False
    ),  # ok | wrong | locked | unlocked | disabled | wrong_tab | logout
    Column("at", DateTime, nullable=False),
    Column("address", String(60)),
    Column("device", String(200)),
    Index(None, "account_id", "at"),
    Index(None, "university_code", "username", "at"),
    Index(None, "address", "at"),
    comment="One row per attempt to log in.",
)

# --- words, work and traces ---------------------------------------------------------------------------

code_item = table(
    "code_item",
    pk(),
    Column("list", String(60), nullable=False),
    Column("owner", Code5, nullable=False),  # "*" = built in, else the university that added it
    Column("code", String(40), nullable=False),
    Column("label_zh", String(300), nullable=False),
    Column("label_en", String(300), nullable=False, default=""),
    Column("parent", String(40)),
    Column("seq", Integer, nullable=False, default=0),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("source", String(300)),
    Column("version", String(60)),
    UniqueConstraint("list", "owner", "code"),
    comment="One row per code of a code list, built in or a university's own.",
)

notice = table(
    "notice",
    pk(),
    tenant(),  # the publisher: a province notice carries the province's code
    Column("audience", String(20), nullable=False),  # province | university
    Column("title", String(300), nullable=False),
    Column("body", Text, nullable=False),
    Column("publish_on", Date, nullable=False),
    Column("withdrawn_at", DateTime),
    Column("created_by", Id, ForeignKey("account.id"), nullable=False),
    Column("created_at", DateTime, nullable=False),
    CheckConstraint("audience IN ('province','university')", name="audience"),
    comment="One row per notice (公告).",
)

message = table(
    "message",
    pk(),
    tenant(),
    Column("account_id", Id, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("record_id", Id),
    Column("at", DateTime, nullable=False),
    Column("read_at", DateTime),
    Index(None, "account_id", "read_at"),
    comment="One row per message to an account.",
)

finding = table(
    "finding",
    pk(),
    tenant(),
    Column("record_id", Id),
    Column("rule", String(40), nullable=False),
    Column("field", String(100), nullable=False, default=""),
    Column("severity", String(10), nullable=False),
    Column("text_zh", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("source", String(20), nullable=False),  # import | submit | raw | marts
    Column("opened_at", DateTime, nullable=False),
    Column("closed_at", DateTime),
    Index(None, "university_code", "record_id"),
    comment="One row per open or closed data-quality finding.",
)

audit_row = table(
    "audit_row",
    pk(),
    tenant(),
    Column("at", DateTime, nullable=False),
    Column("account_id", Id),
    Column("actor", String(120), nullable=False),  # name and role, or 系统
    Column("action", String(60), nullable=False),
    Column("object_type", String(40), nullable=False),
    Column("object_id", String(60)),
    Column("detail", Text, nullable=False, default="{}"),  # JSON: before, after, reason; never a secret
    Index(None, "university_code", "at"),
    Index(None, "object_type", "object_id"),
    comment="One row per write, refusal, reveal or export; rows are only ever added.",
)

audit_block = table(
    "audit_block",
    pk(),
    Column("first_row", Id, nullable=False),
    Column("last_row", Id, nullable=False),
    Column("rows", Text, nullable=False),  # the rows' ids as ranges: a row committed late joins a later block
    Column("leaves", Text, nullable=False),  # a hash of each row in that order, to name the row that changed
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signature", String(200), nullable=False),
    Column("sealed_at", DateTime, nullable=False),
    comment="One row per sealed run of audit rows, linked by hash.",
)

idempotency = table(
    "idempotency",
    Column("token", String(64), primary_key=True),
    tenant(),
    Column("account_id", Id, nullable=False),
    Column("record_id", Id),
    Column("at", DateTime, nullable=False),
    comment="One row per submission token already honoured.",
)

job = table(
    "job",
    pk(),
    tenant(),
    Column("kind", String(30), nullable=False),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("role_grant_id", Id),
    Column("parameters", Text, nullable=False, default="{}"),
    Column("state", String(10), nullable=False, default="queued"),  # queued | running | done | failed
    Column("progress", Integer, nullable=False, default=0),
    Column("total", Integer),
    Column("result", Text),
    Column("message_zh", Text),
    Column("created_at", DateTime, nullable=False),
    Column("started_at", DateTime),
    Column("ended_at", DateTime),
    CheckConstraint("state IN ('queued','running','done','failed')", name="state"),
    comment="One row per piece of long work done by the worker.",
)

import_batch = table(
    "import_batch",
    pk(),
    tenant(),
    Column("type", String(40), nullable=False),
    Column("file_name", String(300), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column(
        "counts", Text, nullable=False, default="{}"
    ),  # JSON: read, new, changed, unchanged, duplicate, error
    Column("started_at", DateTime, nullable=False),
    Column("applied_at", DateTime),  # rows take effect when this is set
    Column("undone_at", DateTime),
    comment="One row per imported file.",
)

refresh_request = table(
    "refresh_request",
    pk(),
    Column("requested_at", DateTime, nullable=False),
    Column("reason", String(100), nullable=False),
    Column("full_reload", Boolean, nullable=False, default=False),
    Column("taken_at", DateTime),
    comment="One row per request to refresh the numbers.",
)

refresh_status = table(
    "refresh_status",
    pk(),
    Column("generation", Integer),
    Column("started_at", DateTime, nullable=False),
    Column("ended_at", DateTime),
    Column("as_of", DateTime),  # the store snapshot the numbers show
    Column("state", String(10), nullable=False),  # running | ok | held | failed
    Column("changed_rows", Integer, nullable=False, default=0),
    Column(
        "detail", Text, nullable=False, default="{}"
    ),  # JSON: seconds by stage, failed checks, held universities
    comment="One row per run of the pipeline, written by it through an operation.",
)

setting = table(
    "setting",
    Column("university_code", Code5, primary_key=True),  # "*" = the installation
    Column("key", String(60), primary_key=True),
    Column("value", Text, nullable=False),
    comment="One row per setting of a university or of the installation.",
)

change_log = table(
    "change_log",
    Column("seq", Id, primary_key=True, autoincrement=True),
    Column("university_code", Code5, nullable=False),
    Column("table_name", String(60), nullable=False),
    Column("row_id", Id, nullable=False),
    Column("op", String(1), nullable=False),  # I U D
    comment="One row per changed row, written by triggers. row_id is the record id for every table that "
    "belongs to records (header, type tables, children, contributors, values, links), else the row's own id. "
    "On PostgreSQL a column xid names the writing transaction: rows numbered earlier may be committed later.",
    sqlite_autoincrement=True,  # the feed's position must never meet a number again
)
for _statement in (
    "ALTER TABLE change_log ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()",
    "CREATE INDEX ix_change_log_xid ON change_log (xid)",
):
    _ddl: DDL = DDL(_statement)  # type: ignore[no-untyped-call]
    event.listen(change_log, "after_create", _ddl.execute_if(dialect="postgresql"))

saved_query = table(
    "saved_query",
    pk(),
    tenant(),
    Column("account_id", Id, ForeignKey("account.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("sql", Text, nullable=False),
    Column("shared", Boolean, nullable=False, default=False),
    Column("created_at", DateTime, nullable=False),
    comment="One row per SQL text an analyst saved.",
)

vault_key_check = table(
    "vault_key_check",
    Column("id", Integer, primary_key=True),
    Column("probe", LargeBinary, nullable=False),
    comment="One row: a probe encrypted with the installation's key, to tell a wrong key at start.",
)
