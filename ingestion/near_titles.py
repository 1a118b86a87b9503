"""Titles that are nearly the same: one rule for the form and for imports of many thousand rows.

Two folded titles are alike from ``SCORE`` of 100 on (indel similarity), unless their numbers differ: the 12th volume
of a series is not the 13th. ``Titles`` finds them among many without comparing with each. A similarity of 92 allows at
most ``d`` insertions and deletions, ``d`` = 8 % of both lengths. Each of them spoils at most three of a title's
trigrams, so of any ``3d + 1`` of them one at least stands in every title that is alike. Those least often seen are
looked up; of a title that is new most are seen nowhere, and it is compared with nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

SCORE = 92.0  # of 100: a changed word in a long title still counts, another volume of a series does not
MINIMUM = 6  # characters: shorter titles are alike by chance
GRAM = 3
MORE = 12  # trigrams looked up beyond those needed: many titles share one by chance, few share thirteen
_SPARE = (100 - SCORE) / 100
_LONGER = (100 + 100 - SCORE) / SCORE  # of the longest title that can be alike, in lengths of this one
_NUMBERS = re.compile(r"\d+")


def likeness(one: str, other: str) -> float:
    """How alike two folded titles are, of 100; 0 where they are not alike."""
    if min(len(one), len(other)) < MINIMUM:
        return 0.0
    score = fuzz.ratio(one, other, score_cutoff=SCORE)
    return score if score and (one == other or _NUMBERS.findall(one) == _NUMBERS.findall(other)) else 0.0


class Titles:
    """Folded titles to be looked among; each is known by its place in ``titles``."""

    def __init__(self, titles: Sequence[str]) -> None:
        self._titles = titles
        self._lengths = np.fromiter(map(len, titles), dtype=np.int64, count=len(titles))
        hashes, places = _grams(titles)
        order = np.argsort(hashes, kind="stable")
        self._places = places[order]
        self._hashes, self._starts, self._counts = np.unique(hashes[order], return_index=True, return_counts=True)

    def alike(self, title: str) -> list[tuple[int, float]]:
        """Places and likeness of the titles that are alike, the likest first."""
        if len(title) < MINIMUM or not len(self._hashes):
            return []
        close = {place: self._titles[place] for place in self._candidates(title)}
        found = process.extract(title, close, scorer=fuzz.ratio, score_cutoff=SCORE, limit=None) if close else []
        return sorted(((place, score) for other, score, place in found if likeness(title, other)), key=lambda pair: (-pair[1], pair[0]))

    def _candidates(self, title: str) -> list[int]:
        hashes = np.unique(_grams([title])[0])
        at = np.searchsorted(self._hashes, hashes)
        at[at == len(self._hashes)] = 0
        seen = np.where(self._hashes[at] == hashes, self._counts[at], 0)
        longest = int(_LONGER * len(title))
        spoilt = GRAM * int(_SPARE * (len(title) + longest) + 1e-9)
        rarest = np.argsort(seen, kind="stable")[: spoilt + 1 + MORE]
        shared = len(rarest) - spoilt  # at least so many of them stand in every title that is alike
        rarest = rarest[seen[rarest] > 0]
        if len(rarest) < max(shared, 1):
            return []
        places = np.concatenate([self._places[self._starts[i] : self._starts[i] + self._counts[i]] for i in at[rarest]])
        often = np.bincount(places, minlength=len(self._lengths)) >= max(shared, 1)
        fits: list[int] = np.flatnonzero(often & (self._lengths <= longest) & (self._lengths >= int(len(title) / _LONGER))).tolist()
        return fits


def _grams(titles: Iterable[str]) -> tuple[Any, Any]:
    """A hash of every trigram, and the place of the title it stands in."""
    known = list(titles)
    text = np.frombuffer("".join(known).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    lengths = np.fromiter(map(len, known), dtype=np.int64, count=len(known))
    if len(text) < GRAM:
        return np.empty(0, np.uint64), np.empty(0, np.uint32)
    places = np.repeat(np.arange(len(known), dtype=np.uint32), lengths)
    hashes = (text[:-2] << np.uint64(42)) | (text[1:-1] << np.uint64(21)) | text[2:]
    whole = places[:-2] == places[2:]
    return hashes[whole], places[:-2][whole]
