"""CSSCI's tagged text (【来源篇名】…), as its search page downloads it."""

from __future__ import annotations

import re

from ingestion.exchange.bibliographic.entry import Author, Entry, Problem, broken
from ingestion.exchange.bibliographic.printed import number as number_of
from ingestion.exchange.bibliographic.text import MOST_ENTRIES, clean, lines, too_many

_FIRST = re.compile(r"^\s*【\s*来\s*源\s*篇\s*名\s*】", re.M)
_TAG = re.compile(r"^【([^】]{1,20})】(.*)$")
_RULE = re.compile(r"^-{5,}\s*$")
_ISSUE = re.compile(r"^(?P<year>\d{4}),?(?P<volume>[^(:,]*)(?:\((?P<issue>[^)]*)\))?(?::(?P<pages>.*))?$")
_UNIT = re.compile(r"\[([^\[\]]+)\]([^\[]*)")


def is_cssci(text: str) -> bool:
    return bool(_FIRST.search(text))


def read(text: str) -> tuple[list[Entry], list[Problem]]:
    """Entries, and the problems of those that are not papers: without a title or a year."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, (line, block) in enumerate(_blocks(text), start=1):
        outcome = _entry(number, line, block)
        if isinstance(outcome, Entry):
            entries.append(outcome)
        else:
            problems.append(outcome)
    return entries, problems


def _blocks(text: str) -> list[tuple[int, dict[str, str]]]:
    """(first line, tag → value) of each entry. An entry ends at a ruled line or where another title begins."""
    blocks: list[tuple[int, dict[str, str]]] = []
    block: dict[str, str] = {}
    first, tag = 0, ""

    def close() -> None:
        nonlocal block, tag
        if block:
            blocks.append((first, block))
        block, tag = {}, ""

    for at, line in enumerate(lines(text), start=1):
        match = _TAG.match(line)
        if match:
            name = "".join(match[1].split())
            if name == "来源篇名" or name in block:
                close()
            if not block:
                if len(blocks) >= MOST_ENTRIES:
                    raise too_many()
                first = at
            tag = name
            block[tag] = match[2]
        elif _RULE.match(line):
            close()
        elif tag and tag != "参考文献":  # a value may run on; the cited references are not kept
            block[tag] += " " + line
    close()
    return blocks


def _entry(number: int, line: int, block: dict[str, str]) -> Entry | Problem:
    value = {tag: clean(text) for tag, text in block.items()}
    title = value.get("来源篇名", "")
    if not title:
        return broken(number, line, "没有来源篇名。", "there is no title (来源篇名).")
    printed = value.get("年代卷期", "").replace("，", ",").replace("：", ":")
    issue = _ISSUE.match(printed.replace("（", "(").replace("）", ")"))
    if issue is None:
        return broken(
            number,
            line,
            f"年代卷期“{printed}”不能识别；应如 2022,42(1):69-79。",
            f"the year and issue (年代卷期) “{printed}” cannot be read; it should look like 2022,42(1):69-79.",
        )
    venue = value.get("期刊", "")
    if not venue:
        return broken(number, line, "没有期刊名称。", "there is no journal (期刊).")
    return Entry(
        number,
        line,
        title=title,
        title_en=value.get("英文篇名", ""),
        published=issue["year"],
        venue=venue,
        authors=_authors(value.get("来源作者", ""), value.get("机构名称", "")),
        volume=issue["volume"].strip(),
        issue=number_of(issue["issue"] or ""),
        pages=(issue["pages"] or "").strip(" ,"),
        indexes=("CSSCI",),
        keywords=tuple(word for word in value.get("关键词", "").split("/") if word.strip()),
        language="zh",
        funding=value.get("基金", ""),
    )


def _authors(names: str, units: str) -> tuple[Author, ...]:
    """来源作者 gives the order, 机构名称 the units as ``[name]unit.department``, a name once a unit."""
    of: dict[str, list[str]] = {}
    for name, unit in _UNIT.findall(units):
        printed = " ".join(part for part in unit.strip().strip("/").split(".") if part.strip())
        if printed:
            of.setdefault(name.strip(), []).append(printed)
    ordered = [name.strip() for name in names.split("/") if name.strip()] or list(of)
    return tuple(Author(name, tuple(of.get(name, ()))) for name in ordered)
