"""Accounts, roles, sessions, single-use links and log-ins."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)

from ingestion.store.platform.metadata import Id, pk, table, tenant

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

reset_request = table(
    "reset_request",
    pk(),
    tenant(),
    Column("account_id", Id, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("contact", String(200), nullable=False, default=""),
    Column("address", String(60)),
    Column("asked_at", DateTime, nullable=False),
    Column("state", String(10), nullable=False, default="open"),  # open | issued | refused
    Column("handled_at", DateTime),
    Column("handled_by", Id, ForeignKey("account.id")),
    Column("reason", String(500)),
    CheckConstraint("state IN ('open','issued','refused')", name="state"),
    Index(
        "uq_reset_request_open", "account_id", unique=True, postgresql_where=text("state = 'open'"), sqlite_where=text("state = 'open'")
    ),
    Index(None, "university_code", "state"),
    comment="One row per request for a new password; at most one of an account is open.",
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

preference = table(
    "preference",
    pk(),
    tenant(),
    Column("account_id", Id, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(60), nullable=False),
    Column("value", Text, nullable=False),  # JSON
    UniqueConstraint("account_id", "key"),
    comment="One row per account × thing it wants remembered (the columns it exports).",
)
