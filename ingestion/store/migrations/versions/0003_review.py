"""Versions, amendments, the review history, the fund ledger and attachments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
        comment="One row per stored file content.",
    )
    op.create_table(
        "year_lock",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("locked_by", ID, nullable=False),
        sa.Column("locked_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["locked_by"], ["account.id"], name=op.f("fk_year_lock_locked_by")),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_year_lock_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_lock")),
        sa.UniqueConstraint(
            "university_code", "type", "year", name=op.f("uq_year_lock_university_code_type_year")
        ),
        comment="One row per university × record type × year closed for entry.",
    )
    op.create_table(
        "amendment",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("opened_by", ID, nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("state_since", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "is_open = (state IN ('00','10','11','20','21'))", name=op.f("ck_amendment_open_state")
        ),
        sa.CheckConstraint(
            "state IN ('00','10','11','20','21','applied','refused','discarded')",
            name=op.f("ck_amendment_state"),
        ),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_amendment_opened_by")),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_amendment_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_amendment_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
        comment="One row per change application (变更申请) for an approved record; at most one is open.",
    )
    op.create_index(
        "uq_amendment_open",
        "amendment",
        ["record_id"],
        unique=True,
        postgresql_where=sa.text("is_open"),
        sqlite_where=sa.text("is_open"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("slot", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("added_by", ID, nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_attachment_added_by")),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_attachment_record_id_university_code"),
        ),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_attachment_sha256")),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_attachment_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        comment="One row per file attached to a record.",
    )
    op.create_index(op.f("ix_attachment_record_id"), "attachment", ["record_id"], unique=False)
    op.create_table(
        "fund_entry",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('arrived','frozen','released','outward','spent','reversal')",
            name=op.f("ck_fund_entry_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_fund_entry_project_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_fund_entry_record_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_fund_entry_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_entry")),
        comment="One row per ledger entry of a project; rows are only ever added.",
    )
    op.create_index(op.f("ix_fund_entry_project_id"), "fund_entry", ["project_id"], unique=False)
    op.create_index(op.f("ix_fund_entry_record_id"), "fund_entry", ["record_id"], unique=False)
    op.create_table(
        "project_balance",
        sa.Column("project_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("arrived", sa.BigInteger(), nullable=False),
        sa.Column("frozen", sa.BigInteger(), nullable=False),
        sa.Column("outward", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "arrived - outward - spent - frozen >= 0", name=op.f("ck_project_balance_not_overdrawn")
        ),
        sa.CheckConstraint("frozen >= 0", name=op.f("ck_project_balance_frozen")),
        sa.ForeignKeyConstraint(
            ["project_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_project_balance_project_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_project_balance_university_code")
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_project_balance")),
        comment="One row per project with money: the running sums of its ledger entries, in fen.",
    )
    op.create_table(
        "record_version",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_record_version_created_by")),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_record_version_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_record_version_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_version")),
        sa.UniqueConstraint("record_id", "number", name=op.f("uq_record_version_record_id_number")),
        comment="One row per archived version of a record.",
    )
    op.create_table(
        "review_event",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("amendment_id", ID, nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("from_state", sa.String(length=10), nullable=False),
        sa.Column("to_state", sa.String(length=10), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("account_name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("marked_fields", sa.Text(), nullable=True),
        sa.Column("version_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_review_event_account_id")),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendment.id"], name=op.f("fk_review_event_amendment_id")
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_review_event_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_review_event_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_event")),
        comment="One row per step a record or amendment took: submission, approval, return, withdrawal, void, question.",
    )
    op.create_index(op.f("ix_review_event_account_id_at"), "review_event", ["account_id", "at"], unique=False)
    op.create_index(op.f("ix_review_event_record_id_at"), "review_event", ["record_id", "at"], unique=False)


def downgrade() -> None:
    op.drop_table("review_event")
    op.drop_table("record_version")
    op.drop_table("project_balance")
    op.drop_table("fund_entry")
    op.drop_table("attachment")
    op.drop_table("amendment")
    op.drop_table("year_lock")
    op.drop_table("blob")
