"""The header every record has and what hangs on it: contributors, natural keys, posts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "idempotency",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("record_id", ID, nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_idempotency_university_code")
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_idempotency")),
        comment="One row per submission token already honoured.",
    )
    op.create_table(
        "record",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("college_id", ID, nullable=True),
        sa.Column("owner_person_id", ID, nullable=True),
        sa.Column("entered_by", ID, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("filed_year", sa.Integer(), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("in_statistics", sa.Boolean(), nullable=False),
        sa.Column("out_reason", sa.String(length=200), nullable=True),
        sa.Column("non_secret", sa.Boolean(), nullable=False),
        sa.Column("batch_id", ID, nullable=True),
        sa.Column("step", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        sa.Column("state_since", sa.DateTime(), nullable=False),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.Column("voided_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = '30') <= (approved_at IS NOT NULL)", name=op.f("ck_record_approved_has_time")
        ),
        sa.CheckConstraint(
            "(state = '90') = (voided_at IS NOT NULL)", name=op.f("ck_record_voided_has_time")
        ),
        sa.CheckConstraint(
            "channel IN ('own','college','office','import','cli')", name=op.f("ck_record_channel")
        ),
        sa.CheckConstraint(
            "state = '00' OR submitted_at IS NOT NULL", name=op.f("ck_record_submitted_has_time")
        ),
        sa.CheckConstraint("state IN ('00','10','11','20','21','30','90')", name=op.f("ck_record_state")),
        sa.ForeignKeyConstraint(
            ["college_id", "university_code"],
            ["unit.id", "unit.university_code"],
            name=op.f("fk_record_college_id_university_code"),
        ),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_record_entered_by")),
        sa.ForeignKeyConstraint(
            ["owner_person_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_record_owner_person_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_record_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("id", "university_code", name=op.f("uq_record_id_university_code")),
        comment="One row per record of any of the 28 types: its header.",
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_record_counted",
        "record",
        ["university_code", "type", "state", "filed_year", "college_id", "in_statistics"],
        unique=False,
    )
    op.create_index(op.f("ix_record_entered_by"), "record", ["entered_by"], unique=False)
    op.create_index(
        op.f("ix_record_university_code_college_id_state"),
        "record",
        ["university_code", "college_id", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_record_university_code_owner_person_id"),
        "record",
        ["university_code", "owner_person_id"],
        unique=False,
    )
    op.create_table(
        "contributor",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("corresponding", sa.Boolean(), nullable=False),
        sa.Column("co_first", sa.Boolean(), nullable=False),
        sa.Column("share", sa.Float(), nullable=True),
        sa.Column("own_words", sa.Float(), nullable=True),
        sa.Column("months_per_year", sa.Float(), nullable=True),
        sa.Column("certificate_no", sa.String(length=100), nullable=True),
        sa.Column("book_role", sa.String(length=10), nullable=True),
        sa.Column("reward_share", sa.Float(), nullable=True),
        sa.Column("claim", sa.String(length=10), nullable=False),
        sa.CheckConstraint("kind IN ('staff','student','external')", name=op.f("ck_contributor_kind")),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_contributor_rank")),
        sa.ForeignKeyConstraint(
            ["person_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_contributor_person_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_contributor_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_contributor_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contributor")),
        sa.UniqueConstraint("record_id", "rank", name=op.f("uq_contributor_record_id_rank")),
        comment="One row per record × rank: a person who contributed, in printed order.",
    )
    op.create_index(op.f("ix_contributor_person_id"), "contributor", ["person_id"], unique=False)
    op.create_table(
        "contributor_affiliation",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("country", sa.String(length=3), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_contributor_affiliation_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_contributor_affiliation_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contributor_affiliation")),
        sa.UniqueConstraint(
            "record_id", "rank", "seq", name=op.f("uq_contributor_affiliation_record_id_rank_seq")
        ),
        comment="One row per record × contributor's rank × position of a printed affiliation.",
    )
    op.create_table(
        "person_post",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("title_code", sa.String(length=10), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_person_post_person_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id", "university_code"],
            ["unit.id", "unit.university_code"],
            name=op.f("fk_person_post_unit_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_person_post_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_post")),
        comment="One row per person × unit × period: college and title at a date.",
    )
    op.create_index(op.f("ix_person_post_person_id"), "person_post", ["person_id"], unique=False)
    op.create_table(
        "record_key",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_record_key_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_record_key_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_key")),
        sa.UniqueConstraint(
            "university_code", "kind", "value", name=op.f("uq_record_key_university_code_kind_value")
        ),
        comment="One row per natural key of a record; the unique index spans types.",
    )
    op.create_index(op.f("ix_record_key_record_id"), "record_key", ["record_id"], unique=False)
    op.create_table(
        "record_link",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("target_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_record_link_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["target_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_record_link_target_id_university_code"),
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_record_link_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_link")),
        sa.UniqueConstraint("record_id", "field", "seq", name=op.f("uq_record_link_record_id_field_seq")),
        comment="One row per record × many-valued reference field × position: a person or record referred to.",
    )
    op.create_index(op.f("ix_record_link_target_id"), "record_link", ["target_id"], unique=False)
    op.create_table(
        "record_value",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id", "university_code"],
            ["record.id", "record.university_code"],
            name=op.f("fk_record_value_record_id_university_code"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_record_value_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_value")),
        sa.UniqueConstraint("record_id", "field", "seq", name=op.f("uq_record_value_record_id_field_seq")),
        comment="One row per record × many-valued field (text list, multi-code) × position.",
    )


def downgrade() -> None:
    op.drop_table("record_value")
    op.drop_table("record_link")
    op.drop_table("record_key")
    op.drop_table("person_post")
    op.drop_table("contributor_affiliation")
    op.drop_table("contributor")
    op.drop_table("record")
    op.drop_table("idempotency")
