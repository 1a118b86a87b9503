"""Code lists: the built-in ones from codes/*.csv, and the lookups every consumer uses.

The files are the source of the built-in lists; ``ingestion/codes.py`` copies them into the store and adds a
university's own codes. A code whose validity ended keeps its label, so old records stay readable (AC-190).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from rapidfuzz import fuzz, process

from ingestion.catalog import normalise

FILES = files("ingestion.catalog").joinpath("codes")
WORDS = files("ingestion.catalog").joinpath("code_words.csv")


@dataclass(frozen=True)
class CodeItem:
    """``valid_from`` and ``valid_to`` are ISO dates (inclusive) or empty. ``source`` and ``version`` are those of the
    list; ``own`` marks a university's own code."""

    code: str
    label_zh: str
    label_en: str = ""
    parent: str = ""
    valid_from: str = ""
    valid_to: str = ""
    source: str = ""
    version: str = ""
    own: bool = False

    def label(self, language: str) -> str:
        return self.label_en if language == "en" and self.label_en else self.label_zh

    def valid_on(self, on: str) -> bool:
        """``on`` may be a year or a month: the code must be valid in some part of it."""
        after = not self.valid_from or self.valid_from[: len(on)] <= on
        return after and (not self.valid_to or on <= self.valid_to[: len(on)])


@dataclass(frozen=True)
class CodeList:
    """``complete`` is False where the source was known only in part; ``extendable`` lists take own codes."""

    name: str
    zh: str
    en: str
    source: str
    version: str
    complete: bool
    extendable: bool
    items: tuple[CodeItem, ...]

    @cached_property
    def by_code(self) -> dict[str, CodeItem]:
        return {item.code: item for item in self.items}


def _rows(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(FILES.joinpath(file).read_text(encoding="utf-8").splitlines()))


class _BuiltIn(Mapping[str, CodeList]):
    """Lists read from their files when first asked for."""

    def __init__(self) -> None:
        self._loaded: dict[str, CodeList] = {}

    @cached_property
    def _register(self) -> dict[str, dict[str, str]]:
        return {row["list"]: row for row in _rows("lists.csv")}

    def __getitem__(self, name: str) -> CodeList:
        if name not in self._loaded:
            row = self._register[name]
            items = tuple(
                CodeItem(
                    item["code"],
                    item["label_zh"],
                    item["label_en"],
                    item["parent"],
                    item["valid_from"],
                    item["valid_to"],
                    source=row["source"],
                    version=row["version"],
                )
                for item in _rows(f"{name}.csv")
            )
            self._loaded[name] = CodeList(
                name=name,
                zh=row["zh"],
                en=row["en"],
                source=row["source"],
                version=row["version"],
                complete=row["extent"] == "complete",
                extendable=row["extendable"] == "yes",
                items=items,
            )
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._register)

    def __len__(self) -> int:
        return len(self._register)


BUILT_IN: Mapping[str, CodeList] = _BuiltIn()


