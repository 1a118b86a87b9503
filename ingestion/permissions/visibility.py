"""The policy as SQL: the condition for the rows of a table that a principal may know about."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Alias, ColumnElement, FromClause, Table, and_, false, or_, select, true

from ingestion.permissions.policy import EVERY_TYPE, FILED, POLICY, STATES, can
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.engine import today
from ingestion.store.tables import CHILD_TABLES, TYPE_TABLES


def reach_sql(principal: Principal, record: FromClause) -> dict[str, ColumnElement[bool]]:
    c = record.c
    in_college = c.college_id == principal.unit_id if principal.unit_id is not None else false()
    own: ColumnElement[bool] = c.entered_by == principal.account_id
    named: ColumnElement[bool] = false()
    if principal.person_id is not None:
        linked = select(p.contributor.c.record_id).where(
            p.contributor.c.person_id == principal.person_id,
            p.contributor.c.university_code == principal.university_code,
            p.contributor.c.claim != "declined",
        )
        mine = or_(
            c.id == principal.person_id,
            and_(c.owner_person_id == principal.person_id, or_(c.state != "00", c.channel != "own")),
        )
        named = c.id.in_(linked)
        if principal.role == "college_admin":
            mine, named = and_(mine, in_college), and_(named, in_college)
        own = or_(own, mine)
    return {"own": own, "named": named, "college": in_college, "university": true()}


def _record_condition(principal: Principal, record: FromClause, action: str = "view") -> ColumnElement[bool]:
    c = record.c
    reaches = reach_sql(principal, record)
    parts: list[ColumnElement[bool]] = []
    for right in POLICY:
        if right.role != principal.role or action not in right.actions:
            continue
        conditions: list[ColumnElement[bool]] = []
        if "university" not in right.reach:
            if "college" in right.reach:  # "named" and most of "own" lie inside the college: a plain index scan
                conditions.append(or_(reaches["college"], c.entered_by == principal.account_id))
            else:
                conditions.append(or_(*(reaches[r] for r in right.reach)))
        if right.states != STATES:
            conditions.append(c.state != "00" if right.states == FILED else c.state.in_(right.states))
        if right.types:
            hidden = EVERY_TYPE - right.types
            if len(hidden) < len(right.types):
                conditions.append(c.type.not_in(sorted(hidden)))
            else:
                conditions.append(c.type.in_(sorted(right.types)))
        parts.append(and_(true(), *conditions))
    if not parts:
        return false()
    # what an import is still loading is nobody's to see until its marker is set
    return and_(c.university_code == principal.university_code, c.state != p.LOADING, or_(*parts))


def may(principal: Principal, action: str, record: FromClause = p.record) -> ColumnElement[bool]:
    """The records on which the principal may take an action that follows from the record's state and reach alone
    (view, download, download_restricted …), as SQL; what facts take away (``unless``) is asked of ``can``."""
    return _record_condition(principal, record, action)


def _through_record(
    principal: Principal, table: FromClause, column: str, action: str = "view"
) -> ColumnElement[bool]:
    # An alias, so that a statement which joins the record table itself does not swallow the subquery.
    record = p.record.alias("seen_record")
    return and_(
        table.c.university_code == principal.university_code,
        select(record.c.id)
        .where(record.c.id == table.c[column], _record_condition(principal, record, action))
        .correlate(table)
        .exists(),
    )


BY_RECORD: Mapping[str, str] = {  # table → the column that names the record it belongs to
    "record_key": "record_id",
    "record_value": "record_id",
    "record_link": "record_id",
    "contributor": "record_id",
    "contributor_affiliation": "record_id",
    "person_post": "person_id",
    "record_version": "record_id",
    "review_event": "record_id",
    "fund_entry": "project_id",
    "project_balance": "project_id",
    **{table.name: "record_id" for table in TYPE_TABLES.values()},
    **{table.name: "record_id" for table in CHILD_TABLES.values()},
}

# Never listed to anybody through ``visible``: read by single operations that know why.
INTERNAL: frozenset[str] = frozenset(
    {
        "blob", "one_time_token", "password_history", "idempotency", "audit_block", "archived_audit_block", "refresh_request",
        "refresh_status", "change_log", "vault_key_check", "unread_text", "reset_request",
    }
)  # fmt: skip


def visible(principal: Principal, table: FromClause) -> ColumnElement[bool]:
    """The SQL condition for the rows of ``table`` this principal may know about.

    ``table`` may be an alias. Raises ``LookupError`` for a table nobody lists (a new table needs a rule)."""
    name = _name(table)
    c = table.c
    here: ColumnElement[bool] = (
        c.university_code == principal.university_code if "university_code" in c else false()
    )
    mine = c.account_id == principal.account_id if "account_id" in c else false()
    office = principal.role in ("office_admin", "province_staff", "system")
    if name == "record":
        return _record_condition(principal, table)
    if name in BY_RECORD:
        return _through_record(principal, table, BY_RECORD[name])
    match name:
        case "attachment":
            return and_(c.removed_at.is_(None), known_files(principal, table))
        case "amendment":
            return and_(_through_record(principal, table, "record_id"), _submitted_change(principal, table))
        case "finding":
            by_record = _through_record(principal, table, "record_id")
            return or_(by_record, and_(here, c.record_id.is_(None))) if office else by_record
        case "university":
            return true() if principal.is_province else c.code == principal.university_code
        case "unit" | "year_lock" | "year_exception" | "share_rule" | "source_table" | "source_paper" | "score_rule":
            return here
        case "setting":
            return or_(here, c.university_code == "*")
        case "code_item":
            return or_(c.owner == "*", c.owner == principal.university_code)
        case "account":
            return _visible_accounts(principal, table)
        case "account_grant":
            accounts = p.account.alias("seen_account")
            return (
                select(accounts.c.id)
                .where(accounts.c.id == c.account_id, _visible_accounts(principal, accounts))
                .correlate(table)
                .exists()
            )
        case "session" | "message" | "job" | "preference":
            return and_(here, mine)
        case "login_event" | "audit_row" | "import_batch":
            return here if office else and_(here, mine)
        case "archived_audit_row":
            return here if office else false()
        case "import_row":
            batch = p.import_batch.alias("seen_batch")
            return and_(
                here, select(batch.c.id).where(batch.c.id == c.batch_id, visible(principal, batch)).correlate(table).exists()
            )
        case "import_choice":
            return here if office else and_(here, mine)
        case "import_mapping" | "import_total":
            return here if can(principal, "import", "paper") or office else false()
        case "saved_query":
            return and_(here, or_(mine, c.shared.is_(True)))
        case "figure_question":
            return true() if can(principal, "view_province") else here if can(principal, "answer_figures") else false()
        case "signed_snapshot":
            return true() if can(principal, "view_province") else here if can(principal, "view_evaluation") else false()
        case "return_entry":
            return here if can(principal, "view_returns") else false()
        case "saved_statistic":  # shared in the college it was saved in, or in the whole organisation
            in_scope = or_(c.unit_id.is_(None), c.unit_id == principal.unit_id) if principal.unit_id is not None else c.unit_id.is_(None)
            return and_(here, or_(mine, and_(c.shared.is_(True), in_scope)))
        case "notice":
            current = and_(c.publish_on <= today(), c.withdrawn_at.is_(None))
            readable = and_(current, or_(c.audience == "province", here))
            return or_(readable, here) if can(principal, "manage_notices") else readable
        case _:
            raise LookupError(f"no rule says who may list {name}")


def known_files(principal: Principal, table: FromClause = p.attachment) -> ColumnElement[bool]:
    """The attachments a principal may know of, those taken off a record since included."""
    c = table.c
    open_to = and_(c.restricted.is_(False), _through_record(principal, table, "record_id", "download"))
    closed_to = and_(c.restricted.is_(True), _through_record(principal, table, "record_id", "download_restricted"))
    return and_(_in_a_seen_change(principal, table), or_(open_to, closed_to))


def _name(table: FromClause) -> str:
    base = table.element if isinstance(table, Alias) else table
    if not isinstance(base, Table):
        raise LookupError("only tables and their aliases can be listed")
    return base.name


def _submitted_change(principal: Principal, amendment: FromClause) -> ColumnElement[bool]:
    """A change application still being written is its applicant's alone."""
    return or_(amendment.c.state != "00", amendment.c.opened_by == principal.account_id)


