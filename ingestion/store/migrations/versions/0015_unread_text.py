"""Typed text that could not be read yet, kept with its draft."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "unread_text",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_unread_text_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["university_code"], ["university.code"], name=op.f("fk_unread_text_university_code")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_unread_text")),
        comment="One row per draft or open amendment with typed text that could not be read yet.",
    )


def downgrade() -> None:
    op.drop_table("unread_text")
