"""Audit trails brought from another installation with an exit bundle."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "archived_audit_row",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("store_id", sa.String(length=16), nullable=False),
        sa.Column("row_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=60), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_archived_audit_row_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archived_audit_row")),
        sa.UniqueConstraint(
            "university_code",
            "store_id",
            "row_id",
            name=op.f("uq_archived_audit_row_university_code_store_id_row_id"),
        ),
        comment="One row per audit entry brought from another installation with an exit bundle, unchanged.",
    )
    op.create_index(op.f("ix_archived_audit_row_university_code_at"), "archived_audit_row", ["university_code", "at"])
    op.create_index(
        op.f("ix_archived_audit_row_object_type_object_id"), "archived_audit_row", ["object_type", "object_id"]
    )
    op.create_table(
        "archived_audit_block",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("store_id", sa.String(length=16), nullable=False),
        sa.Column("block_id", ID, nullable=False),
        sa.Column("rows", sa.Text(), nullable=True),
        sa.Column("leaves", sa.Text(), nullable=True),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=200), nullable=False),
        sa.Column("sealed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_archived_audit_block_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archived_audit_block")),
        sa.UniqueConstraint(
            "university_code",
            "store_id",
            "block_id",
            name=op.f("uq_archived_audit_block_university_code_store_id_block_id"),
        ),
        comment="One row per university × block of another installation's sealed audit trail.",
    )


def downgrade() -> None:
    op.drop_table("archived_audit_block")
    op.drop_table("archived_audit_row")
