"""Files of lines that begin with a tag: what RIS, EndNote, RefWorks, PubMed and CNKI's own formats have in common.

A line without a tag goes on with the value before it. Each block knows its number and first line, so that nothing
that was begun can disappear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ingestion.exchange.bibliographic.entry import Entry, Problem
from ingestion.exchange.bibliographic.text import MOST_ENTRIES, clean, too_many

LONGEST = 200_000  # characters kept of one value


@dataclass
class Block:
    """One entry's values by tag, each tag's in order, each value in its lines. ``headless``: it began without its
    opening tag; ``ended``: its closing line was there; ``order``: the values as they follow each other."""

    number: int
    line: int
    headless: bool = False
    ended: bool = False
    values: dict[str, list[list[str]]] = field(default_factory=dict)
    order: list[tuple[str, list[str]]] = field(default_factory=list)

    def one(self, *tags: str) -> str:
        """The first value under these tags, as one line."""
        return next(self._texts(*tags), "")

    def all(self, *tags: str) -> list[str]:
        return list(self._texts(*tags))

    def _texts(self, *tags: str) -> Iterator[str]:
        for tag in tags:
            for lines in self.values.get(tag, ()):
                if text := clean(" ".join(lines)[:LONGEST]):
                    yield text

    def lines(self, tag: str) -> list[str]:
        """Every line under a tag, where each line is a value of its own."""
        return [text for lines in self.values.get(tag, ()) for line in lines if (text := clean(line[:LONGEST]))]


Parse = Callable[[str], tuple[str, str] | None]


def blocks(lines: Iterable[str], parse: Parse, starts: str, ends: str = "") -> list[Block]:
    """The blocks of a file. ``parse``: a line's (tag, value), None for one that goes on; ``starts`` and ``ends``
    are the tags that open and close a block.

    Raises:
        OperationError: more blocks than one import takes.
    """
    out: list[Block] = []
    block: Block | None = None
    held: list[str] | None = None
    size = 0
    for at, line in enumerate(lines, start=1):
        found = parse(line)
        if found is None:
            if held is not None and line.strip() and size <= LONGEST:
                size += len(line)
                held.append(line.strip())
            continue
        tag, value = found
        if ends and tag == ends:
            if block is not None:
                block.ended = True
            block = held = None
            continue
        if block is None or tag == starts:
            if len(out) >= MOST_ENTRIES:
                raise too_many()
            block = Block(len(out) + 1, at, headless=tag != starts)
            out.append(block)
        held, size = [value.strip()], len(value)
        block.values.setdefault(tag, []).append(held)
        block.order.append((tag, held))
    return out


def sorted_out(found: Iterable[Entry | Problem]) -> tuple[list[Entry], list[Problem]]:
    entries: list[Entry] = []
    problems: list[Problem] = []
    for outcome in found:
        if isinstance(outcome, Entry):
            entries.append(outcome)
        else:
            problems.append(outcome)
    return entries, problems
