"""Record types of the group projects: vertical_project, horizontal_project, university_project."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "horizontal_project",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("project_no", sa.String(length=60), nullable=True),
        sa.Column("contract_no", sa.String(length=60), nullable=True),
        sa.Column("contract_type", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("planned_end_on", sa.Date(), nullable=True),
        sa.Column("concluded_on", sa.Date(), nullable=True),
        sa.Column("contract_amount", sa.BigInteger(), nullable=True),
        sa.Column("tech_amount", sa.BigInteger(), nullable=True),
        sa.Column("payment_mode", sa.String(length=40), nullable=True),
        sa.Column("register_flag", sa.Boolean(), nullable=True),
        sa.Column("register_no", sa.String(length=60), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("tax_free", sa.Boolean(), nullable=True),
        sa.Column("ip_ownership", sa.String(length=40), nullable=True),
        sa.Column("client_name", sa.String(length=200), nullable=True),
        sa.Column("client_uscc", sa.String(length=100), nullable=True),
        sa.Column("client_type", sa.String(length=40), nullable=True),
        sa.Column("client_nature", sa.String(length=40), nullable=True),
        sa.Column("client_region", sa.String(length=40), nullable=True),
        sa.Column("client_industry", sa.String(length=40), nullable=True),
        sa.Column("client_hitech", sa.Boolean(), nullable=True),
        sa.Column("client_contact", sa.String(length=100), nullable=True),
        sa.Column("client_phone", sa.String(length=100), nullable=True),
        sa.Column("subject_class", sa.String(length=40), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.Column("activity_type", sa.String(length=40), nullable=True),
        sa.Column("cooperation", sa.String(length=40), nullable=True),
        sa.Column("socioeconomic_objective", sa.String(length=40), nullable=True),
        sa.Column("industry", sa.String(length=40), nullable=True),
        sa.Column("tech_field", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_horizontal_project_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_horizontal_project_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_horizontal_project")),
        comment="One row per record of type horizontal_project (横向项目).",
    )
    op.create_table(
        "horizontal_project_budget",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("budget_subject", sa.String(length=40), nullable=True),
        sa.Column("budget_approved", sa.BigInteger(), nullable=True),
        sa.Column("budget_matching", sa.BigInteger(), nullable=True),
        sa.Column("budget_adjusted", sa.BigInteger(), nullable=True),
        sa.Column("budget_basis", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_horizontal_project_budget_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"],
            ["university.code"],
            name=op.f("fk_horizontal_project_budget_university_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_horizontal_project_budget")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_horizontal_project_budget_record_id_seq")),
        comment="One row per horizontal_project record × row of budget (经费预算).",
    )
    op.create_table(
        "horizontal_project_partners",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("partner_name", sa.String(length=200), nullable=True),
        sa.Column("partner_type", sa.String(length=40), nullable=True),
        sa.Column("partner_rank", sa.Integer(), nullable=True),
        sa.Column("partner_share", sa.Float(), nullable=True),
        sa.Column("partner_fund", sa.BigInteger(), nullable=True),
        sa.Column("partner_uscc", sa.String(length=100), nullable=True),
        sa.Column("partner_region", sa.String(length=40), nullable=True),
        sa.Column("partner_country", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_horizontal_project_partners_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"],
            ["university.code"],
            name=op.f("fk_horizontal_project_partners_university_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_horizontal_project_partners")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_horizontal_project_partners_record_id_seq")),
        comment="One row per horizontal_project record × row of partners (合作单位).",
    )
    op.create_table(
        "university_project",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("project_no", sa.String(length=60), nullable=True),
        sa.Column("batch", sa.String(length=100), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("planned_end_on", sa.Date(), nullable=True),
        sa.Column("concluded_on", sa.Date(), nullable=True),
        sa.Column("approved_fund", sa.BigInteger(), nullable=True),
        sa.Column("fund_source", sa.String(length=40), nullable=True),
        sa.Column("incubation_target", sa.String(length=500), nullable=True),
        sa.Column("subject_class", sa.String(length=40), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.Column("activity_type", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_university_project_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_university_project_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_university_project")),
        comment="One row per record of type university_project (校级项目).",
    )
    op.create_table(
        "university_project_budget",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("budget_subject", sa.String(length=40), nullable=True),
        sa.Column("budget_approved", sa.BigInteger(), nullable=True),
        sa.Column("budget_matching", sa.BigInteger(), nullable=True),
        sa.Column("budget_adjusted", sa.BigInteger(), nullable=True),
        sa.Column("budget_basis", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_university_project_budget_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"],
            ["university.code"],
            name=op.f("fk_university_project_budget_university_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_university_project_budget")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_university_project_budget_record_id_seq")),
        comment="One row per university_project record × row of budget (项目预算).",
    )
    op.create_table(
        "university_project_partners",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("partner_name", sa.String(length=200), nullable=True),
        sa.Column("partner_type", sa.String(length=40), nullable=True),
        sa.Column("partner_rank", sa.Integer(), nullable=True),
        sa.Column("partner_share", sa.Float(), nullable=True),
        sa.Column("partner_fund", sa.BigInteger(), nullable=True),
        sa.Column("partner_uscc", sa.String(length=100), nullable=True),
        sa.Column("partner_region", sa.String(length=40), nullable=True),
        sa.Column("partner_country", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_university_project_partners_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"],
            ["university.code"],
            name=op.f("fk_university_project_partners_university_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_university_project_partners")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_university_project_partners_record_id_seq")),
        comment="One row per university_project record × row of partners (合作单位).",
    )
    op.create_table(
        "vertical_project",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("project_no", sa.String(length=60), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("subcategory", sa.String(length=40), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("planned_end_on", sa.Date(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("concluded_on", sa.Date(), nullable=True),
        sa.Column("approval_no", sa.String(length=60), nullable=True),
        sa.Column("funder", sa.String(length=200), nullable=True),
        sa.Column("approved_fund", sa.BigInteger(), nullable=True),
        sa.Column("matching_fund", sa.BigInteger(), nullable=True),
        sa.Column("subject_class", sa.String(length=40), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.Column("discipline_2", sa.String(length=40), nullable=True),
        sa.Column("stat_source", sa.String(length=40), nullable=True),
        sa.Column("activity_type", sa.String(length=40), nullable=True),
        sa.Column("cooperation", sa.String(length=40), nullable=True),
        sa.Column("organisation_form", sa.String(length=40), nullable=True),
        sa.Column("socioeconomic_objective", sa.String(length=40), nullable=True),
        sa.Column("industry", sa.String(length=40), nullable=True),
        sa.Column("unit_rank", sa.Integer(), nullable=True),
        sa.Column("is_lead", sa.Boolean(), nullable=True),
        sa.Column("institution_id", ID, nullable=True),
        sa.Column("document_no", sa.String(length=100), nullable=True),
        sa.Column("fund_card", sa.String(length=60), nullable=True),
        sa.Column("secrecy", sa.String(length=40), nullable=True),
        sa.Column("abstract", sa.Text(), nullable=True),
        sa.Column("needs_ethics", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_vertical_project_institution_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_vertical_project_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_vertical_project_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_vertical_project")),
        comment="One row per record of type vertical_project (纵向项目).",
    )
    op.create_index(
        op.f("ix_vertical_project_institution_id"), "vertical_project", ["institution_id"], unique=False
    )
    op.create_table(
        "vertical_project_budget",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("budget_subject", sa.String(length=40), nullable=True),
        sa.Column("budget_approved", sa.BigInteger(), nullable=True),
        sa.Column("budget_matching", sa.BigInteger(), nullable=True),
        sa.Column("budget_adjusted", sa.BigInteger(), nullable=True),
        sa.Column("budget_basis", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_vertical_project_budget_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_vertical_project_budget_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vertical_project_budget")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_vertical_project_budget_record_id_seq")),
        comment="One row per vertical_project record × row of budget (项目预算).",
    )
    op.create_table(
        "vertical_project_partners",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("partner_name", sa.String(length=200), nullable=True),
        sa.Column("partner_type", sa.String(length=40), nullable=True),
        sa.Column("partner_rank", sa.Integer(), nullable=True),
        sa.Column("partner_share", sa.Float(), nullable=True),
        sa.Column("partner_fund", sa.BigInteger(), nullable=True),
        sa.Column("partner_uscc", sa.String(length=100), nullable=True),
        sa.Column("partner_region", sa.String(length=40), nullable=True),
        sa.Column("partner_country", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_vertical_project_partners_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"],
            ["university.code"],
            name=op.f("fk_vertical_project_partners_university_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vertical_project_partners")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_vertical_project_partners_record_id_seq")),
        comment="One row per vertical_project record × row of partners (合作单位).",
    )


def downgrade() -> None:
    op.drop_table("vertical_project_partners")
    op.drop_table("vertical_project_budget")
    op.drop_table("vertical_project")
    op.drop_table("university_project_partners")
    op.drop_table("university_project_budget")
    op.drop_table("university_project")
    op.drop_table("horizontal_project_partners")
    op.drop_table("horizontal_project_budget")
    op.drop_table("horizontal_project")
