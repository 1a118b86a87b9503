"""Web of Science exports: plain text with two-letter tags, and tab-delimited with the same tags as columns."""

from __future__ import annotations

import html
import re

from ingestion.exchange.bibliographic.entry import Author, Entry, Kind, Problem, broken
from ingestion.exchange.bibliographic.printed import MONTHS, isbn, language
from ingestion.exchange.bibliographic.printed import published as published_on
from ingestion.exchange.bibliographic.text import MOST_ENTRIES, clean, has_hanzi, lines, too_many

_TAG = re.compile(r"^([A-Z][A-Z0-9])(?: (.*))?$")
_INDEXES = {
    "Science Citation Index Expanded": "SCI",
    "Social Science Citation Index": "SSCI",
    "Social Sciences Citation Index": "SSCI",
    "Arts & Humanities Citation Index": "AHCI",
    "Conference Proceedings Citation Index - Science": "CPCI-S",
    "Conference Proceedings Citation Index - Social Science & Humanities": "CPCI-SSH",
    "Emerging Sources Citation Index": "ESCI",
}
_KINDS: dict[str, Kind] = {"J": "journal", "C": "conference", "B": "collection", "S": "collection"}
_CORRESPONDING = re.compile(r"\((?:corresponding|reprint) author\)")
_ADDRESS = re.compile(r"\[([^\[\]]*)\]([^\[]*)")

Block = dict[str, list[str]]


def is_tagged(text: str) -> bool:
    return bool(re.match(r"\s*FN [^\n]*(Web of Science|Clarivate|Thomson|ISI)", text)) or bool(
        re.search(r"^PT [JCBS]\s*$", text[:20_000], re.M) and re.search(r"^ER\s*$", text, re.M)
    )


def is_tabbed(text: str) -> bool:
    head = lines(text[:20_000])[0].lstrip("\ufeff").split("\t")
    return {"PT", "AU", "TI", "SO", "PY"} <= {name.strip() for name in head}


def read_tagged(text: str) -> tuple[list[Entry], list[Problem]]:
    """Plain text. An entry without its closing line ER is cut off: it is named, not guessed at."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    block: Block | None = None
    tag = ""
    number = first = at = 0
    finished = False

    def cut_off() -> Problem:
        return broken(number, first, "不完整：缺少结束行 ER。", "is cut off: its closing line ER is missing.")

    for at, line in enumerate(lines(text), start=1):
        match = _TAG.match(line.rstrip())
        name = match[1] if match else ""
        if name == "PT":
            if block is not None:
                problems.append(cut_off())
            if number >= MOST_ENTRIES:
                raise too_many()
            number, first, block, tag = number + 1, at, {"PT": [(match[2] or "") if match else ""]}, "PT"
        elif name == "EF":
            finished = True
        elif block is None:
            continue
        elif name == "ER":
            _file(_entry(number, first, block), entries, problems)
            block = None
        elif match:
            tag = name
            block.setdefault(tag, []).append(match[2] or "")
        elif line.strip():
            block[tag].append(line)
    if block is not None:
        problems.append(cut_off())
    if not finished:
        problems.append(
            Problem(
                0,
                at,
                "文件末尾缺少结束行 EF，文件可能不完整。",
                "The closing line EF is missing at the end: the file may be incomplete.",
            )
        )
    return entries, problems


def read_tabbed(text: str) -> tuple[list[Entry], list[Problem]]:
    """Tab-delimited, quoting off. A row with another number of columns than the heading is named, not guessed at."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    rows = lines(text)
    heading = [name.strip() for name in rows[0].lstrip("\ufeff").split("\t")]
    number = 0
    for at, row in enumerate(rows[1:], start=2):
        if not row.strip():
            continue
        number += 1
        if number > MOST_ENTRIES:
            raise too_many()
        cells = row.split("\t")
        if len(cells) == len(heading) + 1 and not cells[-1].strip():
            cells.pop()  # some versions end each row with a tab
        if len(cells) != len(heading):
            problems.append(
                broken(
                    number,
                    at,
                    f"有 {len(cells)} 列，表头有 {len(heading)} 列。",
                    f"has {len(cells)} columns, the heading has {len(heading)}.",
                )
            )
            continue
        block = {name: [cell] for name, cell in zip(heading, cells, strict=True) if cell.strip()}
        for people in ("AU", "AF", "CA"):
            if people in block:
                block[people] = block[people][0].split(";")
        _file(_entry(number, at, block), entries, problems)
    return entries, problems


def _file(outcome: Entry | Problem, entries: list[Entry], problems: list[Problem]) -> None:
    if isinstance(outcome, Entry):
        entries.append(outcome)
    else:
        problems.append(outcome)


