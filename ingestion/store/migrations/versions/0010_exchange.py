"""Record types of the group exchange: hosted_conference, lecture, attended_conference, cooperative_research."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "attended_conference",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("host", sa.String(length=500), nullable=True),
        sa.Column("organiser", sa.String(length=500), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("country", sa.String(length=40), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("papers", sa.Integer(), nullable=True),
        sa.Column("report_form", sa.String(length=40), nullable=True),
        sa.Column("report_title", sa.String(length=500), nullable=True),
        sa.Column("is_invited", sa.Boolean(), nullable=True),
        sa.Column("project_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_attended_conference_project_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_attended_conference_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_attended_conference_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_attended_conference")),
        comment="One row per record of type attended_conference (参加会议).",
    )
    op.create_index(
        op.f("ix_attended_conference_project_id"), "attended_conference", ["project_id"], unique=False
    )
    op.create_table(
        "cooperative_research",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=True),
        sa.Column("exchange_type", sa.String(length=40), nullable=True),
        sa.Column("direction", sa.String(length=40), nullable=True),
        sa.Column("partner", sa.String(length=200), nullable=True),
        sa.Column("country", sa.String(length=40), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("foreign_persons", sa.String(length=500), nullable=True),
        sa.Column("fund", sa.BigInteger(), nullable=True),
        sa.Column("visit_fund_source", sa.String(length=40), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_cooperative_research_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_cooperative_research_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_cooperative_research")),
        comment="One row per record of type cooperative_research (合作研究).",
    )
    op.create_table(
        "hosted_conference",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=True),
        sa.Column("name_en", sa.String(length=500), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("hosting", sa.String(length=40), nullable=True),
        sa.Column("host", sa.String(length=500), nullable=True),
        sa.Column("organiser", sa.String(length=500), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("country", sa.String(length=40), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("attendees", sa.Integer(), nullable=True),
        sa.Column("overseas_attendees", sa.Integer(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("approval_no", sa.String(length=100), nullable=True),
        sa.Column("subject_class", sa.String(length=40), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.Column("papers", sa.Integer(), nullable=True),
        sa.Column("invited_talks", sa.Integer(), nullable=True),
        sa.Column("has_proceedings", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_hosted_conference_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_hosted_conference_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_hosted_conference")),
        comment="One row per record of type hosted_conference (主办会议).",
    )
    op.create_table(
        "lecture",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=True),
        sa.Column("direction", sa.String(length=40), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("host_unit_id", ID, nullable=True),
        sa.Column("speaker_level", sa.String(length=40), nullable=True),
        sa.Column("speaker_country", sa.String(length=40), nullable=True),
        sa.Column("audience", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("fee", sa.BigInteger(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["host_unit_id", "university_code"],
            ["unit.id", "unit.university_code"],
            name=op.f("fk_lecture_host_unit_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_lecture_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_lecture_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_lecture")),
        comment="One row per record of type lecture (学术讲座).",
    )
    op.create_index(op.f("ix_lecture_host_unit_id"), "lecture", ["host_unit_id"], unique=False)


def downgrade() -> None:
    op.drop_table("lecture")
    op.drop_table("hosted_conference")
    op.drop_table("cooperative_research")
    op.drop_table("attended_conference")
