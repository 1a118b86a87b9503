"""A university's own table of shares."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "share_rule",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("finishers", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("millionths", sa.Integer(), nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "rank BETWEEN 1 AND finishers AND millionths BETWEEN 0 AND 1000000", name=op.f("ck_share_rule_share")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_share_rule_made_by")),
        sa.ForeignKeyConstraint(["university_code"], ["university.code"], name=op.f("fk_share_rule_university_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_rule")),
        sa.UniqueConstraint(
            "university_code", "version", "finishers", "rank", name=op.f("uq_share_rule_university_code_version_finishers_rank")
        ),
        comment="One row per university × version × number of own finishers × place: the share of credit in millionths.",
    )


def downgrade() -> None:
    op.drop_table("share_rule")
