"""Requests for a new password; people who may still enter records of a closed year."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reset_request",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("handled_at", sa.DateTime(), nullable=True),
        sa.Column("handled_by", ID, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint("state IN ('open','issued','refused')", name=op.f("ck_reset_request_state")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_reset_request_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["handled_by"], ["account.id"], name=op.f("fk_reset_request_handled_by")),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_reset_request_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_request")),
        comment="One row per request for a new password; at most one of an account is open.",
    )
    op.create_index(
        "uq_reset_request_open",
        "reset_request",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.create_index(op.f("ix_reset_request_university_code_state"), "reset_request", ["university_code", "state"])
    op.create_table(
        "year_exception",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by", ID, nullable=False),
        sa.Column("granted_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["granted_by"], ["account.id"], name=op.f("fk_year_exception_granted_by")),
        sa.ForeignKeyConstraint(
            ["person_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_year_exception_person_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_year_exception_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_exception")),
        comment="One row per person who may still enter records of a closed year, until a day.",
    )
    op.create_index(op.f("ix_year_exception_university_code_year"), "year_exception", ["university_code", "year"])


def downgrade() -> None:
    op.drop_table("year_exception")
    op.drop_table("reset_request")
