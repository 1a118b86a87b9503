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

from ingestion.catalog.registry import TYPE_IDS
from ingestion.principal import Denied, NotFound, Principal, Role

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
    "attach", "download", "download_restricted", "restrict", "reveal",
    "amendment.edit", "amendment.submit", "amendment.approve", "amendment.return", "amendment.refuse",
    "amendment.withdraw", "amendment.ask",
)  # fmt: skip
TYPE_ACTIONS: tuple[str, ...] = ("create", "import", "export")
PLATFORM_ACTIONS: tuple[str, ...] = (
    "manage_universities", "manage_accounts", "manage_units", "manage_notices", "manage_settings", "manage_codes",
    "manage_years", "pick_people", "view_numbers", "view_province", "sql", "refresh", "view_audit",
    "view_pipeline", "view_quality", "settle_quality", "exit_bundle", "ask_figures", "answer_figures",
    "view_evaluation", "sign_figures",
    "view_returns", "enter_returns",
)  # fmt: skip


@dataclass(frozen=True)
class Right:
    """One row of the policy. ``types`` empty = every record type. ``unless`` names a fact of the record that
    takes the right away (finance_held: somebody in the university holds the role finance; steps_aside: this
    reviewer leaves an own record to others, by the university's 回避 setting)."""

    role: Role
    actions: tuple[str, ...]
    states: tuple[str, ...]
    reach: tuple[Reach, ...]
    types: frozenset[str] = frozenset()
    unless: str = ""


UNKNOWN = {"finance_held": False, "steps_aside": True}
"""What is assumed of a fact nobody has looked up."""

FILED: tuple[str, ...] = STATES[1:]
OPEN = ("00", "11", "21")
NOT_VOID: tuple[str, ...] = STATES[:-1]
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
    Right("researcher", ("restrict",), NOT_VOID, MINE, WORK),
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
    Right("college_admin", ("restrict",), NOT_VOID[1:], COLLEGE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("restrict",), ("00",), MINE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("delete",), ("00",), MINE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("withdraw",), ("10", "20"), MINE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("approve", "return"), ("10",), COLLEAGUES, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("approve", "return"), ("10",), ("own", "named"), EVERY_TYPE - {"expert"}, unless="steps_aside"),
    Right("college_admin", ("ask", "amendment.ask"), ("10",), COLLEGE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("amend",), ("30",), COLLEGE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("amendment.edit", "amendment.submit"), OPEN, MINE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("amendment.approve", "amendment.return"), ("10",), COLLEAGUES, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("amendment.approve", "amendment.return"), ("10",), ("own", "named"), EVERY_TYPE - {"expert"}, unless="steps_aside"),
    Right("college_admin", ("amendment.withdraw",), ("00", "10", "11", "20", "21"), MINE, EVERY_TYPE - {"expert"}),
    Right("college_admin", ("create", "import", "export"), NOT_RECORD, WHOLE, EVERY_TYPE - {"expert"}),
    # Research office: the university, without others' drafts; never its own items.
    Right("office_admin", ("view", "download", "download_restricted"), FILED, WHOLE),
    Right("office_admin", ("view", "download", "download_restricted"), ("00",), MINE),
    Right("office_admin", ("edit", "submit", "attach"), OPEN, MINE),
    Right("office_admin", ("restrict",), NOT_VOID[1:], WHOLE),
    Right("office_admin", ("restrict",), ("00",), MINE),
    Right("office_admin", ("delete",), ("00",), MINE),
    Right("office_admin", ("withdraw",), ("10", "20"), MINE),
    Right("office_admin", ("approve",), ("20",), OTHERS, EVERY_TYPE - FUNDS),
    Right("office_admin", ("approve",), ("20",), OTHERS, FUNDS, unless="finance_held"),
    Right("office_admin", ("return", "hand_back"), ("20",), OTHERS),
    Right("office_admin", ("ask", "amendment.ask"), ("10", "20"), WHOLE),
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
    Right("province_staff", ("manage_universities", "manage_accounts", "manage_notices", "manage_settings", "manage_years"), NOT_RECORD, WHOLE),
    Right("province_staff", ("view_province", "sql", "refresh", "view_audit", "view_pipeline", "view_quality"), NOT_RECORD, WHOLE),
    Right("province_staff", ("ask_figures",), NOT_RECORD, WHOLE),
    Right("office_admin", ("answer_figures",), NOT_RECORD, WHOLE),
    Right("province_analyst", ("view_province", "sql", "view_pipeline", "view_quality"), NOT_RECORD, WHOLE),
    Right("office_admin", ("manage_accounts", "manage_units", "manage_notices", "manage_settings", "manage_codes", "manage_years"), NOT_RECORD, WHOLE),
    Right("office_admin", ("pick_people", "view_numbers", "sql", "refresh", "view_audit", "view_pipeline", "view_quality", "settle_quality"), NOT_RECORD, WHOLE),
    Right("office_admin", ("view_returns", "enter_returns"), NOT_RECORD, WHOLE),  # the year-end tables of the ministry
    Right("analyst", ("view_returns",), NOT_RECORD, WHOLE),
    Right("finance", ("view_returns",), NOT_RECORD, WHOLE),
    Right("office_admin", ("exit_bundle",), NOT_RECORD, WHOLE),  # the university takes everything along, drafts too
    Right("college_admin", ("pick_people", "view_numbers", "view_quality", "settle_quality"), NOT_RECORD, WHOLE),
    Right("researcher", ("pick_people", "view_numbers"), NOT_RECORD, WHOLE),
    Right("analyst", ("view_numbers", "sql", "view_pipeline", "view_quality"), NOT_RECORD, WHOLE),
    Right("finance", ("pick_people", "view_numbers"), NOT_RECORD, WHOLE),
    Right("province_staff", ("view_evaluation",), NOT_RECORD, WHOLE),
    Right("province_analyst", ("view_evaluation",), NOT_RECORD, WHOLE),
    Right("office_admin", ("view_evaluation", "sign_figures"), NOT_RECORD, WHOLE),
    Right("analyst", ("view_evaluation",), NOT_RECORD, WHOLE),
    Right("finance", ("view_evaluation",), NOT_RECORD, WHOLE),
    Right("system", ("view_evaluation", "sign_figures"), NOT_RECORD, WHOLE),
    Right("system", ("manage_universities", "manage_accounts", "manage_units", "manage_notices", "manage_settings", "manage_codes", "refresh", "pick_people", "exit_bundle"), NOT_RECORD, WHOLE),
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
        and not (right.unless and (facts or {}).get(right.unless, UNKNOWN[right.unless]))
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