def _entry(number: int, line: int, block: Block) -> Entry | Problem:
    def one(tag: str) -> str:
        return clean(html.unescape(" ".join(block.get(tag, ()))))

    def many(tag: str) -> list[str]:
        return [word for word in (part.strip() for part in one(tag).split(";")) if word]

    title, venue = one("TI"), one("SO")
    if has_hanzi(one("Z1")):  # the Chinese Science Citation Database: each field in Chinese too
        title, venue = one("Z1"), one("Z3") or venue
        block = _in_chinese(block)
    codes, unlisted = indexes(many("WE"))
    if one("UT").startswith("CSCD:"):
        unlisted = unlisted or ("CSCD",)  # core or extended, it does not say
    if not title:
        return broken(number, line, "没有题名（TI）。", "there is no title (TI).")
    if not venue:
        return broken(number, line, "没有来源出版物（SO）。", "there is no source (SO).")
    published = _published(one("PY"), one("PD"), one("EA"))
    if published is None:
        return broken(
            number,
            line,
            f"出版年“{one('PY')}”不能识别；应为四位年份。",
            f"the year (PY) “{one('PY')}” cannot be read; four digits are expected.",
        )
    authors, unassigned = _authors(block, one("RP"))
    kind = _KINDS.get(one("PT")[:1], "journal")
    if kind == "collection" and (one("CT") or "Proceedings Paper" in one("DT")):
        kind = "conference"  # proceedings in a series of books
    held = re.match(r"([A-Z]{3}) (\d{1,2})\b.*\b(\d{4})$", one("CY"))
    return Entry(
        number,
        line,
        title=title,
        title_en=one("TI") if has_hanzi(title) and not has_hanzi(one("TI")) else "",
        published=published,
        venue=venue,
        kind=kind,
        authors=authors,
        unassigned_affiliations=unassigned,
        volume=one("VL"),
        issue=one("IS"),
        pages="-".join(page for page in (one("BP"), one("EP")) if page) or one("AR"),
        doi=one("DI"),
        issn=one("SN") or one("EI"),
        accession=one("UT"),
        indexes=codes,
        unlisted_indexes=unlisted,
        keywords=tuple(many("Z5") or many("DE")),
        abstract=one("Z4") or one("AB"),
        language=language(one("LA")),
        conference_name=one("CT"),
        conference_place=one("CL"),
        conference_on=published_on(f"{held[1]} {held[2]} {held[3]}") if held else "",
        isbn=isbn(one("BN")),
        funding=one("FU"),
        stage="3" if "Early Access" in one("DT") and not one("VL") else "",
    )


def _in_chinese(block: Block) -> Block:
    """With the Chinese names (Z2) and addresses (Z6: ``张伟, 湖北大学, …``) where the others are looked for."""
    people = [name for part in block.get("Z2", ()) for name in re.split(r"[;；]", part) if name.strip()]
    addresses = [line.partition(",") for line in block.get("Z6", ())]
    return {
        **block,
        **({"AF": people} if people else {}),
        **({"C1": [f"[{name.strip()}] {unit.strip()}" for name, _, unit in addresses]} if addresses else {}),
    }


def _published(year: str, day: str, early: str) -> str | None:
    """PY with PD (``NOV 26``, ``26 NOV 2018``, ``JUN``); seasons and ranges of months say no more than the year.
    A paper that so far has only appeared early carries EA (``MAY 2020``) and no year."""
    if not re.fullmatch(r"(1[5-9]|20)\d\d", year):
        match = re.fullmatch(r"([A-Z]{3}) ((?:1[5-9]|20)\d\d)", early.upper()) if not year else None
        return f"{match[2]}-{MONTHS[match[1]]:02d}" if match and match[1] in MONTHS else None
    words = day.upper().replace(year, "").split()
    months = [MONTHS[word] for word in words if word in MONTHS]
    days = [int(word) for word in words if word.isdecimal() and 1 <= int(word) <= 31]
    if len(months) != 1 or len(words) != len(months) + len(days) or len(days) > 1:
        return year
    return f"{year}-{months[0]:02d}" + (f"-{days[0]:02d}" if days else "")


def indexes(names: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    codes: list[str] = []
    unlisted: list[str] = []
    for name in names:
        plain = re.sub(r"\s*\([^)]*\)$", "", name).replace("–", "-")
        if plain in _INDEXES:
            codes.append(_INDEXES[plain])
        else:
            unlisted.append(name)
    return tuple(dict.fromkeys(codes)), tuple(dict.fromkeys(unlisted))


def _authors(block: Block, reprint: str) -> tuple[tuple[Author, ...], tuple[str, ...]]:
    """AF (full names) in order, each with the addresses of C1 that name it; RP marks the corresponding ones.
    Addresses that name nobody are given to a single author, else kept apart."""
    short = [clean(html.unescape(name)) for name in block.get("AU", ()) if name.strip()]
    full = [clean(html.unescape(name)) for name in block.get("AF", ()) if name.strip()]
    names = full if len(full) >= len(short) else short
    if not names:
        names = [clean(html.unescape(name)) for name in block.get("CA", ()) if name.strip()]
    of: dict[str, list[str]] = {}
    unassigned: list[str] = []
    printed = html.unescape(" ".join(part.strip() for part in block.get("C1", ())))
    if "[" in printed:
        for group, address in _ADDRESS.findall(printed):
            for name in group.split(";"):
                of.setdefault(clean(name).casefold(), []).append(clean(address).strip(" .;"))
    else:
        unassigned = [clean(part).strip(" .") for part in re.split(r";|\.\s(?=[A-Z])", printed) if part.strip(" .")]
        if len(names) == 1:
            of[names[0].casefold()], unassigned = unassigned, []
    corresponding = _corresponding(reprint)
    authors = []
    for i, name in enumerate(names):
        abbreviated = short[i] if i < len(short) else name
        units = of.get(name.casefold()) or of.get(abbreviated.casefold()) or []
        marked = bool({name.casefold(), abbreviated.casefold()} & corresponding)
        authors.append(Author(name, tuple(dict.fromkeys(units)), marked))
    return tuple(authors), tuple(unassigned)


def _corresponding(reprint: str) -> set[str]:
    """Names before each ``(corresponding author)``; what stands before them is the address of the one before."""
    names: set[str] = set()
    parts = _CORRESPONDING.split(reprint)
    for i, part in enumerate(parts[:-1]):
        people = part.rsplit(".;", 1)[-1] if i else part
        names |= {name.strip().casefold() for name in people.split(";") if name.strip()}
    return names
