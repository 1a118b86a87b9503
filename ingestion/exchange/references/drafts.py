"""A researcher's own references: seen side by side with what they would become, then drafts that name the researcher.

Nobody is linked by name: the researcher says which author they are. What does not name them cannot be created here
(AC-143), and what stands already is shown instead of made twice.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion import audit, permissions, serializer
from ingestion.catalog import validate
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.bibliographic import Entries, Entry
from ingestion.exchange.layout import Known
from ingestion.exchange.references import candidates, filling
from ingestion.exchange.references.journals import Journals, Suggestion
from ingestion.exchange.references.own import Own
from ingestion.exchange.references.sorting import Item, Links, Sorter
from ingestion.principal import Denied, OperationError, Principal
from ingestion.records import RecordView, create_draft
from ingestion.store.engine import UnitOfWork

MOST = 200
"""Drafts made in one go."""
APPENDED = 0
"""The rank of somebody whom a list cut short, or naming nobody, does not print."""


@dataclass
class Offer:
    """One entry as its researcher sees it. ``mine``: the rank that may be theirs (None: they have to say);
    ``prefilled``: what was put in beyond the source; ``signed``: how they signed last where another was first author;
    ``left``: what is still to be typed before submission; ``colleagues``: (rank, printed name, who of the university it may be)."""

    item: Item
    own: Own
    mine: int | None = None
    may_append: bool = False
    prefilled: dict[str, Suggestion] = field(default_factory=dict)
    signed: Suggestion | None = None
    left: list[Issue] = field(default_factory=list)
    colleagues: list[tuple[int, str, tuple[Known, ...]]] = field(default_factory=list)

    @property
    def entry(self) -> Entry:
        return self.item.entry

    @property
    def document(self) -> dict[str, Any]:
        return self.item.work.document if self.item.work is not None else {}

    @property
    def authors(self) -> list[tuple[int, str]]:
        return [(row["rank"], row["name"]) for row in self.document.get("contributors") or ()]


def offers(uow: UnitOfWork, actor: Principal, found: Entries) -> list[Offer]:
    """Every entry of a file that was read, each under its own type. Raises ``Denied`` for who is no person."""
    if actor.person_id is None:
        raise Denied
    sorter = Sorter(uow, actor, None, drafts=True)
    journals = Journals(uow, actor.university_code, actor.person_id)
    known = candidates.Candidates(candidates.people_of(uow, actor))
    out = [_offer(sorter, journals, actor, item) for item in sorter.sort(found.entries)]
    for offer in out:
        rows = offer.document.get("contributors") or ()
        offer.colleagues = [
            (row["rank"], row["name"], who)
            for row, named in known.of(offer.entry, rows, sorter.own)
            if row["rank"] != offer.mine and (who := tuple(one for one in named if one.id != actor.person_id))
        ]
    return out


def _offer(sorter: Sorter, journals: Journals, actor: Principal, item: Item) -> Offer:
    offer = Offer(item, sorter.own)
    if item.work is None:
        return offer
    document = item.work.document
    named = [row["rank"] for row in document["contributors"] if candidates.is_self(row["name"], actor.name)]
    offer.mine = named[0] if len(named) == 1 else None
    offer.may_append = not document["contributors"] or any("作者名单不完整" in d.zh for d in item.entry.doubts)
    if item.filed:
        assert item.type_id is not None
        offer.prefilled = filling.fill(item.type_id, item.entry, document, journals)
        offer.signed = journals.signature() if item.type_id == "paper" else None
        if offer.mine is not None:
            _sign(offer, document, offer.mine)
        offer.left = _left(sorter, item.type_id, document, actor, offer.mine)
    return offer


def _sign(offer: Offer, document: dict[str, Any], rank: int) -> None:
    """Where no unit is printed at all, a first author signs for their own university; others as they did last."""
    if document.get("signature") or _any_unit(offer.entry) or not _has(offer.item.type_id, "signature"):
        return
    signed = offer.signed
    if rank == 1:
        signed = Suggestion("1", "您是第一作者，题录没有署名单位", "you are the first author and the source prints no unit")
    if signed is not None:
        document["signature"] = signed.value
        offer.prefilled["signature"] = signed


def _any_unit(entry: Entry) -> bool:
    return bool(entry.unassigned_affiliations) or any(author.affiliations for author in entry.authors)


def _has(type_id: str | None, name: str) -> bool:
    return type_id is not None and any(f.name == name for f in ALL_RECORDS[type_id].fields())


def _left(sorter: Sorter, type_id: str, document: Mapping[str, Any], actor: Principal, rank: int | None) -> list[Issue]:
    """The errors a submission would meet, without those the draft's own making settles (college, people)."""
    asked = {**document, "college_id": -1}
    if not asked.get("contributors"):
        asked["contributors"] = [_me(type_id, actor, 1, sorter.own.name)]
    found = validate.problems(type_id, serializer.clean(type_id, asked), sorter.context)
    return [issue for issue in found if issue.severity == "error" and issue.field != "college_id"]


