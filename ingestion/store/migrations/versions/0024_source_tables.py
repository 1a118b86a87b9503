"""Tables the office brings in for indicators: citations, ESI lists, points of the yearly score."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "source_table",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('citations','esi','score_rules')", name=op.f("ck_source_table_kind")),
        sa.CheckConstraint("(kind = 'score_rules') = (year IS NOT NULL)", name=op.f("ck_source_table_year_of_points")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_source_table_made_by")),
        sa.ForeignKeyConstraint(["university_code"], ["university.code"], name=op.f("fk_source_table_university_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_table")),
        comment="One row per table of citations, ESI list or set of points a university brought in; rows are only ever added.",
    )
    op.create_index(op.f("ix_source_table_university_code_kind"), "source_table", ["university_code", "kind"])
    op.create_table(
        "source_paper",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("table_id", ID, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("citations", sa.Integer(), nullable=True),
        sa.Column("listed", sa.String(length=4), nullable=True),
        sa.CheckConstraint("(citations IS NULL) <> (listed IS NULL)", name=op.f("ck_source_paper_one_value")),
        sa.CheckConstraint("listed IS NULL OR listed IN ('HC','HOT','BOTH')", name=op.f("ck_source_paper_listed")),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_source_paper_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["table_id"], ["source_table.id"], name=op.f("fk_source_paper_table_id")),
        sa.ForeignKeyConstraint(["university_code"], ["university.code"], name=op.f("fk_source_paper_university_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_paper")),
        sa.UniqueConstraint("table_id", "record_id", name=op.f("uq_source_paper_table_id_record_id")),
        comment="One row per paper in a table of citations or an ESI list.",
    )
    op.create_table(
        "score_rule",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("table_id", ID, nullable=False),
        sa.Column("measure", sa.String(length=10), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("cap", sa.Integer(), nullable=True),
        sa.CheckConstraint("points >= 0 AND (cap IS NULL OR cap >= 0)", name=op.f("ck_score_rule_points")),
        sa.ForeignKeyConstraint(["table_id"], ["source_table.id"], name=op.f("fk_score_rule_table_id")),
        sa.ForeignKeyConstraint(["university_code"], ["university.code"], name=op.f("fk_score_rule_university_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_rule")),
        sa.UniqueConstraint("table_id", "measure", "category", name=op.f("uq_score_rule_table_id_measure_category")),
        comment="One row per measure × category of a set of points: hundredths a record, and the most a record earns; rows are only ever added.",
    )


def downgrade() -> None:
    op.drop_table("score_rule")
    op.drop_table("source_paper")
    op.drop_table("source_table")
