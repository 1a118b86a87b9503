"""The policy: what it must never allow, what it says cell by cell, and that SQL, predicate and table agree."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from ingestion import permissions
from ingestion.permissions import (
    AMENDMENT_STATES,
    EVERY_TYPE,
    FUNDS,
    NO_RECORD,
    PLATFORM_ACTIONS,
    POLICY,
    PROJECTS,
    REACHES,
    RECORD_ACTIONS,
    ROLES,
    STATES,
    TYPE_ACTIONS,
    allowed,
    can,
)
from ingestion.principal import Denied, NotFound, Role
from ingestion.store import platform as p
from ingestion.store.engine import ALL, today, utc_now
from tests.ingestion.access import (
    World,
    cheap_argon,
    province,
    province_on_postgres,
    province_on_sqlite,
    world,
)

__all__ = ["cheap_argon", "province", "province_on_postgres", "province_on_sqlite", "world"]

MATRIX = Path(__file__).parent / "policy_matrix.csv"
DECIDE = ("approve", "return", "amendment.approve", "amendment.return", "amendment.refuse")


# --- what no table may ever say -----------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.ac("AC-033")
def test_nothing_is_allowed_on_another_university(role: Role) -> None:
    for cell_role, _action, _state, reach, answer in permissions.cells():
        if cell_role == role and reach == "other":
            assert not answer


@pytest.mark.parametrize("action", DECIDE)
@pytest.mark.parametrize("reach", ["own", "named"])
def test_nobody_decides_on_an_own_item(action: str, reach: str) -> None:
    assert not any(allowed(role, action, state, reach) for role in ROLES for state in (*STATES, *AMENDMENT_STATES))


@pytest.mark.parametrize("role", ["province_staff", "province_analyst", "analyst", "expert"])
@pytest.mark.ac("AC-235")
def test_roles_that_read_marts_or_nothing_see_no_record(role: str) -> None:
    assert not any(
        allowed(role, action, state, reach) for action in RECORD_ACTIONS for state in STATES for reach in REACHES
    )


@pytest.mark.ac("AC-032")
def test_a_draft_is_seen_by_nobody_but_its_own_people() -> None:
    seen = {
        (role, reach) for role in ROLES for reach in REACHES if allowed(role, "view", "00", reach) and role != "system"
    }
    assert {reach for _role, reach in seen} == {"own"}


@pytest.mark.ac("AC-061")
def test_deleting_is_for_own_drafts_and_voiding_for_the_office() -> None:
    for role in ROLES:
        for state in STATES:
            for reach in REACHES:
                if allowed(role, "delete", state, reach):
                    assert (state, reach) == ("00", "own")
                if allowed(role, "void", state, reach):
                    assert role == "office_admin" and state not in ("00", "90")


@pytest.mark.ac("AC-076")
def test_a_researcher_decides_nothing() -> None:
    for action in (*DECIDE, "void", "hand_back", "ask"):
        assert not any(allowed("researcher", action, s, r) for s in (*STATES, *AMENDMENT_STATES) for r in REACHES)


def test_the_college_decides_at_its_own_step_only() -> None:
    for action in ("approve", "return"):
        cells = {(s, r) for s in STATES for r in REACHES if allowed("college_admin", action, s, r)}
        assert cells == {("10", "college")}
        assert {s for s in STATES for r in REACHES if allowed("office_admin", action, s, r)} == {"20"}


def test_an_approved_or_void_record_is_never_edited_in_place() -> None:
    for role in ROLES:
        for action in ("edit", "submit", "attach", "delete", "withdraw"):
            assert not any(allowed(role, action, state, reach) for state in ("30", "90") for reach in REACHES)


def test_finance_takes_the_last_step_of_funds_where_somebody_holds_it() -> None:
    for type_id in EVERY_TYPE:
        held, free = {"finance_held": True}, {"finance_held": False}
        money = type_id in FUNDS
        assert allowed("office_admin", "approve", "20", "university", type_id, free)
        assert allowed("office_admin", "approve", "20", "university", type_id, held) is not money
        assert allowed("finance", "approve", "20", "university", type_id, held) is money
        assert allowed("finance", "view", "30", "university", type_id) is (money or type_id in PROJECTS)


@pytest.mark.ac("AC-042")
def test_experts_are_not_a_list_for_researchers_or_colleges() -> None:
    for role in ("researcher", "college_admin", "finance"):
        assert not any(allowed(role, "view", s, r, "expert") for s in STATES for r in REACHES)


def test_every_right_names_known_words() -> None:
    for right in POLICY:
        assert right.role in ROLES and right.reach and right.states and right.actions
        assert set(right.actions) <= {*RECORD_ACTIONS, *TYPE_ACTIONS, *PLATFORM_ACTIONS}
        assert set(right.reach) <= set(REACHES) and right.types <= EVERY_TYPE
        known = {NO_RECORD} if NO_RECORD in right.states else {*STATES, *AMENDMENT_STATES}
        assert set(right.states) <= known


# --- the table, cell by cell --------------------------------------------------------------------------


def _lines() -> Iterator[tuple[str, str, str, str, str]]:
    """Every allowed cell with the types it holds for; what is not here is refused."""
    for role in ROLES:
        for action in (*RECORD_ACTIONS, *TYPE_ACTIONS, *PLATFORM_ACTIONS):
            amends = action.startswith("amendment.")
            states = AMENDMENT_STATES if amends else STATES if action in RECORD_ACTIONS else (NO_RECORD,)
            for state in states:
                for reach in REACHES:
                    types = [t for t in sorted(EVERY_TYPE) if allowed(role, action, state, reach, t)]
                    if types:
                        yield role, action, state, reach, _named(types)


def _named(types: list[str]) -> str:
    missing = EVERY_TYPE - set(types)
    if not missing:
        return "all"
    return "all but " + " ".join(sorted(missing)) if len(missing) < len(types) else " ".join(types)


def test_the_policy_is_the_one_that_was_agreed() -> None:
    """A changed right must be changed here too, where a reviewer sees each cell it touches.
    ``python -m tests.ingestion.test_permissions`` writes the file anew."""
    agreed = {tuple(row) for row in csv.reader(MATRIX.read_text(encoding="utf-8").splitlines()[1:])}
    now = set(_lines())
    assert now - agreed == set(), "allowed now, never agreed"
    assert agreed - now == set(), "agreed, refused now"


# --- predicate and SQL agree --------------------------------------------------------------------------

@pytest.mark.ac("AC-032", "AC-033", "AC-075")
def test_lists_hold_exactly_what_the_policy_lets_each_role_see(world: World) -> None:
    """Hundreds of records of every type, state and relation: for each principal the SQL condition selects the
    same records as the predicate, and the predicate says what the table says for the reach."""
    dice = random.Random(20261123)
    types = ["paper", "person", "expert", "institution", "fund_outward", "vertical_project", "patent"]
    with world.store.begin(ALL) as uow:
        for _ in range(400):
            home = dice.random() < 0.85
            world.record(
                uow,
                "99001" if home else "99002",
                dice.choice(types),
                dice.choice(STATES),
                dice.choice(["r1", "r2", "r3", "s11", "o1", "f1"]) if home else dice.choice(["q1", "o2", "d11"]),
                owner=dice.choice([None, "r1", "r2", "s11", "o1"]) if home else dice.choice([None, "q1"]),
                college=dice.choice([None, "C1", "C2"]) if home else dice.choice([None, "D1"]),
                channel=dice.choice(["own", "college", "office", "import"]),
                named=dice.choice([None, None, "r1", "r2", "s11", "o1"]) if home else dice.choice([None, "q1"]),
                claim=dice.choice(["filed", "confirmed", "declined"]),
            )
    for principal in world.principals():
        with world.store.read(ALL) as uow:
            listed = set(uow.conn.execute(select(p.record.c.id).where(permissions.visible(principal, p.record))).scalars())
            headers = [
                permissions.with_facts(uow, principal, dict(row)) for row in uow.conn.execute(select(p.record)).mappings()
            ]
        wanted = {h["id"] for h in headers if can(principal, "view", h["type"], h)}
        assert listed == wanted, principal.role
        for header in headers:
            reach = permissions.reach_of(principal, header)
            for action in RECORD_ACTIONS:
                state = header["amendment_state"] if action.startswith("amendment.") else header["state"]
                expected = state is not None and allowed(principal.role, action, state, reach, header["type"], header)
                assert can(principal, action, header["type"], header) is expected
            if principal.university_code != header["university_code"]:
                assert header["id"] not in listed and not permissions.actions(principal, header)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.ac("AC-032", "AC-075")
def test_who_sees_a_record_in_each_state(world: World, state: str) -> None:
    """The same by hand, for one paper of r1 in C1 that names r2, without looking at the policy."""
    with world.store.begin(ALL) as uow:
        number = world.record(uow, "99001", "paper", state, "r1", owner="r1", college="C1", named="r2")
        seen = {
            f"{who.role}:{who.username}"
            for who in world.principals()
            if uow.conn.execute(select(p.record.c.id).where(p.record.c.id == number, permissions.visible(who, p.record))).first()
        }
    own = {"researcher:00123"}
    assert seen == (own if state == "00" else {*own, "researcher:00124", "college_admin:s11", "office_admin:o1"})


def test_a_draft_entered_for_somebody_is_also_that_persons(world: World) -> None:
    r1 = world.principals()[0]
    with world.store.begin(ALL) as uow:
        for_r1 = world.record(uow, "99001", "paper", "00", "s11", owner="r1", college="C1", channel="college")
        by_r2 = world.record(uow, "99001", "paper", "00", "r2", owner="r1", college="C1", channel="own")
        assert permissions.facts(uow, r1, for_r1)["id"] == for_r1
        with pytest.raises(NotFound):
            permissions.facts(uow, r1, by_r2)


def test_who_declined_to_be_an_author_sees_the_record_no_longer(world: World) -> None:
    r2 = world.principals()[1]
    with world.store.begin(ALL) as uow:
        number = world.record(uow, "99001", "paper", "30", "o1", owner="r1", college="C1", named="r2", claim="declined")
        with pytest.raises(NotFound):
            permissions.facts(uow, r2, number)


def test_another_universitys_record_answers_like_one_that_does_not_exist(world: World) -> None:
    with world.store.begin(ALL) as uow:
        number = world.record(uow, "99001", "paper", "30", "r1", owner="r1", college="C1")
    for who in world.principals():
        if who.university_code == "99001":
            continue
        with world.store.read(ALL) as uow:
            answers = []
            for asked in (number, 10**9):
                with pytest.raises(NotFound) as caught:
                    permissions.facts(uow, who, asked)
                answers.append((type(caught.value), caught.value.zh, caught.value.en))
        assert answers[0] == answers[1]


def test_a_secretary_who_entered_or_wrote_an_item_cannot_approve_it(world: World) -> None:
    s11 = world.principals()[2]
    with world.store.begin(ALL) as uow:
        colleague = world.record(uow, "99001", "paper", "10", "r1", owner="r1", college="C1")
        entered = world.record(uow, "99001", "paper", "10", "s11", owner="r1", college="C1", channel="college")
        authored = world.record(uow, "99001", "paper", "10", "r1", owner="r1", college="C1", named="s11")
        elsewhere = world.record(uow, "99001", "paper", "10", "r3", owner="r2", college="C2")
        permissions.require(s11, "approve", "paper", permissions.facts(uow, s11, colleague))
        for number in (entered, authored):
            with pytest.raises(Denied):
                permissions.require(s11, "approve", "paper", permissions.facts(uow, s11, number))
        with pytest.raises(NotFound):
            permissions.facts(uow, s11, elsewhere)
        header = dict(uow.conn.execute(select(p.record).where(p.record.c.id == elsewhere)).mappings().one())
        with pytest.raises(NotFound):
            permissions.require(s11, "approve", "paper", header)


def test_finance_is_held_only_by_an_enabled_account_in_its_dates(world: World) -> None:
    with world.store.begin(ALL) as uow:
        assert permissions.finance_held(uow, "99001") and not permissions.finance_held(uow, "99002")
        uow.conn.execute(p.account.update().where(p.account.c.id == world.province.accounts["f1"]).values(enabled=False))
        assert not permissions.finance_held(uow, "99001")
        uow.conn.execute(p.account.update().where(p.account.c.id == world.province.accounts["f1"]).values(enabled=True))
        uow.conn.execute(p.account_grant.update().where(p.account_grant.c.role == "finance").values(valid_to=today() - timedelta(days=1)))
        assert not permissions.finance_held(uow, "99001")


def test_people_are_picked_only_inside_the_own_university(world: World) -> None:
    r1 = world.principals()[0]
    with world.store.read(ALL) as uow:
        names = set(uow.conn.execute(select(p.record.c.title).where(permissions.pickable_people(r1))).scalars())
        assert names == {"r1", "r2", "r3", "s11", "o1"}
        expert = next(w for w in world.principals() if w.role == "expert")
        assert not uow.conn.execute(select(p.record.c.title).where(permissions.pickable_people(expert))).all()
        listed = uow.conn.execute(select(p.record.c.title).where(permissions.visible(r1, p.record))).scalars()
        assert set(listed) == {"r1"}  # picked from, not listed


# --- every table --------------------------------------------------------------------------------------


def test_every_table_has_a_rule_or_is_listed_to_nobody(world: World) -> None:
    """Fails when a table is added without saying who may list it."""
    assert permissions.INTERNAL | permissions.BY_RECORD.keys() <= p.METADATA.tables.keys()
    with world.store.read(ALL) as uow:
        for table in p.METADATA.tables.values():
            for who in world.principals():
                if table.name in permissions.INTERNAL:
                    with pytest.raises(LookupError):
                        permissions.visible(who, table)
                else:
                    uow.conn.execute(select(func.count()).select_from(table).where(permissions.visible(who, table))).scalar_one()


CANARY = "金丝雀－只在九九零零一"


@pytest.mark.ac("AC-033", "AC-214")
def test_a_canary_of_one_university_sings_nowhere_else(world: World) -> None:
    """A string in every text one university can hold; whatever another one lists, it is not there."""
    ids = world.province.accounts
    now = utc_now()
    with world.store.begin(ALL) as uow:
        number = world.record(uow, "99001", "paper", "30", "r1", owner="r1", college="C1", named="r2", title=CANARY)
        base = {"university_code": "99001"}
        uow.conn.execute(insert(p.blob).values(sha256="0" * 64, size=1, media_type=CANARY, created_at=now))
        rows: list[tuple[Any, dict[str, Any]]] = [
            (p.attachment, dict(record_id=number, slot="other", sha256="0" * 64, name=CANARY, added_by=ids["r1"], added_at=now)),
            (p.record_key, dict(kind="doi", value=CANARY, record_id=number)),
            (p.review_event, dict(record_id=number, action="approve", from_state="20", to_state="30", account_id=ids["o1"],
                                  account_name=CANARY, role="office_admin", at=now, reason=CANARY)),
            (p.amendment, dict(record_id=number, state="10", document=CANARY, opened_by=ids["r1"], opened_at=now, state_since=now)),
            (p.message, dict(account_id=ids["r1"], kind="review", title_zh=CANARY, title_en=CANARY, at=now)),
            (p.notice, dict(audience="university", title=CANARY, body=CANARY, publish_on=today(), created_by=ids["o1"], created_at=now)),
            (p.finding, dict(record_id=number, rule="x", severity="error", text_zh=CANARY, text_en=CANARY, source="raw", opened_at=now)),
            (p.saved_query, dict(account_id=ids["a1"], name=CANARY, sql=CANARY, shared=True, created_at=now)),
            (p.figure_question, dict(indicator="O01", year=2025, about_zh=CANARY, about_en=CANARY, question=CANARY, asked_by=ids["a1"], asked_at=now)),
            (p.signed_snapshot, dict(purpose="moe", year=2025, revision=1, generation=1, as_of=now, content_hash=CANARY, code_version="x", signing_key="x",
                                     file_name="x", file_sha256="x", size=1, made_by=ids["o1"], made_at=now)),
            (p.return_entry, dict(year=2025, sheet="ST2", row_code="04", column_code="V", value=1, note=CANARY, made_by=ids["o1"], made_at=now)),
            (p.saved_statistic, dict(account_id=ids["a1"], page="statistics", name=CANARY, filters=CANARY, shared=True, created_at=now)),
            (p.audit_row, dict(at=now, actor=CANARY, action="x", object_type="record", detail=CANARY)),
            (p.import_batch, dict(type="paper", file_name=CANARY, sha256="0" * 64, account_id=ids["o1"], started_at=now)),
            (p.job, dict(kind="import", account_id=ids["o1"], parameters=CANARY, state="queued", created_at=now)),
            (p.code_item, dict(list="journal_level", owner="99001", code="X", label_zh=CANARY)),
            (p.setting, dict(key="x", value=CANARY)),
        ]  # fmt: skip
        for table, values in rows:
            extra = {} if "university_code" not in table.c else base
            uow.conn.execute(insert(table).values(**extra, **values))
    heard: dict[str, int] = {}
    for who in world.principals():
        with world.store.read(ALL) as uow:
            for table in p.METADATA.tables.values():
                if table.name in permissions.INTERNAL or (who.is_province and table in (p.figure_question, p.signed_snapshot)):
                    continue  # what the province asked itself it hears, and what was signed for it
                for row in uow.conn.execute(select(table).where(permissions.visible(who, table))):
                    if CANARY in str(tuple(row)):
                        assert who.university_code == "99001", (who.role, table.name)
                        heard[who.role] = heard.get(who.role, 0) + 1
    assert heard["office_admin"] > 5 and heard["researcher"] > 2  # the canary does sing at home


def write_matrix() -> None:
    with MATRIX.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("role", "action", "state", "reach", "types"))
        writer.writerows(_lines())


if __name__ == "__main__":
    write_matrix()
