"""Who may do what: one table, one SQL condition, one predicate.

``POLICY`` states role × action × state × reach. ``visible`` turns its ``view`` rows into the SQL condition
that every list, search, count, export, attachment and drill-through uses; ``can`` answers for one record.
Nothing else decides about access, and what is not written in the table is refused.

Reach is the *closest* relation between the person acting and a record:

``own``         entered by this account, or its owner is this person (somebody else's unfinished draft is
                own only where it was entered on this person's behalf), or it is this person's own card
``named``       this person is a linked contributor and has not declined
``college``     the record's college is the one of the college_admin's grant
``university``  the same university, none of the above
``other``       another organisation: nothing is ever allowed

A college_admin's ``own`` and ``named`` hold inside the college of the grant only, except for what the account
entered itself. Because reach is the closest relation, a row that lists ``college`` but not ``own`` says:
colleagues' work, never one's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Alias, ColumnElement, FromClause, Table, and_, false, func, or_, select, true

from ingestion.catalog.registry import TYPE_IDS
from ingestion.principal import Denied, NotFound, Principal, Role
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today
from ingestion.store.tables import CHILD_TABLES, TYPE_TABLES

Reach = Literal["own", "named", "college", "university", "other"]
REACHES: tuple[Reach, ...] = ("own", "named", "college", "university", "other")
STATES: tuple[str, ...] = ("00", "10", "11", "20", "21", "30", "90")
AMENDMENT_STATES: tuple[str, ...] = ("00", "10", "11", "20", "21", "applied", "refused", "discarded")
NO_RECORD = "-"  # the state of actions that are not about one record

FUNDS: frozenset[str] = frozenset({"fund_arrival", "fund_outward", "fund_expense"})
PROJECTS: frozenset[str] = frozenset({"vertical_project", "horizontal_project", "university_project"})
EVERY_TYPE: frozenset[str] = frozenset(TYPE_IDS)
WORK: frozenset[str] = EVERY_TYPE - {"person", "expert", "institution"}

ROLES: tuple[Role, ...] = (
    "province_staff", "province_analyst", "office_admin", "college_admin",
    "researcher", "expert", "analyst", "finance", "system",
)  # fmt: skip

RECORD_ACTIONS: tuple[str, ...] = (
    "view", "edit", "submit", "delete", "withdraw", "approve", "return", "hand_back", "ask", "void", "amend",
    "attach", "download", "download_restricted", "reveal",
    "amendment.edit", "amendment.submit", "amendment.approve", "amendment.return", "amendment.refuse",
    "amendment.withdraw",
)  # fmt: skip
TYPE_ACTIONS: tuple[str, ...] = ("create", "import", "export")
PLATFORM_ACTIONS: tuple[str, ...] = (
    "manage_universities", "manage_accounts", "manage_units", "manage_notices", "manage_settings", "manage_codes",
    "manage_years", "pick_people", "view_numbers", "view_province", "sql", "refresh", "view_audit",
    "view_quality", "settle_quality",
)  # fmt: skip


@dataclass(frozen=True)
class Right:
    """One row of the policy. ``types`` empty = every record type. ``unless`` names a fact of the record that
    takes the right away (finance_held: somebody in the university holds the role finance)."""

    role: Role
    actions: tuple[str, ...]
    states: tuple[str, ...]
    reach: tuple[Reach, ...]
    types: frozenset[str] = frozenset()
    unless: str = ""


FILED: tuple[str, ...] = STATES[1:]
OPEN = ("00", "11", "21")
SEEN = ("view", "download")
MINE: tuple[Reach, ...] = ("own",)
COLLEGE: tuple[Reach, ...] = ("own", "named", "college")
COLLEAGUES: tuple[Reach, ...] = ("college",)
WHOLE: tuple[Reach, ...] = ("own", "named", "college", "university")
OTHERS: tuple[Reach, ...] = ("college", "university")
NOT_RECORD = (NO_RECORD,)

POLICY: tuple[Right, ...] = (
    # Researcher: what is one's own, and what names one once it is submitted.
    Right("researcher", ("view", "download", "download_restricted"), STATES, MINE, EVERY_TYPE - {"expert"}),
    Right("researcher", SEEN, FILED, ("named",), EVERY_TYPE - {"expert"}),
    Right("researcher", ("edit", "submit", "attach"), OPEN, MINE, WORK),
    Right("researcher", ("delete",), ("00",), MINE, WORK),
    Right("researcher", ("withdraw",), ("10", "20"), MINE, WORK),
    Right("researcher", ("amend",), ("30",), MINE, WORK | {"person"}),
    Right("researcher", ("amendment.edit", "amendment.submit"), OPEN, MINE, WORK | {"person"}),
    Right("researcher", ("amendment.withdraw",), ("00", "10", "11", "20", "21"), MINE, WORK | {"person"}),
    Right("researcher", ("reveal",), ("30",), MINE, frozenset({"person"})),
    Right("researcher", ("create", "import"), NOT_RECORD, WHOLE, WORK),
    Right("researcher", ("export",), NOT_RECORD, WHOLE, EVERY_TYPE - {"expert"}),
    # College: its own college from submission on; never its own items at the college's step.
    Right("college_admin", ("view", "download", "download_restricted"), FILED, COLLEGE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("view", "download", "download_restricted"), ("00",), MINE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("edit", "submit", "attach"), OPEN, MINE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("delete",), ("00",), MINE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("withdraw",), ("10", "20"), MINE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("approve", "return"), ("10",), COLLEAGUES, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("ask",), ("10",), COLLEGE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("amend",), ("30",), COLLEGE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("amendment.edit", "amendment.submit"), OPEN, MINE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("amendment.approve", "amendment.return"), ("10",), COLLEAGUES, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("amendment.withdraw",), ("00", "10", "11", "20", "21"), MINE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("create", "import", "export"), NOT_RECORD, WHOLE, EVERY_TYPE - {"expert"}),
    # Research office: the university, without others' drafts; never its own items.
    Right("office_admin", ("view", "download", "download_restricted"), FILED, WHOLE),
    Right("office_admin", ("view", "download", "download_restricted"), ("00",), MINE),
    Right("office_admin", ("edit", "submit", "attach"), OPEN, MINE),
    Right("office_admin", ("delete",), ("00",), MINE),
    Right("office_admin", ("withdraw",), ("10", "20"), MINE),
    Right("office_admin", ("approve",), ("20",), OTHERS, EVERY_TYPE - FUNDS),
    Right("office_admin", ("approve",), ("20",), OTHERS, FUNDS, unless="finance_held"),
    Right("office_admin", ("return", "hand_back"), ("20",), OTHERS),
    Right("office_admin", ("ask",), ("10", "20"), WHOLE),
    Right("office_admin", ("void",), ("10", "11", "20", "21", "30"), WHOLE),
    Right("office_admin", ("amend",), ("30",), WHOLE),
    Right("office_admin", ("amendment.edit", "amendment.submit"), OPEN, MINE),
    Right("office_admin", ("amendment.approve", "amendment.return"), ("20",), OTHERS),
    Right("office_admin", ("amendment.refuse",), ("10", "20"), OTHERS),
    Right("office_admin", ("amendment.withdraw",), ("00", "10", "11", "20", "21"), MINE),
    Right("office_admin", ("reveal",), FILED, WHOLE),
    Right("office_admin", ("create", "import", "export"), NOT_RECORD, WHOLE),
    # Finance: money, with the approved projects it belongs to.
    Right("finance", SEEN, FILED, WHOLE, FUNDS),
    Right("finance", SEEN, ("00",), MINE, FUNDS),
    Right("finance", ("view",), ("30",), WHOLE, PROJECTS),
    Right("finance", ("edit", "submit", "attach"), OPEN, MINE, FUNDS),
    Right("finance", ("delete",), ("00",), MINE, FUNDS),
    Right("finance", ("withdraw",), ("10", "20"), MINE, FUNDS),
    Right("finance", ("approve", "return"), ("20",), OTHERS, FUNDS),
    Right("finance", ("ask",), ("20",), WHOLE, FUNDS),
    Right("finance", ("create", "export"), NOT_RECORD, WHOLE, FUNDS),
    # The installation itself: files what commands bring in, decides nothing.
    Right("system", ("view", "download"), STATES, WHOLE),
    Right("system", ("create", "import", "export"), NOT_RECORD, WHOLE),
    # What is not about records.
    Right("province_staff", ("manage_universities", "manage_accounts", "manage_notices", "manage_settings"), NOT_RECORD, WHOLE),
    Right("province_staff", ("view_province", "sql", "refresh", "view_audit", "view_quality"), NOT_RECORD, WHOLE),
    Right("province_analyst", ("view_province", "sql"), NOT_RECORD, WHOLE),
    Right("office_admin", ("manage_accounts", "manage_units", "manage_notices", "manage_settings", "manage_codes", "manage_years"), NOT_RECORD, WHOLE),
    Right("office_admin", ("pick_people", "view_numbers", "sql", "refresh", "view_audit", "view_quality", "settle_quality"), NOT_RECORD, WHOLE),
    Right("college_admin", ("pick_people", "view_numbers", "view_quality"), NOT_RECORD, WHOLE),
    Right("researcher", ("pick_people", "view_numbers"), NOT_RECORD, WHOLE),
    Right("analyst", ("view_numbers", "sql"), NOT_RECORD, WHOLE),
    Right("finance", ("pick_people", "view_numbers"), NOT_RECORD, WHOLE),
    Right("system", ("manage_universities", "manage_accounts", "manage_units", "manage_notices", "manage_settings", "manage_codes", "refresh", "pick_people"), NOT_RECORD, WHOLE),
)  # fmt: skip


def allowed(
    role: str, action: str, state: str, reach: str, type_id: str | None = None, facts: Mapping[str, Any] | None = None
) -> bool:
    """One cell of the policy. ``state`` is ``"-"`` for actions that are not about one record."""
    return any(
        right.role == role
        and action in right.actions
        and state in right.states
        and reach in right.reach
        and (type_id is None or not right.types or type_id in right.types)
        and not (right.unless and facts and facts.get(right.unless))
        for right in POLICY
    )


def reach_of(principal: Principal, header: Mapping[str, Any]) -> Reach:
    """The closest relation to a record. ``header`` holds the record's header columns, and ``named`` (a linked
    contributor) and ``amendment_opened_by`` where they are known (``facts`` fills both)."""
    if header["university_code"] != principal.university_code:
        return "other"
    if principal.account_id in (header.get("entered_by"), header.get("amendment_opened_by")):
        return "own"
    in_college = principal.unit_id is not None and header.get("college_id") == principal.unit_id
    if principal.role != "college_admin" or in_college:
        if principal.person_id is not None:
            if header.get("id") == principal.person_id:
                return "own"
            unfinished = header.get("state") == "00" and header.get("channel", "own") == "own"
            if header.get("owner_person_id") == principal.person_id and not unfinished:
                return "own"
        if header.get("named"):
            return "named"
    return "college" if in_college else "university"


def can(principal: Principal, action: str, type_id: str | None = None, header: Mapping[str, Any] | None = None) -> bool:
    """May this principal do this? Without a header: actions on a type (create, import, export) or on the
    organisation (manage_accounts …). With a header: actions on that record or its open amendment, whose state
    is read from ``amendment_state``."""
    if header is None:
        return allowed(principal.role, action, NO_RECORD, "university", type_id)
    amends = action.startswith("amendment.")
    state = header.get("amendment_state") if amends else header["state"]
    if state is None:
        return False
    kind = type_id or header.get("type")
    if amends:  # a change is its applicant's own item, not that of whoever once entered the record
        header = {**header, "entered_by": header.get("amendment_opened_by")}
    return allowed(principal.role, action, str(state), reach_of(principal, header), kind, header)


def require(
    principal: Principal, action: str, type_id: str | None = None, header: Mapping[str, Any] | None = None
) -> None:
    """Raises ``NotFound`` where the record may not even be seen, ``Denied`` where the action is refused."""
    if header is not None and not can(principal, "view", type_id, header):
        raise NotFound
    if not can(principal, action, type_id, header):
        raise Denied


def actions(principal: Principal, header: Mapping[str, Any]) -> frozenset[str]:
    """All actions on one record that this principal may take now."""
    return frozenset(a for a in RECORD_ACTIONS if can(principal, a, header.get("type"), header))


# --- the same policy as SQL ---------------------------------------------------------------------------


def _reach_sql(principal: Principal, record: FromClause) -> dict[str, ColumnElement[bool]]:
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


def _record_condition(principal: Principal, record: FromClause) -> ColumnElement[bool]:
    c = record.c
    reaches = _reach_sql(principal, record)
    parts: list[ColumnElement[bool]] = []
    for right in POLICY:
        if right.role != principal.role or "view" not in right.actions:
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
    return and_(c.university_code == principal.university_code, or_(*parts))


def _through_record(principal: Principal, table: FromClause, column: str) -> ColumnElement[bool]:
    # An alias, so that a statement which joins the record table itself does not swallow the subquery.
    record = p.record.alias("seen_record")
    return and_(
        table.c.university_code == principal.university_code,
        select(record.c.id)
        .where(record.c.id == table.c[column], _record_condition(principal, record))
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
        "blob", "one_time_token", "password_history", "idempotency", "audit_block", "refresh_request",
        "refresh_status", "change_log", "vault_key_check",
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
            shown = and_(_through_record(principal, table, "record_id"), c.removed_at.is_(None))
            return and_(shown, or_(c.restricted.is_(False), _restricted_too(principal, table)))
        case "amendment":
            shown = _through_record(principal, table, "record_id")
            return and_(shown, or_(c.state != "00", c.opened_by == principal.account_id))
        case "finding":
            by_record = _through_record(principal, table, "record_id")
            return or_(by_record, and_(here, c.record_id.is_(None))) if office else by_record
        case "university":
            return true() if principal.is_province else c.code == principal.university_code
        case "unit" | "year_lock":
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
        case "session" | "message" | "job":
            return and_(here, mine)
        case "login_event" | "audit_row" | "import_batch":
            return here if office else and_(here, mine)
        case "saved_query":
            return and_(here, or_(mine, c.shared.is_(True)))
        case "notice":
            current = and_(c.publish_on <= today(), c.withdrawn_at.is_(None))
            readable = and_(current, or_(c.audience == "province", here))
            return or_(readable, here) if can(principal, "manage_notices") else readable
        case _:
            raise LookupError(f"no rule says who may list {name}")


def _name(table: FromClause) -> str:
    base = table.element if isinstance(table, Alias) else table
    if not isinstance(base, Table):
        raise LookupError("only tables and their aliases can be listed")
    return base.name


def _restricted_too(principal: Principal, attachment: FromClause) -> ColumnElement[bool]:
    """Restricted files: the record's own people and its reviewers, not everybody it names."""
    if principal.role != "researcher":
        return true()
    record = p.record.alias("restricted_record")
    return (
        select(record.c.id)
        .where(record.c.id == attachment.c.record_id, _reach_sql(principal, record)["own"])
        .correlate(attachment)
        .exists()
    )


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


