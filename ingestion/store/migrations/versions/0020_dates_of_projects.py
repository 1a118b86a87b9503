"""Dates of projects may be known to the month or the year: programmes announce 2020-01 to 2023-12."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

DATES = {
    "horizontal_project": ("started_on", "planned_end_on", "concluded_on"),
    "university_project": ("approved_on", "started_on", "planned_end_on", "concluded_on"),
    "vertical_project": ("started_on", "planned_end_on", "approved_on", "concluded_on"),
}


def upgrade() -> None:
    for table, names in DATES.items():
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.add_column(sa.Column(f"{name}_precision", sa.String(length=1), nullable=True))
        for name in names:
            op.execute(f"UPDATE {table} SET {name}_precision = 'd' WHERE {name} IS NOT NULL")  # noqa: S608 - names above


def downgrade() -> None:
    for table, names in DATES.items():
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.drop_column(f"{name}_precision")
