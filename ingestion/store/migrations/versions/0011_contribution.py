"""Record types of the group contribution: technology_transfer, landmark_result, economic_result."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "economic_result",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=True),
        sa.Column("user_organisation", sa.String(length=200), nullable=True),
        sa.Column("user_region", sa.String(length=40), nullable=True),
        sa.Column("industry", sa.String(length=40), nullable=True),
        sa.Column("service_field", sa.String(length=40), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("applied_on_precision", sa.String(length=1), nullable=True),
        sa.Column("new_output", sa.BigInteger(), nullable=True),
        sa.Column("new_tax", sa.BigInteger(), nullable=True),
        sa.Column("cost_saving", sa.BigInteger(), nullable=True),
        sa.Column("social_benefit", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_economic_result_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_economic_result_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_economic_result")),
        comment="One row per record of type economic_result (服务经济主战场成果).",
    )
    op.create_table(
        "landmark_result",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=True),
        sa.Column("landmark_type", sa.String(length=40), nullable=True),
        sa.Column("stat_year", sa.Integer(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("innovation", sa.Text(), nullable=True),
        sa.Column("impact", sa.Text(), nullable=True),
        sa.Column("evidence", sa.String(length=40), nullable=True),
        sa.Column("unit_rank", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_landmark_result_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_landmark_result_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_landmark_result")),
        comment="One row per record of type landmark_result (重大标志性成果).",
    )
    op.create_table(
        "technology_transfer",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=True),
        sa.Column("mode", sa.String(length=40), nullable=True),
        sa.Column("contract_no", sa.String(length=60), nullable=True),
        sa.Column("register_no", sa.String(length=60), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("contract_amount", sa.BigInteger(), nullable=True),
        sa.Column("transferee", sa.String(length=200), nullable=True),
        sa.Column("transferee_type", sa.String(length=40), nullable=True),
        sa.Column("transferee_region", sa.String(length=40), nullable=True),
        sa.Column("no_ip_reason", sa.String(length=500), nullable=True),
        sa.Column("equity_ratio", sa.Float(), nullable=True),
        sa.Column("transferee_industry", sa.String(length=40), nullable=True),
        sa.Column("is_sme", sa.Boolean(), nullable=True),
        sa.Column("is_overseas", sa.Boolean(), nullable=True),
        sa.Column("patent_count", sa.Integer(), nullable=True),
        sa.Column("pricing", sa.String(length=40), nullable=True),
        sa.Column("reward_cash", sa.BigInteger(), nullable=True),
        sa.Column("reward_equity", sa.BigInteger(), nullable=True),
        sa.Column("publicity", sa.String(length=40), nullable=True),
        sa.Column("subject_class", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_technology_transfer_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_technology_transfer_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_technology_transfer")),
        comment="One row per record of type technology_transfer (技术转让).",
    )
    op.create_table(
        "technology_transfer_incomes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("income", sa.BigInteger(), nullable=True),
        sa.Column("income_voucher_no", sa.String(length=60), nullable=True),
        sa.Column("arrival_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["arrival_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_technology_transfer_incomes_arrival_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_technology_transfer_incomes_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"],
            ["university.code"],
            name=op.f("fk_technology_transfer_incomes_university_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technology_transfer_incomes")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_technology_transfer_incomes_record_id_seq")),
        comment="One row per technology_transfer record × row of incomes (到账明细).",
    )


def downgrade() -> None:
    op.drop_table("technology_transfer_incomes")
    op.drop_table("technology_transfer")
    op.drop_table("landmark_result")
    op.drop_table("economic_result")
