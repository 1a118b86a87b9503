"""Reference lists as GB/T 7714 prints them, and as CNKI exports them (引文格式, 查新):
``[1] 张伟, 李娜. 题名[J]. 刊名, 2020, 40(5): 1-10.``
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypedDict

from ingestion.exchange.bibliographic import names, printed, tagged
from ingestion.exchange.bibliographic.entry import Entry, Kind, Problem, broken
from ingestion.exchange.bibliographic.text import MOST_ENTRIES, clean, has_hanzi, lines, too_many

LONGEST = 20_000  # characters of one reference, without its abstract
_MARK = re.compile(r"[\[［【]\s*(J|C|M|D|N|S|P|R|G|A|Z|DB|CP|EB|CM|DS)\s*(?:[/／]\s*(?:OL|MT|DK|CD))?\s*[\]］】]")
_BRACKETED = re.compile(r"^\s{0,12}[\[［【(（〔]\s*(\d{1,5})\s*[\]］】)）〕]\s*")
_DOTTED = re.compile(r"^\s{0,12}(\d{1,5})\s*[.．、)）](?!\d)\s*")
_LABEL = re.compile(r"^\s{0,12}(摘要|关键词|关键字|基金|基金项目|作者单位|单位|机构|DOI|ISSN|作者简介|分类号|中图分类号)\s*[:：]\s*(.*)$")
_STOP = re.compile(r"[.．。]")
_ACCESSED = re.compile(r"[\[［]\s*\d{4}-\d{1,2}-\d{1,2}\s*[\]］]")
_ONLINE_DATE = re.compile(r"[(（]\s*\d{4}-\d{1,2}-\d{1,2}\s*[)）]")
_VENUE = re.compile(
    r"^(?P<venue>.{1,400}?)\s*[,，.．]\s*(?P<year>(?:19|20)\d\d)(?!\d|\s?年)(?:-\d{1,2}-\d{1,2})?\s*(?P<rest>.*)$", re.S
)
_EARLY = re.compile(r"^(?P<venue>.{1,300}?)\s*[:：,，]\s*(?P<pages>\d{1,6}\s*[-–—－]\s*\d{1,6})\s*$")
_ISSUE = re.compile(
    r"^[,，.．]?\s*(?P<volume>[A-Za-z]?\d[\w-]{0,12}|[A-Z]\d{0,3})?\s*(?:[(（]\s*(?P<issue>[^)）]{1,30})\s*[)）])?\s*(?:[:：,，]\s*(?P<pages>[A-Za-z]?\d[\w\s+,，–—－-]{0,60}))?"
)

_CIRCLED = re.compile(r"^\s{0,12}([①-⑳])", re.M)
_YEAR_ALONE = re.compile(r"((?:19|20)\d\d)[a-z]?")
_ISSUE_BEHIND = re.compile(
    r"\s*[,，]\s*([A-Za-z]?\d[\w-]{0,12}\s*(?:[(（][^)）]{1,30}[)）])?\s*(?:[:：].*)?|[(（][^)）]{1,30}[)）]\s*(?:[:：].*)?)$"
)
_VIP = re.compile(r"[.．](?P<venue>[^.．。]{2,100})\[J\]\s*[,，](?P<year>(?:19|20)\d\d)")
_INVENTORS = re.compile(r"([^.．。,，:：]{2,300})[.．。](?=[^.．。]{0,40}[:：]\s?[A-Z]{2}\d)")
_NUMBER_BEHIND = re.compile(
    r"[:：,，]\s*((?:[A-Z]{2}\s?|ZL\s?)?\d{8,13}(?:\.[\dX])?[A-Z]?\d?|[A-Z]{1,4}(?:\s?[/／]\s?[A-Z]{1,2})?\s?[\d.]+(?:\s?[-—–]+\s?\d{2,4})?)$"
)
_PROCEEDINGS = re.compile(r"论文集|会议|年会|大会|研讨会|论坛|Proceedings|Conference|Symposium|Workshop|Congress", re.I)


def is_list(text: str) -> bool:
    return bool(_MARK.search(text))


class _Where(TypedDict, total=False):
    venue: str
    published: str
    volume: str
    issue: str
    pages: str
    identifier: str
    place: str
    publisher: str


@dataclass
class _Reference:
    number: int
    line: int
    text: list[str] = field(default_factory=list)
    labels: dict[str, list[str]] = field(default_factory=dict)
    size: int = 0


def read(text: str) -> tuple[list[Entry], list[Problem]]:
    """Entries, and the problems of lines no reference can be made of."""
    text = _CIRCLED.sub(lambda found: f"[{ord(found[1]) - ord('①') + 1}]", text)
    return tagged.sorted_out(_entry(reference) for reference in _references(lines(text)))


class _Numbers:
    """How this list numbers its references: in brackets, or by numbers that count up (a wrapped page ``110.`` does
    not), or not at all."""

    def __init__(self, rows: list[str]) -> None:
        self.pattern = next((p for row in rows if _MARK.search(row) for p in (_BRACKETED, _DOTTED) if p.match(row)), None)
        self.last = 0

    def match(self, row: str) -> re.Match[str] | None:
        found = self.pattern.match(row) if self.pattern is not None else None
        if found is None or (self.pattern is _DOTTED and self.last and int(found[1]) != self.last + 1):
            return None
        self.last = int(found[1])
        return found


def _references(rows: list[str]) -> list[_Reference]:
    """Numbered lists: a number opens a reference. Others: every line does that has a type mark, when the one before
    has its own; lines between them go on, and ``摘要：`` belongs to the reference above it."""
    numbers = _Numbers(rows)
    out: list[_Reference] = []
    label = ""
    marked = parted = False
    for at, row in enumerate(rows, start=1):
        if not row.strip():
            label, parted = "", True
            continue
        labelled = _LABEL.match(row)
        number = numbers.match(row)
        has_mark = bool(_MARK.search(row))
        if labelled and out and not has_mark:
            label = labelled[1]
            out[-1].labels.setdefault(label, []).append(labelled[2])
        elif number or (numbers.pattern is None and (not out or (marked and (has_mark or parted)))):
            if len(out) >= MOST_ENTRIES:
                raise too_many()
            out.append(_Reference(len(out) + 1, at, [row[number.end() :] if number else row]))
            label, marked, parted = "", has_mark, False
        elif not out:
            continue  # a heading above the list
        elif out[-1].size < LONGEST:
            (out[-1].labels[label] if label else out[-1].text).append(row)
            out[-1].size += len(row)
            marked = marked or (has_mark and not label)
    return out


def _entry(reference: _Reference) -> Entry | Problem:
    number, line = reference.number, reference.line
    rows = reference.text
    if _VIP.search(rows[0]):  # VIP's text form: 题名.刊名[J],2021(3):1-10, and the abstract below without a word
        reference.labels.setdefault("摘要", []).extend(rows[1:])
        rows = [_VIP.sub(r"[J].\g<venue>,\g<year>", rows[0])]
    text = _joined(rows)[:LONGEST]
    mark = _MARK.search(text)
    if mark is None:
        return broken(
            number,
            line,
            f"没有文献类型标识（如 [J]、[C]）：{text[:60]}",
            f"there is no type mark such as [J] or [C]: {text[:60]}",
        )
    (found, more), title = _parted(text[: mark.start()])
    if not title:
        return broken(number, line, f"[{mark[1]}] 之前没有题名。", f"there is no title before [{mark[1]}].")
    found, more, title, year = _dated(found, more, title)
    kind = printed.kind(mark[1])
    if kind == "book" and re.match(r"\s*[/／]{2}", text[mark.end() :]):
        kind = "collection"
    behind = _ACCESSED.sub("", text[mark.end() :]).strip(" .．。,，")
    if kind == "patent" and not found and (people := _INVENTORS.match(behind)):
        found, more = names.split(people[1])
    doubts = printed.incomplete(more)
    doi = printed.doi(*reference.labels.get("DOI", ()), text)
    behind = re.split(r"[.．。]?\s*(?:https?://|DOI\s*[:：]|doi\s*[:：])", behind, maxsplit=1)[0]
    where = _where(kind, _with_year(kind, behind, year))
    if kind in ("standard", "patent") and (code := _NUMBER_BEHIND.search(title)):
        where["identifier"], title = clean(code[1]), title[: code.start()].strip(" .．。")
    elif kind == "standard" and (code := re.match(r"([A-Z]{1,4}(?:/[TZ])?\s?[\d.]+(?:[-—–]+\d{2,4})?)\s*[,，:：]\s*(.+)$", title)):
        where["identifier"], title = clean(code[1]), clean(code[2])
    authors, unassigned = printed.authors(found, ";".join(t for k in ("作者单位", "单位", "机构") for t in reference.labels.get(k, ())))
    return Entry(
        number,
        line,
        title=title,
        kind=kind,
        kind_printed=mark[1],
        authors=authors,
        unassigned_affiliations=unassigned,
        doi=doi,
        issn=printed.issn(*reference.labels.get("ISSN", ())),
        keywords=printed.keywords(";".join(t for k in ("关键词", "关键字") for t in reference.labels.get(k, ()))),
        abstract=clean(" ".join(reference.labels.get("摘要", ()))),
        funding=clean(" ".join(t for k in ("基金", "基金项目") for t in reference.labels.get(k, ()))),
        language="zh" if has_hanzi(title) else "",
        doubts=doubts,
        **where,
    )


def _joined(rows: list[str]) -> str:
    """Wrapped lines as one: no space is put between Chinese characters, and a word parted by a hyphen is joined."""
    out = clean(rows[0])
    for row in rows[1:]:
        text = clean(row)
        if not text:
            continue
        glue = "" if not out or has_hanzi(out[-1]) or has_hanzi(text[0]) or out[-1] in "-（(" else " "
        out += glue + text
    return out


def _parted(text: str) -> tuple[tuple[tuple[str, ...], bool], str]:
    """(authors and whether there are more, title), parted at the stop behind the author list. A stop behind an
    initial, Jr or al belongs to a name; without an author list all of it is the title."""
    text = clean(text)
    for stop in _STOP.finditer(text[:3000]):
        left, right = text[: stop.start()].strip(), text[stop.end() :].strip()
        if not left or not right:
            continue
        initial = re.search(r"(?:^|[\s.,，-])(?:[A-Z]|Jr|Sr|St)$", left[-6:])
        if initial and re.match(r"[A-Z]\.|-?[A-Z]?\.?\s*[,，;；&]|and\s", right):
            continue
        if stop[0] == "." and (right[:1].islower() or (left[-1:].isdigit() and right[:1].isdigit())):
            continue
        found = names.split(left)
        if _people(left, found[0]):
            return found, right.strip(" .．。")
        break
    return ((), False), text.strip(" .．。")


def _people(text: str, found: tuple[str, ...]) -> bool:
    """Whether a list of names rather than the beginning of a title."""
    if not found or re.search(r"[:：—？?!！《》“”\"]", text):
        return False
    if has_hanzi(text):
        return all(len(name) <= 20 for name in found)
    few = len(found) > 1 or len(text.split()) <= 4
    return few and all(len(name.split()) <= 6 and len(name) <= 60 for name in found)


def _dated(found: tuple[str, ...], more: bool, title: str) -> tuple[tuple[str, ...], bool, str, str]:
    """Names, whether there are more, the title and the year that the author-date form prints behind the names:
    ``张伟, 李娜, 2021. 题名[J]`` or ``张伟. 2021. 题名[J]``."""
    if found and (match := _YEAR_ALONE.fullmatch(found[-1])):
        found, short = names.split(", ".join(found[:-1]))
        return found, more or short, title, match[1]
    if match := re.match(r"[(（]?((?:19|20)\d\d)[a-z]?[)）]?\s*[.．]\s*(?=\S)", title):
        return found, more, title[match.end() :], match[1]
    return found, more, title, ""


def _with_year(kind: Kind, behind: str, year: str) -> str:
    """What stands behind the type mark, with that year where the numbered form has it."""
    if not year or re.search(rf"(?<!\d){year}(?!\d)", behind):
        return behind
    if kind == "journal" and (issue := _ISSUE_BEHIND.search(behind)):
        return f"{behind[: issue.start()]}, {year}, {issue[1]}"
    pages = re.search(r"[:：]\s*(\d[\d\s+–—－-]*)$", behind)
    return f"{behind[: pages.start()]}, {year}: {pages[1]}" if pages else f"{behind}, {year}"


def _where(kind: Kind, text: str) -> _Where:
    """What stands behind the type mark, by kind: journal or proceedings, place, publisher, year, volume, issue, pages."""
    online = _ONLINE_DATE.search(text)
    plain = _ONLINE_DATE.sub("", text) if online and kind == "journal" else text
    out: _Where = {}
    source = plain.lstrip("/／").strip()
    if kind == "newspaper":
        day = re.search(r"((?:19|20)\d\d-\d{1,2}-\d{1,2})\s*(?:[(（]([^)）]{1,10})[)）])?", source)
        out["venue"] = source[: day.start()].strip(" ,，.") if day else source
        out["published"] = printed.published(day[1]) if day else printed.published(source)
        out["pages"] = (day[2] or "").lstrip("0") if day else ""
        return out
    if kind == "patent":
        code = re.search(r"[A-Z]{2}\s?\d[\d.]{6,}[A-Z]?\d?", source)
        out["identifier"] = code[0] if code else ""
        out["published"] = _last_date(source)
        return out
    match = _VENUE.match(source)
    if match is None:
        out["published"] = printed.published(*re.findall(r"(?:19|20)\d\d", source)[-1:])
        if kind == "journal" and (early := _EARLY.match(source)):
            out["venue"], out["pages"] = early["venue"], printed.pages(early["pages"])
        elif kind in ("journal", "conference", "collection"):
            out["venue"] = re.split(r"[,，]\s*(?=\d)", source)[0][:300].strip(" ,，.")
        else:
            bare = re.fullmatch(r"(.+?)[:：]\s*(?:19|20)\d{2}(?:\d\d)?[.．]\d+", source)  # CNKI: 科学出版社:201906.300
            out["place"], out["publisher"] = _published_by(bare[1]) if bare else ("", source[:300])
        return out
    out["published"] = match["year"]
    issue = _ISSUE.match(match["rest"])
    assert issue is not None  # every part of the pattern may be empty
    venue = match["venue"].strip(" ,，.．")
    if kind in ("journal", "conference", "collection"):
        out["volume"], out["issue"] = printed.number(issue["volume"] or ""), printed.number(issue["issue"] or "")
        out["pages"] = printed.pages(issue["pages"] or "")
    if kind == "journal":
        out["venue"] = venue
        return out
    place, publisher = _published_by(venue)
    if kind in ("conference", "collection"):
        parts = [part.strip() for part in re.split(r"[.．。]\s*", venue) if part.strip()]
        titles = [part for part in parts if not re.search(r"[:：]|出版者不详|出版社$|\bPress$", part)] or parts
        meetings = [part for part in titles if _PROCEEDINGS.search(part)]  # CNKI prints the author's unit behind it
        out["venue"] = (meetings or titles)[-1][:300].strip(" ;；")
    out["place"], out["publisher"] = place, re.sub(r"[:：](?:19|20)\d{2}(?:\d\d)?$", "", publisher.strip(" ;；"))
    return out


def _published_by(text: str) -> tuple[str, str]:
    """``北京: 清华大学出版社`` → (place, publisher)."""
    last = re.split(r"[.．。]\s*", text)[-1]
    place, colon, publisher = re.split(r"([:：])", last, maxsplit=1) if re.search(r"[:：]", last) else ("", "", last)
    publisher = "" if "出版者不详" in publisher else publisher
    return (clean(place), clean(publisher)) if colon else ("", clean(publisher))


def _last_date(text: str) -> str:
    days = re.findall(r"(?:19|20)\d\d-\d{1,2}-\d{1,2}", text) or re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", text)
    return printed.published(days[-1]) if days else ""
