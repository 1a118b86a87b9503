"""Code lists, notices, messages, findings, audit, jobs, refreshes, settings and the change log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_block",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("first_row", ID, nullable=False),
        sa.Column("last_row", ID, nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("leaves", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=200), nullable=False),
        sa.Column("sealed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_block")),
        comment="One row per sealed run of audit rows, linked by hash.",
    )
    op.create_table(
        "change_log",
        sa.Column("seq", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("table_name", sa.String(length=60), nullable=False),
        sa.Column("row_id", ID, nullable=False),
        sa.Column("op", sa.String(length=1), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change_log")),
        comment="One row per changed row, written by triggers. row_id is the record id for every table that belongs to records (header, type tables, children, contributors, values, links), else the row's own id. On PostgreSQL a column xid names the writing transaction: rows numbered earlier may be committed later.",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "code_item",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("list", sa.String(length=60), nullable=False),
        sa.Column("owner", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label_zh", sa.String(length=300), nullable=False),
        sa.Column("label_en", sa.String(length=300), nullable=False),
        sa.Column("parent", sa.String(length=40), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=300), nullable=True),
        sa.Column("version", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_item")),
        sa.UniqueConstraint("list", "owner", "code", name=op.f("uq_code_item_list_owner_code")),
        comment="One row per code of a code list, built in or a university's own.",
    )
    op.create_table(
        "refresh_request",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("requested_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("full_reload", sa.Boolean(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_request")),
        comment="One row per request to refresh the numbers.",
    )
    op.create_table(
        "refresh_status",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("as_of", sa.DateTime(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("changed_rows", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_status")),
        comment="One row per run of the pipeline, written by it through an operation.",
    )
    op.create_table(
        "setting",
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("university_code", "key", name=op.f("pk_setting")),
        comment="One row per setting of a university or of the installation.",
    )
    op.create_table(
        "vault_key_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("probe", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_key_check")),
        comment="One row: a probe encrypted with the installation's key, to tell a wrong key at start.",
    )
    op.create_table(
        "audit_row",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=60), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_audit_row_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_row")),
        comment="One row per write, refusal, reveal or export; rows are only ever added.",
    )
    op.create_index(
        op.f("ix_audit_row_object_type_object_id"), "audit_row", ["object_type", "object_id"], unique=False
    )
    op.create_index(
        op.f("ix_audit_row_university_code_at"), "audit_row", ["university_code", "at"], unique=False
    )
    op.create_table(
        "finding",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("record_id", ID, nullable=True),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_finding_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        comment="One row per open or closed data-quality finding.",
    )
    op.create_index(
        op.f("ix_finding_university_code_record_id"),
        "finding",
        ["university_code", "record_id"],
        unique=False,
    )
    op.create_table(
        "import_batch",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=300), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("applied_at", sa.DateTime(), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_import_batch_account_id")),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_import_batch_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        comment="One row per imported file.",
    )
    op.create_table(
        "job",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("role_grant_id", ID, nullable=True),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("message_zh", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("state IN ('queued','running','done','failed')", name=op.f("ck_job_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_job_account_id")),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_job_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        comment="One row per piece of long work done by the worker.",
    )
    op.create_table(
        "message",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("record_id", ID, nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_message_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_message_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        comment="One row per message to an account.",
    )
    op.create_index(op.f("ix_message_account_id_read_at"), "message", ["account_id", "read_at"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("publish_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("audience IN ('province','university')", name=op.f("ck_notice_audience")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_notice_created_by")),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_notice_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        comment="One row per notice (公告).",
    )
    op.create_table(
        "saved_query",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("university_code", sa.String(length=8), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("sql", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_query_account_id")),
        sa.ForeignKeyConstraint(
            ["university_code"], ["university.code"], name=op.f("fk_saved_query_university_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_query")),
        comment="One row per SQL text an analyst saved.",
    )
    if (
        op.get_bind().dialect.name == "postgresql"
    ):  # the writing transaction, over which the feed's horizon runs
        op.execute("ALTER TABLE change_log ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()")
        op.execute("CREATE INDEX ix_change_log_xid ON change_log (xid)")


def downgrade() -> None:
    op.drop_table("saved_query")
    op.drop_table("notice")
    op.drop_table("message")
    op.drop_table("job")
    op.drop_table("import_batch")
    op.drop_table("finding")
    op.drop_table("audit_row")
    op.drop_table("vault_key_check")
    op.drop_table("setting")
    op.drop_table("refresh_status")
    op.drop_table("refresh_request")
    op.drop_table("code_item")
    op.drop_table("change_log")
    op.drop_table("audit_block")
