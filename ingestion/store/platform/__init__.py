"""The hand-written tables: everything that is not the body of a record type.

Times are naive UTC. Money is integer fen. ``university_code`` stands in every tenant row: it is what
row-level security, ``permissions.visible`` and the composite foreign keys hold on to.
"""

from ingestion.store.platform.accounts import (
    account,
    account_grant,
    login_event,
    one_time_token,
    password_history,
    preference,
    reset_request,
    session,
)
from ingestion.store.platform.files import (
    attachment,
    blob,
)
from ingestion.store.platform.imports import (
    import_batch,
    import_choice,
    import_mapping,
    import_row,
    import_total,
)
from ingestion.store.platform.machine import (
    change_log,
    job,
    refresh_request,
    refresh_status,
)
from ingestion.store.platform.metadata import METADATA, Code5, Id, pk, table, tenant
from ingestion.store.platform.money import (
    fund_entry,
    project_balance,
)
from ingestion.store.platform.organisations import (
    code_item,
    setting,
    share_rule,
    unit,
    university,
)
from ingestion.store.platform.records import (
    LOADING,
    amendment,
    contributor,
    contributor_affiliation,
    person_post,
    record,
    record_key,
    record_link,
    record_value,
    record_version,
    review_event,
    unread_text,
    year_exception,
    year_lock,
)
from ingestion.store.platform.snapshots import signed_snapshot
from ingestion.store.platform.sources import return_entry, score_rule, source_paper, source_table
from ingestion.store.platform.traces import (
    archived_audit_block,
    archived_audit_row,
    audit_block,
    audit_row,
    finding,
    idempotency,
)
from ingestion.store.platform.words import (
    figure_question,
    message,
    notice,
    saved_query,
    saved_statistic,
    vault_key_check,
)

__all__ = [
    "Code5",
    "Id",
    "LOADING",
    "METADATA",
    "account",
    "account_grant",
    "amendment",
    "archived_audit_block",
    "archived_audit_row",
    "attachment",
    "audit_block",
    "audit_row",
    "blob",
    "change_log",
    "code_item",
    "contributor",
    "contributor_affiliation",
    "figure_question",
    "finding",
    "fund_entry",
    "idempotency",
    "import_batch",
    "import_choice",
    "import_mapping",
    "import_row",
    "import_total",
    "job",
    "login_event",
    "message",
    "notice",
    "one_time_token",
    "password_history",
    "person_post",
    "pk",
    "preference",
    "project_balance",
    "record",
    "record_key",
    "record_link",
    "record_value",
    "record_version",
    "refresh_request",
    "refresh_status",
    "reset_request",
    "return_entry",
    "review_event",
    "saved_query",
    "saved_statistic",
    "score_rule",
    "session",
    "setting",
    "share_rule",
    "signed_snapshot",
    "source_paper",
    "source_table",
    "table",
    "tenant",
    "unit",
    "university",
    "unread_text",
    "vault_key_check",
    "year_exception",
    "year_lock",
]