class Codes:
    """The codes one university sees: the built-in lists and its own items over them (same code: its own wins)."""

    def __init__(self, own: Mapping[str, tuple[CodeItem, ...]] | None = None) -> None:
        self._own = own or {}
        self._tables: dict[str, dict[str, CodeItem]] = {}
        self._words: dict[str, dict[str, list[str]]] = {}
        self._spelled: dict[str, dict[str, str]] = {}
        self._always: dict[str, frozenset[str]] = {}

    def table(self, name: str) -> dict[str, CodeItem]:
        """All items of a list by code, in order. An unknown list is empty."""
        if name not in self._tables:
            table = dict(BUILT_IN[name].by_code) if name in BUILT_IN else {}
            table.update({item.code: item for item in self._own.get(name, ())})
            self._tables[name] = table
        return self._tables[name]

    def items(self, name: str, on: str | None = None, depth: int | None = None) -> list[CodeItem]:
        """Items offered for entry: those valid on ``on`` (an ISO date, month or year) and so deep in the list's tree;
        all without them."""
        return [
            item
            for item in self.table(name).values()
            if (on is None or item.valid_on(on)) and (depth is None or self.depth(name, item) == depth)
        ]

    def depth(self, name: str, item: CodeItem) -> int:
        """How many codes stand above an item: 0 without parent."""
        table, steps = self.table(name), 0
        while item.parent in table and steps < 10:
            item = table[item.parent]
            steps += 1
        return steps

    def children(self, name: str, parent: str) -> list[CodeItem]:
        return [item for item in self.table(name).values() if item.parent == parent]

    def known(self, name: str, code: str) -> bool:
        return code in self.table(name)

    def valid(self, name: str, code: str, on: str | None = None) -> bool:
        item = self.table(name).get(code)
        return item is not None and (on is None or item.valid_on(on))

    def always(self, name: str) -> frozenset[str]:
        """The codes of a list that hold at any date."""
        found = self._always.get(name)
        if found is None:
            found = frozenset(code for code, item in self.table(name).items() if not item.valid_from and not item.valid_to)
            self._always[name] = found
        return found

    def label(self, name: str, code: str, language: str = "zh") -> str:
        """The label, also of a retired code; an unknown code is shown as itself."""
        item = self.table(name).get(code)
        return item.label(language) if item else code

    def resolve(self, name: str, text: str, parent: str | None = None) -> str | None:
        """The code meant by a code, a label in either language, "code label" (AC-186), or a word people use for it
        (``code_words.csv``); None if unknown or ambiguous. ``parent`` narrows to the children of one code."""
        table = self.table(name)
        typed = normalise.identifier(text)
        for code in (typed, typed.upper(), typed.split(" ")[0], typed.split(" ")[0].upper()):
            if code in table and (code.upper() == typed.upper() or self._says(table[code], typed)):
                return code
        candidates = self._word_index(name).get(normalise.key(text), [])
        if parent:
            candidates = [code for code in candidates if table[code].parent == parent] or candidates
        return candidates[0] if len(candidates) == 1 else None

    def _says(self, item: CodeItem, typed: str) -> bool:
        rest = normalise.key(typed[len(typed.split(" ")[0]) :])
        return rest in (normalise.key(item.label_zh), normalise.key(item.label_en))

    def _word_index(self, name: str) -> dict[str, list[str]]:
        if name not in self._words:
            index: dict[str, list[str]] = {}
            for item in self.table(name).values():
                for word in {normalise.key(item.label_zh), normalise.key(item.label_en)} - {""}:
                    index.setdefault(word, []).append(item.code)
            for word, code in other_words(name).items():
                if code in self.table(name):
                    index.setdefault(word, [code])  # a label says it more certainly
            self._words[name] = index
        return self._words[name]

    def nearest(self, name: str, text: str, limit: int = 3) -> list[CodeItem]:
        """The items whose code or label looks most like ``text``."""
        table = self.table(name)
        wanted = normalise.key(text)
        if name not in self._spelled:
            spelled = {f"{code}\0{word}": word for code, item in table.items() for word in _spellings(item)}
            self._spelled[name] = spelled
        words = self._spelled[name]
        found = process.extract(wanted, words, scorer=fuzz.WRatio, limit=limit * 4)
        found.sort(key=lambda hit: -fuzz.ratio(wanted, hit[0]))
        codes = dict.fromkeys(key.split("\0")[0] for _, _, key in found)
        return [table[code] for code in list(codes)[:limit]]


@cache
def _all_words() -> dict[str, dict[str, str]]:
    out: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(WORDS.read_text(encoding="utf-8").splitlines()):
        for word in row["words"].split("|"):
            out.setdefault(row["list"], {})[normalise.key(word)] = row["code"]
    return out


def other_words(name: str) -> dict[str, str]:
    """What people write for the codes of a list though no label says so: 男 for 男性, 在研 for 立项/在研."""
    return _all_words().get(name, {})


def _spellings(item: CodeItem) -> set[str]:
    return {normalise.key(item.code), normalise.key(item.label_zh), normalise.key(item.label_en)} - {""}


BUILT_IN_CODES = Codes()
