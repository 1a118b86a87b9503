"""Universities, units, accounts, grants and sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "university",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("peer_group", sa.String(length=30), nullable=True),
        sa.Column("city_code", sa.String(length=6), nullable=True),
        sa.Column("pinyin", sa.String(length=300), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('university', 'province')", name=op.f("ck_university_kind")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_university")),
        comment="One row per organisation that has accounts: a university, or the province office.",
    )
    op.create_table(
        "account",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.Column("last_login_at", sa.DateTime(), nullable=True),
        sa.Column("password_set_at", sa.DateTime(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('person','expert','system')", name=op.f("ck_account_kind")),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_account_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("university_code", "username", name=op.f("uq_account_university_code_username")),
        comment="One row per account; it belongs to one organisation.",
    )
    op.create_table(
        "login_event",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_login_event_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_event")),
        comment="One row per attempt to log in.",
    )
    op.create_index(op.f("ix_login_event_account_id_at"), "login_event", ["account_id", "at"], unique=False)
    op.create_index(op.f("ix_login_event_address_at"), "login_event", ["address", "at"], unique=False)
    op.create_index(
        op.f("ix_login_event_university_code_username_at"),
        "login_event",
        ["university_code", "username", "at"],
        unique=False,
    )
    op.create_table(
        "unit",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id", "university_code"],
            ["unit.id", "unit.university_code"],
            name=op.f("fk_unit_parent_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["successor_id", "university_code"],
            ["unit.id", "unit.university_code"],
            name=op.f("fk_unit_successor_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_unit_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("id", "university_code", name=op.f("uq_unit_id_university_code")),
        sa.UniqueConstraint("university_code", "code", name=op.f("uq_unit_university_code_code")),
        comment="One row per unit (院系) of a university.",
    )
    op.create_table(
        "account_grant",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("unit_id", ID, nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "role IN ('province_staff','province_analyst','office_admin','college_admin','researcher','expert','analyst','finance')",
            name=op.f("ck_account_grant_role"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_grant_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id", "university_code"],
            ["unit.id", "unit.university_code"],
            name=op.f("fk_account_grant_unit_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_account_grant_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_grant")),
        comment="One row per role granted to an account, with its scope and dates.",
    )
    op.create_index(op.f("ix_account_grant_account_id"), "account_grant", ["account_id"], unique=False)
    op.create_table(
        "one_time_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_one_time_token_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_one_time_token_university_code")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_one_time_token")),
        comment="One row per single-use link for setting up, activating or resetting an account.",
    )
    op.create_table(
        "password_history",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("set_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_password_history_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_password_history_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_history")),
        comment="One row per former password of an account.",
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("grant_id", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("address", sa.String(length=60), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_session_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_session_university_code")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
        comment="One row per login session; only the SHA-256 of its token is kept.",
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"], unique=False)


def downgrade() -> None:
    op.drop_table("session")
    op.drop_table("password_history")
    op.drop_table("one_time_token")
    op.drop_table("account_grant")
    op.drop_table("unit")
    op.drop_table("login_event")
    op.drop_table("account")
    op.drop_table("university")
