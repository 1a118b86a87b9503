"""Values the office enters in the year-end tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "return_entry",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(length=20), nullable=False),
        sa.Column("row_code", sa.String(length=20), nullable=False),
        sa.Column("column_code", sa.String(length=20), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_return_entry_made_by")),
        sa.ForeignKeyConstraint(["university_code"], ["university.code"], name=op.f("fk_return_entry_university_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_entry")),
        comment="One row per value the office entered in a cell of a year-end table; the newest of a cell is in force, rows are only ever added.",
    )
    op.create_index(op.f("ix_return_entry_university_code_year"), "return_entry", ["university_code", "year"])


def downgrade() -> None:
    op.drop_table("return_entry")
