"""Batches of imports: their states and rows, remembered headings, choices of people, control totals; the state
of a record that is loaded and not yet in effect."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = "state IN ('00','05','10','11','20','21','30','90')"
FORMER_STATES = "state IN ('00','10','11','20','21','30','90')"
BATCHED = sa.text("batch_id IS NOT NULL")
ADDED = (
    ("format", sa.String(length=20), ""),
    ("role", sa.String(length=20), "office_admin"),
    ("state", sa.String(length=10), "failed"),
    ("options", sa.Text(), "{}"),
    ("progress", sa.Text(), "{}"),
    ("report", sa.Text(), "{}"),
    ("done", sa.Integer(), "0"),
)


def upgrade() -> None:
    _states_of_records(STATES)
    op.create_index(
        "ix_record_batch", "record", ["batch_id"], unique=False, sqlite_where=BATCHED, postgresql_where=BATCHED
    )
    with op.batch_alter_table("import_batch") as batch:
        for name, kind, default in ADDED:
            batch.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        batch.add_column(sa.Column("total", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("run", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("beat_at", sa.DateTime(), nullable=True))
    op.execute("UPDATE import_batch SET state = 'applied' WHERE applied_at IS NOT NULL AND undone_at IS NULL")
    op.execute("UPDATE import_batch SET state = 'undone' WHERE applied_at IS NOT NULL AND undone_at IS NOT NULL")
    with op.batch_alter_table("import_batch") as batch:
        for name, kind, _default in ADDED:
            batch.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
        batch.create_check_constraint(
            op.f("ck_import_batch_state"),
            "state IN ('checking','checked','loading','applied','undone','discarded','failed')",
        )
        batch.create_check_constraint(
            op.f("ck_import_batch_applied_has_time"), "(state IN ('applied','undone')) = (applied_at IS NOT NULL)"
        )
        batch.create_check_constraint(
            op.f("ck_import_batch_undone_has_time"), "(state = 'undone') = (undone_at IS NOT NULL)"
        )
    op.create_index(op.f("ix_import_batch_university_code_state"), "import_batch", ["university_code", "state"], unique=False)
    _tables()


def _tables() -> None:
    op.create_table(
        "import_choice",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("hint", sa.String(length=300), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_import_choice_account_id")),
        sa.ForeignKeyConstraint(["university_code"], ["university.code"], name=op.f("fk_import_choice_university_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_choice")),
        sa.UniqueConstraint(
            "university_code", "type", "sha256", "name", "hint", "row",
            name=op.f("uq_import_choice_university_code_type_sha256_name_hint_row"),
        ),
        comment="One row per name in an imported file × the person somebody chose for it.",
    )  # fmt: skip
    op.create_table(
        "import_mapping",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_import_mapping_account_id")),
        sa.ForeignKeyConstraint(["university_code"], ["university.code"], name=op.f("fk_import_mapping_university_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("university_code", "type", "heading", name=op.f("uq_import_mapping_university_code_type_heading")),
        comment="One row per heading of a university's own files × record type: the column it means.",
    )
    op.create_table(
        "import_total",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("expected >= 0", name=op.f("ck_import_total_expected")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_import_total_account_id")),
        sa.ForeignKeyConstraint(["university_code"], ["university.code"], name=op.f("fk_import_total_university_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_total")),
        sa.UniqueConstraint("university_code", "type", "year", name=op.f("uq_import_total_university_code_type_year")),
        comment="One row per record type × year: how many records the university says there must be.",
    )
    op.create_table(
        "import_row",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.Column("record_id", ID, nullable=True),
        sa.Column("repeats_row", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("filed_year", sa.Integer(), nullable=True),
        sa.Column("issues", sa.Text(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "result IN ('new','changed','unchanged','duplicate','error','held')", name=op.f("ck_import_row_result")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["university_code"], ["university.code"], name=op.f("fk_import_row_university_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
        sa.UniqueConstraint("batch_id", "row", name=op.f("uq_import_row_batch_id_row")),
        comment="One row per row of an imported file about which there is something to say.",
    )
    op.create_index(op.f("ix_import_row_batch_id_result"), "import_row", ["batch_id", "result"], unique=False)


def _states_of_records(allowed: str) -> None:
    """The CHECK of ``record.state`` anew. SQLite builds the whole table anew, and does not tell Alembic of the
    CHECK constraints there are: the table is spelt out here."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_record_state"), "record", type_="check")
        op.create_check_constraint(op.f("ck_record_state"), "record", allowed)
        return
    last = op.get_bind().exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'record'").scalar()
    with op.batch_alter_table("record", copy_from=_record(allowed), recreate="always"):
        pass
    if last is not None:  # a deleted draft's number is not given to another record
        op.get_bind().exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'record'")
        op.get_bind().exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES ('record', ?)", (last,))


def _record(states: str) -> sa.Table:
    own = ["university_code"]
    return sa.Table(
        "record",
        sa.MetaData(),
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
        sa.CheckConstraint("(state = '30') <= (approved_at IS NOT NULL)", name="ck_record_approved_has_time"),
        sa.CheckConstraint("(state = '90') = (voided_at IS NOT NULL)", name="ck_record_voided_has_time"),
        sa.CheckConstraint("channel IN ('own','college','office','import','cli')", name="ck_record_channel"),
        sa.CheckConstraint("state = '00' OR submitted_at IS NOT NULL", name="ck_record_submitted_has_time"),
        sa.CheckConstraint(states, name="ck_record_state"),
        sa.ForeignKeyConstraint(
            ["college_id", *own], ["unit.id", "unit.university_code"], name="fk_record_college_id_university_code"
        ),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name="fk_record_entered_by"),
        sa.ForeignKeyConstraint(
            ["owner_person_id", *own], ["record.id", "record.university_code"],
            name="fk_record_owner_person_id_university_code",
        ),
        sa.ForeignKeyConstraint(own, ["university.code"], name="fk_record_university_code"),
        sa.PrimaryKeyConstraint("id", name="pk_record"),
        sa.UniqueConstraint("id", "university_code", name="uq_record_id_university_code"),
        sa.Index("ix_record_counted", *own, "type", "state", "filed_year", "college_id", "in_statistics"),
        sa.Index("ix_record_entered_by", "entered_by"),
        sa.Index("ix_record_university_code_college_id_state", *own, "college_id", "state"),
        sa.Index("ix_record_university_code_owner_person_id", *own, "owner_person_id"),
        comment="One row per record of any of the 28 types: its header.",
        sqlite_autoincrement=True,
    )  # fmt: skip


def downgrade() -> None:
    for table in ("import_row", "import_total", "import_mapping", "import_choice"):
        op.drop_table(table)
    op.drop_index(op.f("ix_import_batch_university_code_state"), "import_batch")
    with op.batch_alter_table("import_batch") as batch:
        for name in ("state", "applied_has_time", "undone_has_time"):
            batch.drop_constraint(op.f(f"ck_import_batch_{name}"), type_="check")
        for name in ("beat_at", "run", "total", *(name for name, _kind, _default in ADDED)):
            batch.drop_column(name)
    op.drop_index("ix_record_batch", "record")
    _states_of_records(FORMER_STATES)
