"""Who of the university an author may be: to be offered with staff number and college, never linked by name alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from pypinyin import lazy_pinyin
from sqlalchemy import select

from ingestion import permissions
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.bibliographic import Entry
from ingestion.exchange.bibliographic.names import COMPOUND
from ingestion.exchange.bibliographic.text import has_hanzi
from ingestion.exchange.layout import Known
from ingestion.exchange.references.own import Own
from ingestion.people import PERSON
from ingestion.principal import Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

OFFERED = 20
SURNAMES = {"曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "区": "ou", "盖": "ge", "乐": "yue", "种": "chong", "朴": "piao"}
"""Characters read otherwise as a surname."""


def people_of(uow: UnitOfWork, actor: Principal) -> list[Known]:
    """Everybody a record of the actor's university may name, with staff number and college."""
    r, u = p.record, p.unit
    rows = uow.conn.execute(
        select(r.c.id, PERSON.c.staff_no, PERSON.c.name, u.c.name.label("college"))
        .join(PERSON, PERSON.c.record_id == r.c.id)
        .outerjoin(u, u.c.id == r.c.college_id)
        .where(permissions.pickable_people(actor))
        .order_by(PERSON.c.staff_no)
    )
    return [Known(row.id, row.staff_no or "", row.name or "", row.college or "") for row in rows]


class Candidates:
    """The people of one university, found by the names they print: 张伟, Zhang Wei, Wei Zhang."""

    def __init__(self, people: Iterable[Known]) -> None:
        self._all = list(people)

    @cached_property
    def _by_name(self) -> dict[str, list[Known]]:
        out: dict[str, list[Known]] = {}
        for one in self._all:
            out.setdefault(_bare(one.name), []).append(one)
        return out

    @cached_property
    def _by_pinyin(self) -> dict[tuple[str, str], list[Known]]:
        out: dict[tuple[str, str], list[Known]] = {}
        for one in self._all:
            for spelt in spelling(one.name):
                out.setdefault(spelt, []).append(one)
        return out

    def named(self, printed: str) -> tuple[Known, ...]:
        """Everybody this name may mean: the same Chinese name, or the whole name in pinyin in either order."""
        found = list(self._by_name.get(_bare(printed), ()))
        if not found and not has_hanzi(printed):
            for surname, given in _western(printed):
                found += [one for one in self._by_pinyin.get((surname, given), ()) if one not in found]
        return tuple(found[:OFFERED])

    def of(self, entry: Entry, rows: Sequence[Mapping[str, Any]], own: Own) -> Iterator[tuple[Mapping[str, Any], tuple[Known, ...]]]:
        """Contributor rows not linked yet whose printed unit is the university's (or unknown), with who they may be."""
        for row in rows:
            if row.get("person_id") is not None or not prints_own(entry, row, own):
                continue
            if found := self.named(row["name"]):
                yield row, found


def prints_own(entry: Entry, row: Mapping[str, Any], own: Own) -> bool:
    """Whether the author signs for the university, as far as the source says."""
    units = row.get("affiliations") or ()
    if units:
        return any(unit["is_own"] for unit in units)
    if entry.unassigned_affiliations:
        return any(own.prints(unit) for unit in entry.unassigned_affiliations)
    return not any(author.affiliations for author in entry.authors)


def is_self(printed: str, name: str) -> bool:
    """Whether a printed name may be this person's own, initials allowed: for the person to confirm."""
    if _bare(printed) == _bare(name):
        return True
    if has_hanzi(printed) or not has_hanzi(name):
        return False
    for surname, given in spelling(name):
        for s, g in _western(printed, initials=True):
            if s == surname and (g == given or (len(g) <= 3 and g == _initials(name))):
                return True
    return False


def step_of(type_id: str) -> str:
    """The step that holds the authors of a type."""
    return next(ALL_RECORDS[type_id].contributor_steps()).name


def _bare(name: str) -> str:
    """Without what stands in brackets or is no letter: 张伟(Zhang Wei) is 张伟."""
    text = unicodedata.normalize("NFKC", re.sub(r"[(（\[].*?[)）\]]", "", name)).casefold()
    return re.sub(r"[\W_]+", "", text)


@lru_cache(maxsize=50_000)
def spelling(name: str) -> tuple[tuple[str, str], ...]:
    """(surname, given name) in pinyin; ü is spelt v, u and yu in turn."""
    if not has_hanzi(name) or "·" in name:
        return ()
    cut = 2 if name[:2] in COMPOUND and len(name) > 2 else 1
    parts = [part.lower() for part in lazy_pinyin(name)]
    parts[0] = SURNAMES.get(name[0], parts[0])
    found = ("".join(parts[:cut]), "".join(parts[cut:]))
    forms = {found}
    for other in ("u", "yu"):
        forms.add((found[0].replace("lü", "l" + other).replace("lv", "l" + other), found[1].replace("lv", "l" + other).replace("nv", "n" + other)))
    return tuple(sorted(forms))


def _initials(name: str) -> str:
    cut = 2 if name[:2] in COMPOUND and len(name) > 2 else 1
    return "".join(part[:1] for part in lazy_pinyin(name[cut:])).lower()


def _western(printed: str, *, initials: bool = False) -> list[tuple[str, str]]:
    """(surname, given) both ways round: ``Zhang, Wei``, ``Wei Zhang``, ``ZHANG Wei-Min``, ``Zhang W``."""
    text = unicodedata.normalize("NFKD", printed).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    head, comma, tail = text.partition(",")
    words = [w for w in (re.sub(r"[^a-z]", "", part) for part in head.split()) if w]
    rest = re.sub(r"[^a-z]", "", tail)
    if comma:
        return [("".join(words), rest)] if words and rest else []
    if len(words) < 2:
        return []
    pairs = [(words[0], "".join(words[1:])), (words[-1], "".join(words[:-1]))]
    return [pair for pair in pairs if initials or len(pair[1]) > 1]