# --- making drafts ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """What became of one chosen entry: a draft, or why there is none."""

    number: int
    title: str
    view: RecordView | None = None
    refused: tuple[str, str] | None = None


def make(
    uow: UnitOfWork, actor: Principal, found: Entries, chosen: Mapping[int, int | None], links: Links | None = None
) -> list[Made]:
    """Drafts of the chosen entries. ``chosen``: number of the entry → the rank the actor is (``APPENDED``: not
    printed); ``links``: colleagues the actor recognised. One refusal hinders no other entry.

    Raises ``Denied`` for who is no person, ``OperationError`` for too many."""
    if actor.person_id is None:
        raise Denied
    if len(chosen) > MOST:
        raise OperationError(f"一次最多生成 {MOST} 条草稿，已选 {len(chosen)} 条。", f"At most {MOST} drafts at once; {len(chosen)} are chosen.")
    wanted = [entry for entry in found.entries if entry.number in chosen]
    others = {place: person for place, person in (links or {}).items() if chosen.get(place[0]) != place[1]}
    sorter = Sorter(uow, actor, None, links=others, drafts=True)
    journals = Journals(uow, actor.university_code, actor.person_id)
    made: list[Made] = []
    for item in sorter.sort(wanted):
        made.append(_make(uow, actor, sorter, journals, item, chosen[item.entry.number]))
    numbers = [one.view.number for one in made if one.view is not None]
    if numbers:
        detail = {"format": found.format, "records": numbers[:MOST]}
        audit.write(uow, actor, "import_references", "references", None, detail, university_code=actor.university_code)
    return made


def _make(
    uow: UnitOfWork, actor: Principal, sorter: Sorter, journals: Journals, item: Item, rank: int | None
) -> Made:
    title = item.entry.title
    if not item.filed or item.work is None or item.type_id is None:
        issue = item.note or next(iter(item.errors), None)
        return Made(item.entry.number, title, refused=(issue.zh, issue.en) if issue else ("不能导入", "cannot be imported"))
    offer = _offer(sorter, journals, actor, item)
    document = item.work.document
    if not _be(offer, document, actor, rank):
        return Made(item.entry.number, title, refused=("请先选择您是哪一位作者；作者中没有您的成果不能导入。", "Say which author you are; what does not name you cannot be imported."))
    if rank is not None:
        _sign(offer, document, rank)
    permissions.require(actor, "create", item.type_id)
    try:
        view = create_draft(uow, actor, item.type_id, document)
    except OperationError as refused:
        return Made(item.entry.number, title, refused=(refused.zh, refused.en))
    return Made(item.entry.number, title, view)


def _me(type_id: str, actor: Principal, rank: int, university: str) -> dict[str, Any]:
    step = next(ALL_RECORDS[type_id].contributor_steps())
    units = [{"name": university, "is_own": True}] if step.affiliations and university else []
    return {"role": step.role, "rank": rank, "kind": "staff", "person_id": actor.person_id, "name": actor.name, "affiliations": units}


def _be(offer: Offer, document: dict[str, Any], actor: Principal, rank: int | None) -> bool:
    """Make the author of this rank the actor: linked, the printed name kept. Without a unit of theirs they sign with
    the own units the source prints for all, else with the university. False where there is no such author."""
    type_id = offer.item.type_id
    assert type_id is not None
    rows = document["contributors"]
    if rank == APPENDED and offer.may_append:
        rank = len(rows) + 1
        rows.append(_me(type_id, actor, rank, offer.own.written(offer.entry.title)))
    row = next((r for r in rows if r["rank"] == rank), None)
    if row is None:
        return False
    row["person_id"], row["kind"] = actor.person_id, "staff"
    if next(ALL_RECORDS[type_id].contributor_steps()).affiliations and not row["affiliations"]:
        printed = [unit for unit in offer.entry.unassigned_affiliations if offer.own.prints(unit)][:1]
        if printed or not _any_unit(offer.entry):
            row["affiliations"] = [{"name": unit, "is_own": True} for unit in printed or [offer.own.written(offer.entry.title)] if unit]
    return True


def drafted(offer: Offer, actor: Principal, rank: int | None) -> dict[str, Any]:
    """The document as its draft would hold it with the actor as this author; nothing is kept."""
    document = copy.deepcopy(offer.document)
    if offer.item.filed and _be(offer, document, actor, rank) and rank is not None:
        _sign(offer, document, rank)
    return document


def by_number(all_offers: Iterable[Offer]) -> dict[int, Offer]:
    return {offer.entry.number: offer for offer in all_offers}
