"""Statistics an account keeps under a name and may share in its college or organisation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "saved_statistic",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("page", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("unit_id", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_saved_statistic_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_saved_statistic_unit_id")),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_saved_statistic_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_statistic")),
        sa.UniqueConstraint("account_id", "page", "name", name=op.f("uq_saved_statistic_account_id_page_name")),
        comment="One row per statistic (filters of a page) an account saved.",
    )
    op.create_index(op.f("ix_saved_statistic_university_code_page"), "saved_statistic", ["university_code", "page"])


def downgrade() -> None:
    op.drop_table("saved_statistic")
