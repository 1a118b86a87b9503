"""Who runs a job or an import, so that one left by a killed process is taken up at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("worker", sa.String(length=40), nullable=True))
    with op.batch_alter_table("import_batch") as batch:
        batch.alter_column("run", type_=sa.String(length=40), existing_type=sa.String(length=32), existing_nullable=True)


def downgrade() -> None:
    with op.batch_alter_table("import_batch") as batch:
        batch.alter_column("run", type_=sa.String(length=32), existing_type=sa.String(length=40), existing_nullable=True)
    with op.batch_alter_table("job") as job:
        job.drop_column("worker")
