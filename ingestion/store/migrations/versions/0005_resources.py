"""Record types of the group resources: person, expert, institution."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "expert",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("is_internal", sa.Boolean(), nullable=True),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("organisation", sa.String(length=200), nullable=True),
        sa.Column("province", sa.String(length=40), nullable=True),
        sa.Column("sex", sa.String(length=40), nullable=True),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("title", sa.String(length=40), nullable=True),
        sa.Column("admin_post", sa.String(length=100), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.Column("id_number_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_mask", sa.String(length=60), nullable=True),
        sa.Column("mobile_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("mobile_mask", sa.String(length=60), nullable=True),
        sa.Column("email", sa.String(length=100), nullable=True),
        sa.Column("bank_account_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("bank_account_mask", sa.String(length=60), nullable=True),
        sa.Column("bank", sa.String(length=200), nullable=True),
        sa.Column("entered_on", sa.Date(), nullable=True),
        sa.Column("expert_status", sa.String(length=40), nullable=True),
        sa.Column("credit_score", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_expert_person_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_expert_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_expert_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_expert")),
        comment="One row per record of type expert (专家).",
    )
    op.create_index(op.f("ix_expert_person_id"), "expert", ["person_id"], unique=False)
    op.create_table(
        "expert_reviews",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("review_target_id", ID, nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("score_item", sa.String(length=100), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_expert_reviews_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["review_target_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_expert_reviews_review_target_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_expert_reviews_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_reviews")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_expert_reviews_record_id_seq")),
        comment="One row per expert record × row of reviews (评审记录).",
    )
    op.create_table(
        "institution",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("name_en", sa.String(length=300), nullable=True),
        sa.Column("institution_code", sa.String(length=40), nullable=True),
        sa.Column("base_class", sa.String(length=40), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("founded_on_precision", sa.String(length=1), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_on_precision", sa.String(length=1), nullable=True),
        sa.Column("host_unit_id", ID, nullable=True),
        sa.Column("director_id", ID, nullable=True),
        sa.Column("approver", sa.String(length=200), nullable=True),
        sa.Column("approval_no", sa.String(length=100), nullable=True),
        sa.Column("evaluated_on", sa.Date(), nullable=True),
        sa.Column("evaluated_on_precision", sa.String(length=1), nullable=True),
        sa.Column("evaluation_result", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("postcode", sa.String(length=10), nullable=True),
        sa.Column("phone", sa.String(length=100), nullable=True),
        sa.Column("fax", sa.String(length=100), nullable=True),
        sa.Column("email", sa.String(length=100), nullable=True),
        sa.Column("website", sa.String(length=300), nullable=True),
        sa.Column("subject_class", sa.String(length=40), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.Column("is_entity", sa.Boolean(), nullable=True),
        sa.Column("composition", sa.String(length=40), nullable=True),
        sa.Column("institute_function", sa.String(length=40), nullable=True),
        sa.Column("industry", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["director_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_institution_director_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["host_unit_id", "university_code"],
            ["unit.id", "unit.university_code"],
            name=op.f("fk_institution_host_unit_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_institution_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_institution_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_institution")),
        comment="One row per record of type institution (科研机构).",
    )
    op.create_index(op.f("ix_institution_director_id"), "institution", ["director_id"], unique=False)
    op.create_index(op.f("ix_institution_host_unit_id"), "institution", ["host_unit_id"], unique=False)
    op.create_table(
        "institution_staff",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("institution_role", sa.String(length=40), nullable=True),
        sa.Column("staff_from_on", sa.Date(), nullable=True),
        sa.Column("staff_from_on_precision", sa.String(length=1), nullable=True),
        sa.Column("staff_to_on", sa.Date(), nullable=True),
        sa.Column("staff_to_on_precision", sa.String(length=1), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_institution_staff_person_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_institution_staff_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_institution_staff_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_staff")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_institution_staff_record_id_seq")),
        comment="One row per institution record × row of staff (机构人员).",
    )
    op.create_table(
        "institution_yearly",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("stat_year", sa.Integer(), nullable=True),
        sa.Column("staff_total", sa.Integer(), nullable=True),
        sa.Column("staff_doctor", sa.Integer(), nullable=True),
        sa.Column("staff_master", sa.Integer(), nullable=True),
        sa.Column("staff_senior", sa.Integer(), nullable=True),
        sa.Column("staff_middle", sa.Integer(), nullable=True),
        sa.Column("graduate_students", sa.Integer(), nullable=True),
        sa.Column("project_count", sa.Integer(), nullable=True),
        sa.Column("intramural_expenditure", sa.BigInteger(), nullable=True),
        sa.Column("rd_expenditure", sa.BigInteger(), nullable=True),
        sa.Column("equipment_value", sa.BigInteger(), nullable=True),
        sa.Column("equipment_import", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_institution_yearly_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_institution_yearly_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_yearly")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_institution_yearly_record_id_seq")),
        comment="One row per institution record × row of yearly (年度数据).",
    )
    op.create_table(
        "person",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("staff_no", sa.String(length=30), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column("sex", sa.String(length=40), nullable=True),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("id_type", sa.String(length=40), nullable=True),
        sa.Column("id_number_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_mask", sa.String(length=60), nullable=True),
        sa.Column("title", sa.String(length=40), nullable=True),
        sa.Column("title_rank", sa.String(length=40), nullable=True),
        sa.Column("title_on", sa.Date(), nullable=True),
        sa.Column("title_on_precision", sa.String(length=1), nullable=True),
        sa.Column("education", sa.String(length=40), nullable=True),
        sa.Column("degree", sa.String(length=40), nullable=True),
        sa.Column("graduated_from", sa.String(length=200), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.Column("post_type", sa.String(length=40), nullable=True),
        sa.Column("person_status", sa.String(length=40), nullable=True),
        sa.Column("admin_post", sa.String(length=100), nullable=True),
        sa.Column("supervisor", sa.String(length=40), nullable=True),
        sa.Column("research_field", sa.String(length=500), nullable=True),
        sa.Column("expertise", sa.String(length=500), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("joined_on_precision", sa.String(length=1), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("orcid", sa.String(length=100), nullable=True),
        sa.Column("mobile_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("mobile_mask", sa.String(length=60), nullable=True),
        sa.Column("email", sa.String(length=100), nullable=True),
        sa.Column("staff_class", sa.String(length=40), nullable=True),
        sa.Column("in_st_stat", sa.Boolean(), nullable=True),
        sa.Column("in_sk_stat", sa.Boolean(), nullable=True),
        sa.Column("is_rd", sa.Boolean(), nullable=True),
        sa.Column("rd_months", sa.Float(), nullable=True),
        sa.Column("ethnic", sa.String(length=40), nullable=True),
        sa.Column("political", sa.String(length=40), nullable=True),
        sa.Column("country", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_person_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_person_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_person")),
        comment="One row per record of type person (人员).",
    )
    op.create_table(
        "person_careers",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("career_from_on", sa.Date(), nullable=True),
        sa.Column("career_from_on_precision", sa.String(length=1), nullable=True),
        sa.Column("career_to_on", sa.Date(), nullable=True),
        sa.Column("career_to_on_precision", sa.String(length=1), nullable=True),
        sa.Column("organisation", sa.String(length=200), nullable=True),
        sa.Column("qualification", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_person_careers_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_person_careers_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_careers")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_person_careers_record_id_seq")),
        comment="One row per person record × row of careers (教育与工作经历).",
    )
    op.create_table(
        "person_society_posts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("society", sa.String(length=200), nullable=True),
        sa.Column("society_level", sa.String(length=40), nullable=True),
        sa.Column("society_post", sa.String(length=100), nullable=True),
        sa.Column("society_from_on", sa.Date(), nullable=True),
        sa.Column("society_from_on_precision", sa.String(length=1), nullable=True),
        sa.Column("society_to_on", sa.Date(), nullable=True),
        sa.Column("society_to_on_precision", sa.String(length=1), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_person_society_posts_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_person_society_posts_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_society_posts")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_person_society_posts_record_id_seq")),
        comment="One row per person record × row of society_posts (学术任职).",
    )
    op.create_table(
        "person_talents",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("talent_title", sa.String(length=40), nullable=True),
        sa.Column("talent_name", sa.String(length=200), nullable=True),
        sa.Column("grantor", sa.String(length=200), nullable=True),
        sa.Column("talent_year", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_person_talents_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_person_talents_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_talents")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_person_talents_record_id_seq")),
        comment="One row per person record × row of talents (人才称号).",
    )


def downgrade() -> None:
    op.drop_table("person_talents")
    op.drop_table("person_society_posts")
    op.drop_table("person_careers")
    op.drop_table("person")
    op.drop_table("institution_yearly")
    op.drop_table("institution_staff")
    op.drop_table("institution")
    op.drop_table("expert_reviews")
    op.drop_table("expert")
