"""The register of signed snapshots."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "signed_snapshot",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("code_version", sa.String(length=64), nullable=False),
        sa.Column("signing_key", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("purpose IN ('moe','evaluation')", name=op.f("ck_signed_snapshot_purpose")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_signed_snapshot_revision")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_signed_snapshot_made_by")),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_signed_snapshot_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_snapshot")),
        sa.UniqueConstraint(
            "university_code", "purpose", "year", "revision", name=op.f("uq_signed_snapshot_university_code_purpose_year_revision")
        ),
        comment="One row per signed snapshot (报送快照) of a university's figures; rows are only ever added.",
    )


def downgrade() -> None:
    op.drop_table("signed_snapshot")
