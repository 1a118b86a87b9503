"""Whether a printed affiliation is the university's own: 江城大学计算机学院, Sch Informat, Jiangcheng Univ, Wuhan."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select

from ingestion.exchange.bibliographic.text import clean, has_hanzi
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

_SMALL = frozenset({"of", "the", "and", "for", "at", "in", "&"})


@dataclass(frozen=True)
class Own:
    """The names a university prints: ``zh`` at the head of a unit, ``en`` as one part between commas, each word of it
    whole or cut to three letters or more as Web of Science does."""

    zh: tuple[str, ...] = ()
    en: tuple[tuple[str, ...], ...] = ()
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, *names: str | None) -> Own:
        known = [clean(name) for name in names if name and clean(name)]
        zh = tuple(_folded(name).replace(" ", "") for name in known if has_hanzi(name))
        return cls(zh, tuple(_words(name) for name in known if not has_hanzi(name)), tuple(known))

    @property
    def name(self) -> str:
        return self.names[0] if self.names else ""

    def written(self, title: str) -> str:
        """The university's name in the language a title is written in, as far as it has one."""
        chinese = has_hanzi(title)
        return next((name for name in self.names if has_hanzi(name) == chinese), self.name)

    def prints(self, unit: str) -> bool:
        return _prints(self, unit)


def of_university(uow: UnitOfWork, code: str) -> Own:
    u = p.university
    row = uow.conn.execute(select(u.c.name, u.c.name_en).where(u.c.code == code)).one()
    return Own.of(row.name, row.name_en)


@lru_cache(maxsize=20_000)
def _prints(own: Own, unit: str) -> bool:
    text = _folded(unit)
    if has_hanzi(text):
        parts = [re.sub(r"^[\d\W_]+", "", part) for part in re.split(r"[\s,，;；/]+", text)]
        return any(part.startswith(name) for part in parts for name in own.zh)
    return any(_same(_words(part), name) for part in re.split(r"[,;]", text) for name in own.en)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", clean(text)).casefold()


def _words(text: str) -> tuple[str, ...]:
    return tuple(w for w in re.findall(r"[^\W\d_]+|&", _folded(text)) if w not in _SMALL)


def _same(printed: tuple[str, ...], name: tuple[str, ...]) -> bool:
    return bool(name) and len(printed) == len(name) and all(
        a == b or (len(a) >= 3 and b.startswith(a)) for a, b in zip(printed, name, strict=True)
    )
