"""Record types of the group outcomes: paper, book, award, research_report, appraisal, artwork."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "appraisal",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("appraisal_no", sa.String(length=100), nullable=True),
        sa.Column("form", sa.String(length=40), nullable=True),
        sa.Column("organiser", sa.String(length=200), nullable=True),
        sa.Column("appraised_on", sa.Date(), nullable=True),
        sa.Column("appraised_on_precision", sa.String(length=1), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("conclusion", sa.String(length=40), nullable=True),
        sa.Column("unit_total", sa.Integer(), nullable=True),
        sa.Column("unit_rank", sa.Integer(), nullable=True),
        sa.Column("registration_no", sa.String(length=100), nullable=True),
        sa.Column("outcome_form", sa.String(length=40), nullable=True),
        sa.Column("completion_form", sa.String(length=40), nullable=True),
        sa.Column("subject_class", sa.String(length=40), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.Column("industry", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_appraisal_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_appraisal_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_appraisal")),
        comment="One row per record of type appraisal (鉴定成果).",
    )
    op.create_table(
        "artwork",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("art_kind", sa.String(length=40), nullable=True),
        sa.Column("art_form", sa.String(length=40), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_on_precision", sa.String(length=1), nullable=True),
        sa.Column("venue", sa.String(length=300), nullable=True),
        sa.Column("organiser", sa.String(length=200), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("is_awarded", sa.Boolean(), nullable=True),
        sa.Column("collector", sa.String(length=200), nullable=True),
        sa.Column("signature", sa.String(length=40), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_artwork_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_artwork_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_artwork")),
        comment="One row per record of type artwork (艺术作品).",
    )
    op.create_table(
        "award",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("approval_no", sa.String(length=100), nullable=True),
        sa.Column("award_type", sa.String(length=40), nullable=True),
        sa.Column("award_name", sa.String(length=300), nullable=True),
        sa.Column("outcome_name", sa.String(length=500), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("grade", sa.String(length=40), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("awarded_on", sa.Date(), nullable=True),
        sa.Column("awarded_on_precision", sa.String(length=1), nullable=True),
        sa.Column("outcome_form", sa.String(length=40), nullable=True),
        sa.Column("unit_total", sa.Integer(), nullable=True),
        sa.Column("unit_rank", sa.Integer(), nullable=True),
        sa.Column("subject_class", sa.String(length=40), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.Column("is_government", sa.Boolean(), nullable=True),
        sa.Column("certificate_no", sa.String(length=100), nullable=True),
        sa.Column("award_year", sa.Integer(), nullable=True),
        sa.Column("prize_money", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_award_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_award_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_award")),
        comment="One row per record of type award (获奖成果).",
    )
    op.create_table(
        "book",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("book_kind", sa.String(length=40), nullable=True),
        sa.Column("publisher", sa.String(length=200), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_on_precision", sa.String(length=1), nullable=True),
        sa.Column("isbn", sa.String(length=100), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("printing", sa.String(length=50), nullable=True),
        sa.Column("words", sa.Float(), nullable=True),
        sa.Column("signature", sa.String(length=40), nullable=True),
        sa.Column("place", sa.String(length=100), nullable=True),
        sa.Column("cip", sa.String(length=60), nullable=True),
        sa.Column("title_en", sa.String(length=500), nullable=True),
        sa.Column("publisher_level", sa.String(length=40), nullable=True),
        sa.Column("subject_class", sa.String(length=40), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.Column("project_source", sa.String(length=40), nullable=True),
        sa.Column("activity_type", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=40), nullable=True),
        sa.Column("translated_out", sa.Boolean(), nullable=True),
        sa.Column("is_reprint", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_book_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_book_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_book")),
        comment="One row per record of type book (著作).",
    )
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
    op.create_table(
        "research_report",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("report_type", sa.String(length=40), nullable=True),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.Column("finished_on_precision", sa.String(length=1), nullable=True),
        sa.Column("submitted_to", sa.String(length=200), nullable=True),
        sa.Column("recipient_class", sa.String(length=40), nullable=True),
        sa.Column("is_adopted", sa.Boolean(), nullable=True),
        sa.Column("adopter", sa.String(length=200), nullable=True),
        sa.Column("adoption_level", sa.String(length=40), nullable=True),
        sa.Column("adopted_on", sa.Date(), nullable=True),
        sa.Column("adopted_on_precision", sa.String(length=1), nullable=True),
        sa.Column("instructor", sa.String(length=100), nullable=True),
        sa.Column("signature", sa.String(length=40), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=True),
        sa.Column("words", sa.Float(), nullable=True),
        sa.Column("subject_class", sa.String(length=40), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.Column("project_source", sa.String(length=40), nullable=True),
        sa.Column("activity_type", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_research_report_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_research_report_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_research_report")),
        comment="One row per record of type research_report (研究报告).",
    )


def downgrade() -> None:
    op.drop_table("research_report")
    op.drop_table("paper_reprints")
    op.drop_table("paper_indexings")
    op.drop_table("paper")
    op.drop_table("book")
    op.drop_table("award")
    op.drop_table("artwork")
    op.drop_table("appraisal")
