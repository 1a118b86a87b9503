"""Record types of the group outcomes: paper."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "paper",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("paper_type", sa.String(length=40), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_on_precision", sa.String(length=1), nullable=True),
        sa.Column("venue", sa.String(length=300), nullable=True),
        sa.Column("publish_range", sa.String(length=40), nullable=True),
        sa.Column("signature", sa.String(length=40), nullable=True),
        sa.Column("volume_issue_pages", sa.String(length=100), nullable=True),
        sa.Column("doi", sa.String(length=200), nullable=True),
        sa.Column("issn", sa.String(length=100), nullable=True),
        sa.Column("conference_name", sa.String(length=300), nullable=True),
        sa.Column("conference_place", sa.String(length=200), nullable=True),
        sa.Column("conference_on", sa.Date(), nullable=True),
        sa.Column("proceedings_publisher", sa.String(length=200), nullable=True),
        sa.Column("publication_stage", sa.String(length=40), nullable=True),
        sa.Column("title_en", sa.String(length=500), nullable=True),
        sa.Column("cn_serial", sa.String(length=100), nullable=True),
        sa.Column("subject_class", sa.String(length=40), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.Column("project_source", sa.String(length=40), nullable=True),
        sa.Column("activity_type", sa.String(length=40), nullable=True),
        sa.Column("unit_rank", sa.Integer(), nullable=True),
        sa.Column("page_space", sa.String(length=40), nullable=True),
        sa.Column("words", sa.Float(), nullable=True),
        sa.Column("is_translation", sa.Boolean(), nullable=True),
        sa.Column("is_from_foreign", sa.Boolean(), nullable=True),
        sa.Column("language", sa.String(length=40), nullable=True),
        sa.Column("abstract", sa.Text(), nullable=True),
        sa.Column("with_industry", sa.Boolean(), nullable=True),
        sa.Column("with_local", sa.Boolean(), nullable=True),
        sa.Column("with_international", sa.Boolean(), nullable=True),
        sa.Column("interdisciplinary", sa.Boolean(), nullable=True),
        sa.Column("online_on", sa.Date(), nullable=True),
        sa.Column("cited_by_others", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_paper_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_paper_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_paper")),
        comment="One row per record of type paper (论文).",
    )
    op.create_table(
        "paper_indexings",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("index_code", sa.String(length=40), nullable=True),
        sa.Column("index_year", sa.Integer(), nullable=True),
        sa.Column("accession_no", sa.String(length=60), nullable=True),
        sa.Column("quartile", sa.String(length=40), nullable=True),
        sa.Column("quartile_year", sa.Integer(), nullable=True),
        sa.Column("impact_factor", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_paper_indexings_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_paper_indexings_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_indexings")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_paper_indexings_record_id_seq")),
        comment="One row per paper record × row of indexings (论文收录).",
    )
    op.create_table(
        "paper_reprints",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("reprint_venue", sa.String(length=40), nullable=True),
        sa.Column("reprinted_on", sa.Date(), nullable=True),
        sa.Column("reprinted_on_precision", sa.String(length=1), nullable=True),
        sa.Column("reprint_pages", sa.String(length=100), nullable=True),
        sa.Column("reprint_form", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_paper_reprints_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_paper_reprints_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_reprints")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_paper_reprints_record_id_seq")),
        comment="One row per paper record × row of reprints (论文转载).",
    )


def downgrade() -> None:
    op.drop_table("paper_reprints")
    op.drop_table("paper_indexings")
    op.drop_table("paper")
