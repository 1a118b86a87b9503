"""Record types of the group ip: patent, copyright, standard, drug_certificate, new_variety, ic_layout."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "copyright",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("copyright_type", sa.String(length=40), nullable=True),
        sa.Column("registration_no", sa.String(length=100), nullable=True),
        sa.Column("certificate_no", sa.String(length=100), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("developed_on", sa.Date(), nullable=True),
        sa.Column("first_published_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(length=500), nullable=True),
        sa.Column("owner_rank", sa.Integer(), nullable=True),
        sa.Column("signature", sa.String(length=40), nullable=True),
        sa.Column("acquire_mode", sa.String(length=40), nullable=True),
        sa.Column("right_scope", sa.String(length=40), nullable=True),
        sa.Column("software_version", sa.String(length=50), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_copyright_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_copyright_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_copyright")),
        comment="One row per record of type copyright (著作权).",
    )
    op.create_table(
        "drug_certificate",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=True),
        sa.Column("certificate_type", sa.String(length=40), nullable=True),
        sa.Column("certificate_no", sa.String(length=100), nullable=True),
        sa.Column("drug_class", sa.String(length=40), nullable=True),
        sa.Column("registration_class", sa.String(length=100), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("holder", sa.String(length=500), nullable=True),
        sa.Column("unit_rank", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_drug_certificate_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_drug_certificate_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_drug_certificate")),
        comment="One row per record of type drug_certificate (药证).",
    )
    op.create_table(
        "ic_layout",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=True),
        sa.Column("registration_no", sa.String(length=100), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("first_used_on", sa.Date(), nullable=True),
        sa.Column("layout_class", sa.String(length=40), nullable=True),
        sa.Column("owner", sa.String(length=500), nullable=True),
        sa.Column("owner_rank", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_ic_layout_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_ic_layout_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_ic_layout")),
        comment="One row per record of type ic_layout (集成电路布图设计).",
    )
    op.create_table(
        "new_variety",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("variety_type", sa.String(length=40), nullable=True),
        sa.Column("species", sa.String(length=200), nullable=True),
        sa.Column("certificate_no", sa.String(length=100), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("owner", sa.String(length=500), nullable=True),
        sa.Column("unit_rank", sa.Integer(), nullable=True),
        sa.Column("region", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_new_variety_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_new_variety_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_new_variety")),
        comment="One row per record of type new_variety (新品种).",
    )
    op.create_table(
        "patent",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("patent_type", sa.String(length=40), nullable=True),
        sa.Column("patent_scope", sa.String(length=40), nullable=True),
        sa.Column("patent_status", sa.String(length=40), nullable=True),
        sa.Column("application_no", sa.String(length=100), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("publication_no", sa.String(length=40), nullable=True),
        sa.Column("publicised_on", sa.Date(), nullable=True),
        sa.Column("grant_no", sa.String(length=40), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("lapsed_on", sa.Date(), nullable=True),
        sa.Column("certificate_no", sa.String(length=100), nullable=True),
        sa.Column("patentee", sa.String(length=500), nullable=True),
        sa.Column("patentee_rank", sa.Integer(), nullable=True),
        sa.Column("is_service", sa.Boolean(), nullable=True),
        sa.Column("signature", sa.String(length=40), nullable=True),
        sa.Column("agency", sa.String(length=200), nullable=True),
        sa.Column("ipc", sa.String(length=40), nullable=True),
        sa.Column("pct_no", sa.String(length=40), nullable=True),
        sa.Column("country", sa.String(length=40), nullable=True),
        sa.Column("legal_status", sa.String(length=40), nullable=True),
        sa.Column("annuity_paid_to", sa.Date(), nullable=True),
        sa.Column("abstract", sa.Text(), nullable=True),
        sa.Column("subject_class", sa.String(length=40), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.Column("with_industry", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_patent_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_patent_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_patent")),
        comment="One row per record of type patent (专利).",
    )
    op.create_table(
        "patent_fees",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("fee_kind", sa.String(length=40), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("paid_on_precision", sa.String(length=1), nullable=True),
        sa.Column("fee_amount", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_patent_fees_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_patent_fees_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patent_fees")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_patent_fees_record_id_seq")),
        comment="One row per patent record × row of fees (费用与资助).",
    )
    op.create_table(
        "standard",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("standard_no", sa.String(length=100), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=True),
        sa.Column("nature", sa.String(length=40), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("standard_role", sa.String(length=40), nullable=True),
        sa.Column("unit_rank", sa.Integer(), nullable=True),
        sa.Column("committee", sa.String(length=200), nullable=True),
        sa.Column("ics", sa.String(length=60), nullable=True),
        sa.Column("subject_class", sa.String(length=40), nullable=True),
        sa.Column("discipline", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_standard_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_standard_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_standard")),
        comment="One row per record of type standard (标准).",
    )


def downgrade() -> None:
    op.drop_table("standard")
    op.drop_table("patent_fees")
    op.drop_table("patent")
    op.drop_table("new_variety")
    op.drop_table("ic_layout")
    op.drop_table("drug_certificate")
    op.drop_table("copyright")