# --- facts of one record ------------------------------------------------------------------------------


def facts(uow: UnitOfWork, principal: Principal, record_id: int) -> dict[str, Any]:
    """The header of a record as a dict with what ``can`` needs beside it: ``named``, ``finance_held``, and
    ``amendment_id``, ``amendment_state``, ``amendment_opened_by`` of its open amendment (else None).

    Raises ``NotFound`` for a record that does not exist or may not be seen."""
    row = uow.conn.execute(
        select(p.record).where(p.record.c.id == record_id, visible(principal, p.record))
    ).mappings().one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return with_facts(uow, principal, dict(row))


def with_facts(uow: UnitOfWork, principal: Principal, header: dict[str, Any]) -> dict[str, Any]:
    """Adds to a header what ``facts`` adds."""
    header["named"] = False
    if principal.person_id is not None:
        header["named"] = (
            uow.conn.execute(
                select(p.contributor.c.id).where(
                    p.contributor.c.record_id == header["id"],
                    p.contributor.c.person_id == principal.person_id,
                    p.contributor.c.claim != "declined",
                )
            ).first()
            is not None
        )
    amendment = uow.conn.execute(
        select(p.amendment.c.id, p.amendment.c.state, p.amendment.c.opened_by).where(
            p.amendment.c.record_id == header["id"], p.amendment.c.is_open
        )
    ).one_or_none()
    header["amendment_id"] = amendment.id if amendment else None
    header["amendment_state"] = amendment.state if amendment else None
    header["amendment_opened_by"] = amendment.opened_by if amendment else None
    header["finance_held"] = header["type"] in FUNDS and finance_held(uow, header["university_code"])
    return header


def finance_held(uow: UnitOfWork, university_code: str) -> bool:
    """Does anybody in the university hold the role finance today? Then finance takes a fund's last step."""
    grant, account, day = p.account_grant, p.account, today()
    found = uow.conn.execute(
        select(func.count())
        .select_from(grant.join(account, account.c.id == grant.c.account_id))
        .where(
            grant.c.university_code == university_code,
            grant.c.role == "finance",
            grant.c.valid_from <= day,
            or_(grant.c.valid_to.is_(None), grant.c.valid_to >= day),
            account.c.enabled.is_(True),
        )
    ).scalar_one()
    return bool(found)


def cells() -> Iterator[tuple[str, str, str, str, bool]]:
    """The whole matrix: role, action, state, reach, allowed for at least one record type."""
    for role in ROLES:
        for action in RECORD_ACTIONS:
            states = AMENDMENT_STATES if action.startswith("amendment.") else STATES
            for state in states:
                for reach in REACHES:
                    yield role, action, state, reach, allowed(role, action, state, reach)
        for action in (*TYPE_ACTIONS, *PLATFORM_ACTIONS):
            for reach in REACHES:
                yield role, action, NO_RECORD, reach, allowed(role, action, NO_RECORD, reach)