def _in_a_seen_change(principal: Principal, attachment: FromClause) -> ColumnElement[bool]:
    """A file that only comes with a change application is known to those who know the application."""
    change = p.amendment.alias("change_of_file")
    known = select(change.c.id).where(change.c.id == attachment.c.added_in, _submitted_change(principal, change))
    return or_(attachment.c.added_in.is_(None), known.correlate(attachment).exists())


def _visible_accounts(principal: Principal, account: FromClause) -> ColumnElement[bool]:
    here: ColumnElement[bool] = account.c.university_code == principal.university_code
    match principal.role:
        case "office_admin" | "system":
            return here
        case "province_staff":  # its own, and the administrators of every university: not their people
            grant = p.account_grant.alias("office_grant")
            administers = (
                select(grant.c.id)
                .where(grant.c.account_id == account.c.id, grant.c.role == "office_admin")
                .correlate(account)
                .exists()
            )
            return or_(here, administers)
        case _:
            return account.c.id == principal.account_id


def pickable_people(principal: Principal, record: FromClause = p.record) -> ColumnElement[bool]:
    """People of the own university as a picker shows them: staff number, name and college, nothing else."""
    if not can(principal, "pick_people"):
        return false()
    c = record.c
    return and_(c.university_code == principal.university_code, c.type == "person", c.state == "30")
