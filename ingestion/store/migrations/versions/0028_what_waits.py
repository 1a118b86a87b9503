"""What was approved or voided since the figures were made is found without looking through all records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TIMES = ("approved_at", "voided_at")


def upgrade() -> None:
    for name in TIMES:
        there = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_record_{name}", "record", [name], unique=False, sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    for name in reversed(TIMES):
        there = sa.text(f"{name} IS NOT NULL")
        op.drop_index(f"ix_record_{name}", table_name="record", sqlite_where=there, postgresql_where=there)
