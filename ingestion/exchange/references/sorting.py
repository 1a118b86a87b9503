"""Sorts a file's entries into what is new and what is not. The dry run, the preview and the import are this code.

Every entry ends as exactly one of: new, similar (new, but its title stands already), unchanged (the same entry stands
already), duplicate (certainly the same as a record or an earlier entry), error, elsewhere (of another type).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from ingestion import codes, derive, permissions
from ingestion.catalog import secrecy, validate
from ingestion.catalog.kinds import Issue
from ingestion.exchange.bibliographic import Entry
from ingestion.exchange.references import kinds, own
from ingestion.exchange.references.standing import Identity, Same, Standing
from ingestion.exchange.references.work import Work
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today

SIMILAR = "D002"
Links = Mapping[tuple[int, int], int]
"""(number of the entry, rank of the author) → the person a human has chosen."""
Problems = Callable[[str, dict[str, Any]], list[Issue]]
"""What is wrong with a document of a type, which it may also complete (a college)."""
NEVER_A_GAP = frozenset({"V001", "D003", "other_college", "not_mine", "storable"})
"""Rules that keep an entry out: secrecy, a closed year, somebody else's."""


@dataclass
class Item:
    """One entry and what becomes of it. ``note``: why it is no plain new one; ``gaps``: what is missing or doubtful;
    ``errors``: what keeps it out; ``same``: what it repeats; ``marked``: its text carries a secrecy mark and is not
    shown again; ``more_indexes``: where the source lists it and the record that stands does not say so."""

    entry: Entry
    type_id: str | None
    status: str
    work: Work | None = None
    note: Issue | None = None
    gaps: list[Issue] = field(default_factory=list)
    errors: list[Issue] = field(default_factory=list)
    same: Same | None = None
    marked: bool = False
    more_indexes: tuple[str, ...] = ()

    @property
    def filed(self) -> bool:
        """Whether an import files it."""
        return self.status in ("new", "similar")


