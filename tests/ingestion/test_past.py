"""Whatever happened since, the store read at a past moment is the store the feed delivered then."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ingestion import amendments, bulk, claims, feed, past, records, review
from ingestion.principal import OperationError, Principal
from ingestion.records import RecordView
from ingestion.store.engine import utc_now
from ingestion.store.platform import review_event
from ingestion.store.triggers import WATCHED
from tests import documents
from tests.universe import T1, Universe

HEADER = ("state", "type", "title", "college_id", "owner_person_id", "filed_year", "dated_on", "in_statistics", "submitted_at", "approved_at", "voided_at", "state_since")
STEPS = (
    ("paper", 0), ("approve", 0), ("approve", 0), ("paper", 0), ("decline", 0), ("year", 0), ("approve", 1), ("college", 1), ("arrival", 0), ("approve", 1),
    ("approve", 2), ("approve", 2), ("stage", 1), ("decline", 1), ("amount", 2), ("people", 0), ("paper", 0), ("return", 3), ("name", 1), ("void", 0), ("void", 2), ("year", 1),
)  # fmt: skip
"""What is done, and to which of the records so far; each kind of step at least once on a record in force and on one under
review, where it is allowed."""
_numbers = itertools.count(1)


class History:
    """What people do to a few records of T1, one step at a time."""

    def __init__(self, universe: Universe) -> None:
        self.universe = universe
        self.ids: list[int] = []
        self.project: int | None = None

    def place(self) -> documents.Place:
        return documents.Place(self.universe.person("r1"), "张伟", self.universe.C1, T1, (lambda _type: self.project or 0) if self.project else None)

    def send(self, type_id: str, document: dict[str, Any]) -> None:
        universe = self.universe
        with universe.store.begin(T1) as uow:
            draft = records.create_draft(uow, universe.r1, type_id, document)
            self.ids.append(records.submit(uow, universe.r1, draft.id, draft.version, non_secret=True, token=f"p{draft.id}").id)

    def paper(self, _pick: int) -> None:
        document = documents.valid("paper", self.place(), next(_numbers))
        author = document["contributors"][0]
        document["contributors"].append({**author, "rank": 2, "person_id": self.universe.person("r3"), "corresponding": False, "share": None})
        self.send("paper", document)

    def arrival(self, _pick: int) -> None:
        if self.project is None:
            with self.universe.store.begin(T1) as uow:
                [self.project] = bulk.load(uow, self.universe.o1, "vertical_project", [bulk.BulkItem(documents.valid("vertical_project", self.place(), next(_numbers)))])
        self.send("fund_arrival", documents.valid("fund_arrival", self.place(), next(_numbers)))

    def on(self, pick: int, act: Callable[[Any, Principal, int, int], object], *actors: Principal) -> None:
        """Let whoever may do it do it to one of the records."""
        if not self.ids:
            return
        record_id = self.ids[pick % len(self.ids)]
        for actor in actors:
            try:
                with self.universe.store.begin(T1) as uow:
                    act(uow, actor, record_id, records.load(uow, actor, record_id).version)
                return
            except OperationError:
                continue

    def approve(self, pick: int) -> None:
        self.on(pick, review.approve, self.universe.s11, self.universe.o1, self.universe.f1)

    def void(self, pick: int) -> None:
        self.on(pick, lambda uow, actor, record_id, version: records.void(uow, actor, record_id, version, "录入错误，不应存在"), self.universe.o1)

    def return_(self, pick: int) -> None:
        self.on(pick, lambda uow, actor, record_id, version: review.return_(uow, actor, record_id, version, "请补充证明材料"), self.universe.s11, self.universe.o1)

    def decline(self, pick: int) -> None:
        self.on(pick, lambda uow, actor, record_id, _version: claims.decline(uow, actor, record_id), self.universe.r3 if pick % 2 else self.universe.r1)

    def amend(self, pick: int, **changes: Any) -> None:
        """A change applied at once: the office asks for it and lets it pass."""

        def change(uow: Any, actor: Principal, record_id: int, _version: int) -> None:
            def number(view: RecordView) -> int:
                assert view.amendment is not None
                return int(view.amendment["version"])

            opened = amendments.open(uow, actor, record_id, "填写有误需要更正")
            document = {**opened.document, **{k: v for k, v in changes.items() if k in opened.document}}
            if "contributors" in changes and "contributors" in document:
                document["contributors"] = [{**row, "rank": rank} for rank, row in enumerate(reversed(document["contributors"]), 1)]
            saved = amendments.save(uow, actor, record_id, number(opened), document)
            view = amendments.submit(uow, actor, record_id, number(saved), non_secret=True)
            for reviewer in (self.universe.s11, self.universe.o1):
                if view.amendment is not None:
                    view = amendments.approve(uow, reviewer, record_id, number(view))

        self.on(pick, change, self.universe.r1)

    def step(self, what: str, pick: int) -> None:
        match what:
            case "paper":
                self.paper(pick)
            case "arrival":
                self.arrival(pick)
            case "approve":
                self.approve(pick)
            case "return":
                self.return_(pick)
            case "void":
                self.void(pick)
            case "decline":
                self.decline(pick)
            case "year":
                self.amend(pick, published_on=f"20{pick % 20 + 5:02d}-03-01")
            case "college":
                self.amend(pick, college_id=self.universe.C2 if pick % 2 else self.universe.C1)
            case "people":
                self.amend(pick, contributors=())
            case "stage":
                self.amend(pick, publication_stage="2" if pick % 2 else "1")
            case "amount":
                self.amend(pick, amount=1_000 + pick)
            case "name":
                self.amend(pick, title=f"改后的题名 {pick}")


def seen(changes: feed.Changes) -> dict[str, Any]:
    """What the models can see of it: every header, the bodies and keys of what is in force, the ledger, the counts."""
    tables = {name: table.rows.to_pylist() for name, table in changes.tables.items()}
    in_force = {row["id"] for row in tables["record"] if row["state"] == "30"}
    out: dict[str, Any] = {"record": {row["id"]: tuple(row[name] for name in HEADER) for row in tables["record"]}}
    for name, key in WATCHED.items():
        if key == "record_id":
            rows = [{k: v for k, v in row.items() if k != "id"} for row in tables[name] if row["record_id"] in in_force]
            out[name] = sorted((tuple(row.items()) for row in rows), key=repr)
    for name in ("fund_entry", "share_rule", "unit", "university"):
        out[name] = sorted((tuple(row.items()) for row in tables[name]), key=repr)
    out["project_balance"] = {row["project_id"]: row for row in tables["project_balance"]}
    out["counts"] = sorted((tuple(row.items()) for row in changes.counts.to_pylist()), key=repr)
    return out


@pytest.mark.ac("AC-253")
def test_every_moment_can_be_read_again(universe: Universe) -> None:
    history = History(universe)
    moments: list[tuple[str, datetime, dict[str, Any]]] = []
    for what, pick in STEPS:
        history.step(what, pick)
        moments.append((what, utc_now(), seen(feed.read(universe.store, None))))
    with universe.store.read(T1) as uow:  # the steps were no empty ones
        done = Counter(uow.conn.execute(select(review_event.c.action)).scalars())
    assert done["void"] == 2 and done["declined"] == 2 and done["return"] == 1 and done["approve"] >= 16, done
    for what, moment, then in moments:
        again = seen(past.read(universe.store, moment))
        for name, rows in then.items():
            if again[name] != rows:  # the difference alone: the tables are long
                old, new = [set(map(repr, one.items() if isinstance(one, dict) else one)) for one in (rows, again[name])]
                pytest.fail(f"after {what}, {name}: {sorted(old - new)} became {sorted(new - old)}")


def test_a_university_read_alone_holds_its_own_rows_only(universe: Universe) -> None:
    whole, alone = past.read(universe.store, utc_now()), past.read(universe.store, utc_now(), T1)
    assert alone.universities == {T1}
    for name, table in alone.tables.items():
        if "university_code" in table.rows.column_names:
            assert set(table.rows["university_code"].to_pylist()) <= {T1}, name
    mine = [row for row in whole.tables["record"].rows.to_pylist() if row["university_code"] == T1]
    assert sorted(row["id"] for row in mine) == sorted(alone.tables["record"].rows["id"].to_pylist())
    with pytest.raises(ValueError, match="99001'"):
        past.read(universe.store, utc_now(), "99001' OR '1' = '1")


def test_a_local_day_ends_at_midnight_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANSHU_TIMEZONE", "Asia/Shanghai")
    assert past.end_of(date(2026, 6, 30)) == datetime(2026, 6, 30, 16) - timedelta(microseconds=1)
