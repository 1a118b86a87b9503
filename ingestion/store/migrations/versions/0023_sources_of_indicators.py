"""What indicators ask of projects and patents: application, mid-term check, the five kinds of high-value patents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COLUMNS: dict[str, dict[str, type[sa.Date] | type[sa.Boolean]]] = {
    "patent": {
        "is_strategic": sa.Boolean,
        "has_overseas_family": sa.Boolean,
        "is_high_pledge": sa.Boolean,
        "is_nationally_awarded": sa.Boolean,
    },
    "university_project": {"applied_on": sa.Date, "midterm_on": sa.Date},
    "vertical_project": {"applied_on": sa.Date, "midterm_on": sa.Date},
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name, kind in columns.items():
                batch.add_column(sa.Column(name, kind(), nullable=True))


def downgrade() -> None:
    for table, columns in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name in columns:
                batch.drop_column(name)
