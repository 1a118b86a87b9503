"""What belongs to a record of any type beside its body: header, keys, contributors, versions, review."""

from __future__ import annotations

from sqlalchemy import (
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
    String,
    Text,
    UniqueConstraint,
    text,
)

from ingestion.store.platform.metadata import Id, pk, table, tenant

LOADING = "05"
"""The state of a record written by an import that is not in effect yet: nobody sees it, no number counts it and
the feed does not deliver it. Setting the batch's marker gives all its records their state in one statement."""

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
    CheckConstraint("state IN ('00','05','10','11','20','21','30','90')", name="state"),
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
    # What was approved or voided since the figures were made is asked at every click, by the province over all records.
    Index(
        "ix_record_approved_at", "approved_at", sqlite_where=text("approved_at IS NOT NULL"), postgresql_where=text("approved_at IS NOT NULL")
    ),
    Index(
        "ix_record_voided_at", "voided_at", sqlite_where=text("voided_at IS NOT NULL"), postgresql_where=text("voided_at IS NOT NULL")
    ),
    Index(
        "ix_record_batch", "batch_id", sqlite_where=text("batch_id IS NOT NULL"), postgresql_where=text("batch_id IS NOT NULL")
    ),
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

unread_text = table(
    "unread_text",
    Column("record_id", Id, primary_key=True, autoincrement=False),
    tenant(),
    Column("cipher", LargeBinary, nullable=False),  # JSON: path → text
    ForeignKeyConstraint(
        ["record_id", "university_code"], ["record.id", "record.university_code"], ondelete="CASCADE"
    ),
    comment="One row per draft or open amendment with typed text that could not be read yet.",
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

year_exception = table(
    "year_exception",
    pk(),
    tenant(),
    Column("year", Integer, nullable=False),
    Column("person_id", Id, nullable=False),
    Column("until", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("granted_by", Id, ForeignKey("account.id"), nullable=False),
    Column("granted_at", DateTime, nullable=False),
    Column("ended_at", DateTime),
    ForeignKeyConstraint(
        ["person_id", "university_code"], ["record.id", "record.university_code"], ondelete="CASCADE"
    ),
    Index(None, "university_code", "year"),
    comment="One row per person who may still enter records of a closed year, until a day.",
)
