"""Findings open once, close when mended, and leave other sources alone."""

from __future__ import annotations

from sqlalchemy import select

from ingestion import findings
from ingestion.findings import Found
from ingestion.store import platform as p
from tests.universe import T1, Universe


def rows(universe: Universe) -> list[tuple[int | None, str, bool]]:
    with universe.store.read(T1) as uow:
        f = p.finding
        found = uow.conn.execute(select(f.c.record_id, f.c.rule, f.c.closed_at).where(f.c.rule.like("t.%")).order_by(f.c.id))
        return [(row.record_id, row.rule, row.closed_at is None) for row in found]


def test_a_finding_opens_once_and_closes_only_where_it_was_looked_for(universe: Universe) -> None:
    first, second = universe.person("r1"), universe.person("r2")

    def found(record_id: int | None, rule: str) -> Found:
        return Found(record_id, rule, "name", "warning", "姓名：未填写。", "Name: missing.")

    rules = frozenset({"t.name", "t.whole"})
    both = [found(first, "t.name"), found(second, "t.name"), found(None, "t.whole")]
    with universe.store.begin(T1) as uow:
        assert findings.sync(uow, T1, "raw", rules, both) == (3, 0)
    with universe.store.begin(T1) as uow:
        assert findings.sync(uow, T1, "raw", rules, both, frozenset({first})) == (0, 0)
    with universe.store.begin(T1) as uow:  # only the first was looked at again
        assert findings.sync(uow, T1, "raw", rules, [found(None, "t.whole")], frozenset({first})) == (0, 1)
    assert rows(universe) == [(first, "t.name", False), (second, "t.name", True), (None, "t.whole", True)]
    with universe.store.begin(T1) as uow:  # another rule set closes nothing of these
        assert findings.sync(uow, T1, "raw", frozenset({"t.other"}), []) == (0, 0)
    with universe.store.begin(T1) as uow:  # what an import already says is not said twice
        imported = [found(first, "t.imported")]
        assert findings.sync(uow, T1, "import", frozenset({"t.imported"}), imported) == (1, 0)
        assert findings.sync(uow, T1, "raw", frozenset({"t.name"}), [found(first, "t.name"), found(second, "t.name")]) == (0, 0)
