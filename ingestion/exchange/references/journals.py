"""What the university's own approved papers say about a journal: its ISSN, CN number, range and levels. And how papers
of an index, or of none, are levelled as a rule, and what the person's own papers said last. Suggestions for a person to
see, from the university's own data and nobody else's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from ingestion import duplicates, serializer
from ingestion.exchange.bibliographic.text import has_hanzi
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from ingestion.store.tables import CHILD_TABLES, TYPE_TABLES

PAPER = TYPE_TABLES["paper"]
INDEXINGS = CHILD_TABLES["paper", "indexings"]
ALIKE = 50  # papers of a journal looked at, the newest first
OF_INDEX = 300
MOST = 0.6  # the share of one level among papers of an index from which it is suggested
LEAST = 5  # papers of an index below which nothing is suggested
OWN = 20  # papers of the person looked at for what they said last
OTHER = "E"  # of journal_level: 其他公开期刊
FACTS = ("issn", "cn_serial", "publish_range", "journal_levels")


@dataclass(frozen=True)
class Suggestion:
    """A value for a field, and from where: ``papers`` of the university say so."""

    value: Any
    zh: str
    en: str


@dataclass
class Journals:
    """Asked once a page; ``uow`` is only read from. ``person_id``: whose own papers tell what nothing else does."""

    uow: UnitOfWork
    university_code: str
    person_id: int | None = None
    _indexes: dict[str, Suggestion | None] = field(default_factory=dict)

    def facts(self, document: Mapping[str, Any]) -> dict[str, Suggestion]:
        """Suggestions for the fields of FACTS the document lacks."""
        out: dict[str, Suggestion] = {}
        papers = self._of_journal(document)
        for name in FACTS:
            if document.get(name):
                continue
            held = [paper[name] for paper in papers if paper.get(name)]
            if held:
                value, n = _commonest(held)
                out[name] = Suggestion(value, f"本校该刊已通过论文 {len(held)} 篇，其中 {n} 篇如此", f"{n} of {len(held)} approved papers of this journal say so")
        if "journal_levels" not in out and not document.get("journal_levels"):
            for row in document.get("indexings") or ():
                if found := self._of_index(row.get("index_code", "")):
                    out["journal_levels"] = found
                    break
            else:
                if not document.get("indexings") and document.get("paper_type") == "1" and has_hanzi(str(document.get("venue") or "")):
                    out["journal_levels"] = self._unindexed
        return out

    def signature(self) -> Suggestion | None:
        """How the person's university last signed where they were not the first author."""
        for document in self._own:
            mine = [row["rank"] for row in document.get("contributors") or () if row.get("person_id") == self.person_id]
            if document.get("signature") and mine and min(mine) > 1:
                return Suggestion(document["signature"], "按您最近一篇非第一作者的论文预填，请核对", "as on your last paper whose first author you were not; check it")
        return None

    @cached_property
    def _own(self) -> list[dict[str, Any]]:
        """The person's papers that were submitted, the newest first."""
        if self.person_id is None:
            return []
        named = select(p.contributor.c.record_id).where(p.contributor.c.person_id == self.person_id)
        return self._documents(p.record.c.id.in_(named), OWN, ("10", "20", "30"))

    @cached_property
    def _unindexed(self) -> Suggestion:
        """The level of a paper in a Chinese journal whose source names no index."""
        for document in self._own:
            if document.get("journal_levels") and not document.get("indexings"):
                return Suggestion(document["journal_levels"], "按您最近一篇未被收录的论文预填，请核对", "as on your last paper in no index; check it")
        listed = select(INDEXINGS.c.record_id)
        held = [d["journal_levels"] for d in self._documents(PAPER.c.record_id.not_in(listed), OF_INDEX) if d.get("journal_levels")]
        if len(held) >= LEAST:
            value, n = _commonest(held)
            if n >= MOST * len(held):
                return Suggestion(
                    value, f"本校未被收录的论文 {len(held)} 篇，其中 {n} 篇为此级别，请核对", f"{n} of {len(held)} approved papers in no index have this level; check it"
                )
        return Suggestion([OTHER], "题录没有收录信息，暂按“其他公开期刊”预填，请核对", "the source names no index: “Other public journal” for now; check it")

    def _of_journal(self, document: Mapping[str, Any]) -> list[dict[str, Any]]:
        venue, issn = str(document.get("venue") or ""), document.get("issn")
        same: list[ColumnElement[bool]] = [PAPER.c.venue == venue] if venue else []
        if issn:
            same.append(PAPER.c.issn == issn)
        if not same:
            return []
        found = self._documents(or_(*same), ALIKE)
        wanted = duplicates.folded(venue)
        return [d for d in found if (issn and d.get("issn") == issn) or duplicates.folded(d.get("venue") or "") == wanted]

    def _of_index(self, code: str) -> Suggestion | None:
        """The level most approved papers of an index have."""
        if code not in self._indexes:
            self._indexes[code] = None
            listed = select(INDEXINGS.c.record_id).where(INDEXINGS.c.index_code == code)
            held = [d["journal_levels"] for d in self._documents(PAPER.c.record_id.in_(listed), OF_INDEX) if d.get("journal_levels")]
            if len(held) >= LEAST:
                value, n = _commonest(held)
                if n >= MOST * len(held):
                    self._indexes[code] = Suggestion(
                        value, f"本校 {code} 论文 {len(held)} 篇，其中 {n} 篇为此级别", f"{n} of {len(held)} approved {code} papers have this level"
                    )
        return self._indexes[code]

    def _documents(self, condition: ColumnElement[bool], most: int, states: tuple[str, ...] = ("30",)) -> list[dict[str, Any]]:
        r = p.record
        ids: list[int] = list(
            self.uow.conn.execute(
                select(r.c.id)
                .join(PAPER, PAPER.c.record_id == r.c.id)
                .where(r.c.university_code == self.university_code, r.c.type == "paper", r.c.state.in_(states), condition)
                .order_by(r.c.id.desc())
                .limit(most)
            ).scalars()
        )
        read = serializer.read(self.uow, "paper", ids) if ids else {}
        return [read[one] for one in ids if one in read]


def _commonest(values: Iterable[Any]) -> tuple[Any, int]:
    counted = Counter(tuple(value) if isinstance(value, list) else value for value in values)
    value, n = counted.most_common(1)[0]
    return (list(value) if isinstance(value, tuple) else value), n
