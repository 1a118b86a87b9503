"""Field-normalised impact (CNCI, FWCI) beside the citations of papers, in thousandths.

Revision ID: 0030
Revises: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source_table", sa.Column("normalised", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("source_paper", sa.Column("normalised", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("source_paper", "normalised")
    op.drop_column("source_table", "normalised")