class Sorter:
    """``type_id``: the type of the import, None to take every entry under its own. ``batch``: values for the whole
    file; ``college_id``: its college; ``drafts``: the actor's own drafts stand too."""

    def __init__(
        self,
        uow: UnitOfWork,
        actor: Principal,
        type_id: str | None,
        batch: Mapping[str, Any] | None = None,
        college_id: int | None = None,
        *,
        links: Links | None = None,
        problems: Problems | None = None,
        drafts: bool = False,
    ) -> None:
        self.uow, self.actor, self.type_id = uow, actor, type_id
        self.batch, self.college_id, self.links = dict(batch or {}), college_id, dict(links or {})
        self._problems = problems or self._missing
        self.codes = codes.for_university(uow, actor.university_code)
        self.own = own.of_university(uow, actor.university_code)
        self.context = validate.Context(codes=self.codes, today=today())
        self._drafts_of = actor.account_id if drafts else None
        self._standing: dict[str, Standing] = {}

    def standing(self, type_id: str) -> Standing:
        if type_id not in self._standing:
            self._standing[type_id] = Standing(self.uow, self.actor.university_code, type_id, self._drafts_of)
        return self._standing[type_id]

    def sort(self, found: Iterable[Entry]) -> list[Item]:
        """The entries in their order, against what stands now. The same entries again are judged anew."""
        items = [self._item(entry) for entry in found]
        self._hide(items)
        return items

    def reload(self, uow: UnitOfWork) -> None:
        self.uow = uow
        for standing in self._standing.values():
            standing.reload(uow)

    def _item(self, entry: Entry) -> Item:
        home = kinds.type_of(entry)
        rule = next((r for text in _texts(entry) if (r := secrecy.scan(text)) is not None), None)
        if home is None or (self.type_id is not None and home != self.type_id):
            told = kinds.elsewhere(entry, self.type_id or home or "paper")
            return Item(entry, home, "elsewhere", note=told, marked=rule is not None)
        work = kinds.work(home, entry, self.own, self.batch, self.codes)
        self._link(entry, work)
        item = Item(entry, home, "new", work, errors=work.errors, marked=rule is not None)
        if rule is not None:
            item.errors.append(
                Issue("title", f"含有涉密标志（规则 {rule}），未录入", f"carries a secrecy mark (rule {rule}); not filed", rule=str(rule))
            )
        if item.errors:
            item.status = "error"
            return item
        standing = self.standing(home)
        identity = Identity.of(home, work.document, entry.accession)
        item.same = standing.same(identity, entry.number)
        if item.same is not None:
            item.status = "unchanged" if item.same.how == "record" else "duplicate"
            if home == "paper" and item.same.record_id:
                item.more_indexes = standing.lacks(item.same.record_id, entry.indexes)
            return item
        found = self._problems(home, work.document)
        item.errors += [issue for issue in found if issue.rule in NEVER_A_GAP]
        if item.errors:
            item.status = "error"
            return item
        item.gaps = [*work.gaps, *found]
        item.same = standing.alike(identity, entry.number)
        if item.same is not None:
            item.status = "similar"
        standing.add(identity, entry.number)
        return item

    def _link(self, entry: Entry, work: Work) -> None:
        """People a human has chosen: own staff now, the printed name kept."""
        for row in work.document["contributors"]:
            person = self.links.get((entry.number, row["rank"]))
            if person is not None:
                row["person_id"], row["kind"] = person, "staff"

    def _missing(self, type_id: str, document: dict[str, Any]) -> list[Issue]:
        """What a person would have been asked for. The college is the header's, not the document's."""
        asked = {**document, "college_id": self.college_id or -1}
        found = validate.problems(type_id, asked, self.context)
        return [issue for issue in found if issue.severity == "error" and issue.field != "college_id"]

    # --- what is repeated -------------------------------------------------------------------------------

    def _hide(self, items: list[Item]) -> None:
        """Words for what an entry repeats. A record the actor may not see is only said to be there."""
        ids = sorted({item.same.record_id for item in items if item.same is not None and item.same.record_id})
        seen: dict[int, str] = {}
        r = p.record
        for start in range(0, len(ids), 500):
            visible = permissions.visible(self.actor, r)
            rows = self.uow.conn.execute(select(r.c.id, r.c.type).where(r.c.id.in_(ids[start : start + 500]), visible))
            seen.update({row.id: derive.number_of(row.type, row.id) for row in rows})
        for item in items:
            if item.same is not None:
                item.note = _repeats(item, seen.get(item.same.record_id))
                if item.same.record_id and item.same.record_id not in seen:
                    item.same = Same(item.same.how)



def _repeats(item: Item, number: str | None) -> Issue:
    assert item.same is not None
    if item.same.number:
        where, where_en = f"本文件第 {item.same.number} 条", f"entry {item.same.number} of this file"
    elif number:
        where, where_en = f"已有记录 {number}", f"record {number}"
    else:
        where, where_en = "本校已有记录", "a record of this university"
    if item.status == "similar":
        return Issue("title", f"与{where}题名相同，待核对", f"has the title of {where_en}, to be looked at", "warning", SIMILAR)
    more, more_en = "", ""
    if item.more_indexes:
        more = f"；该记录没有收录类别 {'、'.join(item.more_indexes)}，请补充"
        more_en = f"; that record does not name {', '.join(item.more_indexes)}; add it there"
    if item.status == "unchanged":
        return Issue("title", f"与{where}相同{more}", f"is the same as {where_en}{more_en}", "warning")
    return Issue("title" if item.same.number else "doi", f"与{where}重复，未录入{more}", f"repeats {where_en}; not filed{more_en}", "warning")


def _texts(entry: Entry) -> tuple[str, ...]:
    return (entry.title, entry.title_en, entry.venue, entry.abstract, *entry.keywords)
