"""Files that come or go with a change application."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("attachment") as table:
        table.add_column(sa.Column("added_in", ID, nullable=True))
        table.add_column(sa.Column("removed_in", ID, nullable=True))
        table.create_foreign_key(op.f("fk_attachment_added_in"), "amendment", ["added_in"], ["id"])
        table.create_foreign_key(op.f("fk_attachment_removed_in"), "amendment", ["removed_in"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("attachment") as table:
        table.drop_constraint(op.f("fk_attachment_removed_in"), type_="foreignkey")
        table.drop_constraint(op.f("fk_attachment_added_in"), type_="foreignkey")
        table.drop_column("removed_in")
        table.drop_column("added_in")
