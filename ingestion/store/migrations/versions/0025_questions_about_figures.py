"""Questions of the province about a university's number, with the answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "figure_question",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("indicator", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("about_zh", sa.String(length=300), nullable=False),
        sa.Column("about_en", sa.String(length=300), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_figure_question_answered")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_figure_question_asked_by")),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_figure_question_answered_by")),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_figure_question_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_question")),
        comment="One row per question of the province about a university's number; one of a number is open at most.",
    )
    op.create_index(
        "uq_figure_question_open",
        "figure_question",
        ["university_code", "indicator", "year"],
        unique=True,
        postgresql_where=sa.text("answered_at IS NULL"),
        sqlite_where=sa.text("answered_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("figure_question")
