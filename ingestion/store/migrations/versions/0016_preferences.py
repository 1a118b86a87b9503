"""What an account wants remembered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "preference",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_preference_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_preference_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preference")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_preference_account_id_key")),
        comment="One row per account × thing it wants remembered (the columns it exports).",
    )


def downgrade() -> None:
    op.drop_table("preference")
