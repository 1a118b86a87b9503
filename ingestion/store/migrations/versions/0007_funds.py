"""Record types of the group funds: fund_arrival, fund_outward, fund_expense."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "fund_arrival",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("arrival_no", sa.String(length=60), nullable=True),
        sa.Column("project_id", ID, nullable=True),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("payer", sa.String(length=200), nullable=True),
        sa.Column("payer_type", sa.String(length=40), nullable=True),
        sa.Column("fund_source", sa.String(length=40), nullable=True),
        sa.Column("fund_nature", sa.String(length=40), nullable=True),
        sa.Column("voucher_no", sa.String(length=60), nullable=True),
        sa.Column("arrival_channel", sa.String(length=40), nullable=True),
        sa.Column("invoice_state", sa.String(length=40), nullable=True),
        sa.Column("tech_amount", sa.BigInteger(), nullable=True),
        sa.Column("vat", sa.BigInteger(), nullable=True),
        sa.Column("management_fee", sa.BigInteger(), nullable=True),
        sa.Column("register_fee", sa.BigInteger(), nullable=True),
        sa.Column("outward_reserve", sa.BigInteger(), nullable=True),
        sa.Column("net_amount", sa.BigInteger(), nullable=True),
        sa.Column("fund_card", sa.String(length=60), nullable=True),
        sa.Column("booked_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_fund_arrival_project_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_fund_arrival_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_fund_arrival_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_fund_arrival")),
        comment="One row per record of type fund_arrival (经费到账).",
    )
    op.create_index(op.f("ix_fund_arrival_project_id"), "fund_arrival", ["project_id"], unique=False)
    op.create_table(
        "fund_arrival_shares",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("share_person_id", ID, nullable=True),
        sa.Column("share_subproject", sa.String(length=200), nullable=True),
        sa.Column("share_amount", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_fund_arrival_shares_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["share_person_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_fund_arrival_shares_share_person_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_fund_arrival_shares_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_arrival_shares")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_fund_arrival_shares_record_id_seq")),
        comment="One row per fund_arrival record × row of shares (分配到人/子课题).",
    )
    op.create_table(
        "fund_arrival_subjects",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("split_subject", sa.String(length=40), nullable=True),
        sa.Column("split_amount", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_fund_arrival_subjects_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_fund_arrival_subjects_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_arrival_subjects")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_fund_arrival_subjects_record_id_seq")),
        comment="One row per fund_arrival record × row of subjects (预算科目分配).",
    )
    op.create_table(
        "fund_expense",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("expense_no", sa.String(length=60), nullable=True),
        sa.Column("project_id", ID, nullable=True),
        sa.Column("spent_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("purpose", sa.String(length=500), nullable=True),
        sa.Column("fund_card", sa.String(length=60), nullable=True),
        sa.Column("pay_mode", sa.String(length=40), nullable=True),
        sa.Column("voucher_no", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_fund_expense_project_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_fund_expense_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_fund_expense_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_fund_expense")),
        comment="One row per record of type fund_expense (经费支出).",
    )
    op.create_index(op.f("ix_fund_expense_project_id"), "fund_expense", ["project_id"], unique=False)
    op.create_table(
        "fund_expense_lines",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("line_subject", sa.String(length=40), nullable=True),
        sa.Column("line_item", sa.String(length=200), nullable=True),
        sa.Column("line_amount", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_fund_expense_lines_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_fund_expense_lines_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_expense_lines")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_fund_expense_lines_record_id_seq")),
        comment="One row per fund_expense record × row of lines (支出明细).",
    )
    op.create_table(
        "fund_expense_payees",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("payee_name", sa.String(length=100), nullable=True),
        sa.Column("payee_organisation", sa.String(length=200), nullable=True),
        sa.Column("payee_amount", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_fund_expense_payees_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_fund_expense_payees_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_expense_payees")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_fund_expense_payees_record_id_seq")),
        comment="One row per fund_expense record × row of payees (劳务/专家费领款人).",
    )
    op.create_table(
        "fund_outward",
        sa.Column("record_id", ID, autoincrement=False, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("transfer_no", sa.String(length=60), nullable=True),
        sa.Column("project_id", ID, nullable=True),
        sa.Column("payee", sa.String(length=200), nullable=True),
        sa.Column("payee_type", sa.String(length=40), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("transferred_on", sa.Date(), nullable=True),
        sa.Column("in_budget", sa.Boolean(), nullable=True),
        sa.Column("bank", sa.String(length=200), nullable=True),
        sa.Column("bank_account_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("bank_account_mask", sa.String(length=60), nullable=True),
        sa.Column("voucher_no", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_fund_outward_project_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_fund_outward_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_fund_outward_university_code")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_fund_outward")),
        comment="One row per record of type fund_outward (经费外拨).",
    )
    op.create_index(op.f("ix_fund_outward_project_id"), "fund_outward", ["project_id"], unique=False)


def downgrade() -> None:
    op.drop_table("fund_outward")
    op.drop_table("fund_expense_payees")
    op.drop_table("fund_expense_lines")
    op.drop_table("fund_expense")
    op.drop_table("fund_arrival_subjects")
    op.drop_table("fund_arrival_shares")
    op.drop_table("fund_arrival")
