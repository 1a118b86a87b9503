"""A finding is somebody's task."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("finding") as batch:
        batch.add_column(sa.Column("account_id", ID, nullable=True))
        batch.add_column(sa.Column("assigned_at", sa.DateTime(), nullable=True))
        batch.create_foreign_key(batch.f("fk_finding_account_id"), "account", ["account_id"], ["id"])
        batch.create_index(batch.f("ix_finding_account_id_closed_at"), ["account_id", "closed_at"])


def downgrade() -> None:
    with op.batch_alter_table("finding") as batch:
        batch.drop_index(batch.f("ix_finding_account_id_closed_at"))
        batch.drop_constraint(batch.f("fk_finding_account_id"), type_="foreignkey")
        batch.drop_column("assigned_at")
        batch.drop_column("account_id")
