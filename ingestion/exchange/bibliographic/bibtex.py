"""BibTeX. bibtexparser splits the file into blocks; what it calls failed is read here as far as it goes or named.

Fourteen to twenty-two of a hundred entries of real exports land in its ``failed_blocks``: repeated keys and fields
are no fault there, and both values are kept. Values are put together, resolved and freed from LaTeX here, because
the parser's own middleware knows neither ``#`` nor an end to what ``@string`` may grow to.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field

from bibtexparser import model
from bibtexparser.exceptions import BlockAbortedException
from bibtexparser.splitter import Splitter

from ingestion.exchange.bibliographic import latex, names, printed, wos
from ingestion.exchange.bibliographic.entry import Author, Doubt, Entry, Problem, broken, no_title
from ingestion.exchange.bibliographic.text import MOST_ENTRIES, clean, has_hanzi, too_many

logging.getLogger("bibtexparser.splitter").disabled = True  # it logs the user's lines; what failed is told to the user instead

MOST_FIELDS = 600_000  # some 300 bytes each
LONGEST_STRING = 20_000  # characters an @string may grow to, together with the strings it names
MOST_DOUBTS = 20  # told of one entry
LONGEST = 200_000  # characters of one value once its strings are put in
_START = re.compile(r"^[ \t]*@[ \t]*([A-Za-z]+)[ \t]*[{(]", re.M)
_ANY_START = re.compile(r"@\w*[ \t]*[{(]")
_LOST = re.compile(r"^[ \t]*@[A-Za-z]+", re.M)
_KEY = re.compile(r"[^\s{}()\",=#%'\\]+")
_NOT_ENTRIES = ("string", "comment", "preamble")


def is_bibtex(text: str) -> bool:
    return any(match[1].casefold() not in _NOT_ENTRIES for match in _START.finditer(text))


def read(text: str) -> tuple[list[Entry], list[Problem]]:
    """Entries, and the problems of the blocks that are none.

    Raises:
        OperationError: more blocks or fields than fit into memory.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if max(len(_ANY_START.findall(text)), len(_LOST.findall(text))) > MOST_ENTRIES or text.count("=") > MOST_FIELDS:
        raise too_many()
    blocks = Splitter(_joined_starts(text)).split().blocks
    strings = _Strings(blocks)
    entries: list[Entry] = []
    problems: list[Problem] = []
    number = 0
    for block in blocks:
        line = (block.start_line or 0) + 1
        found = _entry_of(block)
        if found is not None:
            number += 1
            outcome = _entry(number, line, found, strings)
            if isinstance(outcome, Entry):
                entries.append(outcome)
            else:
                problems.append(outcome)
        elif isinstance(block, model.ParsingFailedBlock):
            if not (block.raw or "").lstrip("@ \t").casefold().startswith(_NOT_ENTRIES):
                number += 1
                problems.append(broken(number, line, *_cause(block)))
            elif not isinstance(block, model.DuplicateBlockKeyBlock):
                problems.append(Problem(0, line, f"第 {line} 行的 @string 定义不完整，已忽略。", f"The @string on line {line} is not complete and was left out."))
        elif isinstance(block, model.ImplicitComment):
            counted, at = 0, line
            for lost in _LOST.finditer(block.comment):
                at, counted = at + block.comment.count("\n", counted, lost.start()), lost.start()
                number += 1
                problems.append(broken(number, at, f"“{lost[0].strip()}”之后缺少 {{，无法读取。", f"there is no {{ behind “{lost[0].strip()}”."))
    return entries, problems


def _joined_starts(text: str) -> str:
    """``@article`` and its brace on the next line belong together, as does ``@ article``. The line breaks move behind
    the brace, so that lines keep their numbers."""
    text = re.sub(r"^([ \t]*@)[ \t]+(?=[A-Za-z]+\s*[{(])", r"\1", text, flags=re.M)
    return re.sub(r"^([ \t]*@[A-Za-z]+)[ \t]*((?:\n[ \t]*){1,20})([{(])", r"\1\3\2", text, flags=re.M)


def _entry_of(block: model.Block) -> model.Entry | None:
    """The entry of a block: also of one that repeats a key or a field."""
    if isinstance(block, model.ParsingFailedBlock):
        held = block.ignore_error_block
        return held if isinstance(held, model.Entry) else None
    return block if isinstance(block, model.Entry) else None


def _cause(block: model.ParsingFailedBlock) -> tuple[str, str]:
    reason = block.error.abort_reason if isinstance(block.error, BlockAbortedException) else ""
    if "end of file" in reason:
        return "不完整：到文件末尾仍缺少结束的 }。", "is cut off: the closing } is missing at the end of the file."
    if "block start" in reason:
        return "不完整：下一条开始前缺少结束的 } 或引号。", "is not closed: its } or quotation mark is missing before the next entry."
    if "comma after entry key" in reason:
        return "引用键之后缺少逗号。", "the comma behind the key is missing."
    if "`=`" in reason:
        return "有一个字段缺少等号（=）。", "a field lacks its equals sign (=)."
    return "语法有误，无法读取。", "the syntax cannot be read."


# --- values ---------------------------------------------------------------------------------------------


@dataclass
class _Value:
    """One value put together. ``unknown``: names of strings the file does not define. ``behind``: the field before
    it, where the comma between them is missing."""

    text: str
    behind: str = ""
    unknown: list[str] = field(default_factory=list)
    too_long: bool = False


class _Strings:
    """The file's ``@string`` definitions, each put together once and no longer than LONGEST_STRING."""

    def __init__(self, blocks: list[model.Block]) -> None:
        self.raw: dict[str, str] = {name.lower(): str(i) for name, i in printed.MONTHS.items()}
        for block in blocks:
            held = block.ignore_error_block if isinstance(block, model.ParsingFailedBlock) else block
            if isinstance(held, model.String):
                self.raw[held.key.casefold()] = held.value
        self.done: dict[str, _Value] = {name.lower(): _Value(name.capitalize()) for name in printed.MONTHS}
        self.open: set[str] = set()

    def values(self, name: str, raw: str, longest: int = LONGEST) -> list[tuple[str, _Value]]:
        """``{a} # b # "c"`` as one text under its name; more fields where commas between them were forgotten."""
        out = [(name, _Value(""))]
        parts: list[str] = []
        size = at = 0
        while (piece := _piece(raw, at)) is not None:
            word, enclosed, at = piece
            value = out[-1][1]
            if not enclosed and word == "#":
                continue
            if not enclosed and (equals := re.match(r"\s*=\s*", raw[at : at + 50])):
                value.text, parts, size = "".join(parts), [], 0
                out.append((word, _Value("", behind=out[-1][0])))
                at += equals.end()
                continue
            if not enclosed and not word.isdecimal():
                held = self.named(word)
                if held is None:
                    value.unknown.append(word)
                else:
                    word, value.too_long = held.text, value.too_long or held.too_long
                    value.unknown += held.unknown[:3]
            if size + len(word) > longest:
                value.too_long = True
                word = word[: longest - size]
            size += len(word)
            parts.append(word)
        out[-1][1].text = "".join(parts)
        return out

    def named(self, name: str) -> _Value | None:
        key = name.casefold()
        if key in self.done:
            return self.done[key]
        if key not in self.raw or key in self.open or len(self.open) > 100:
            return None
        self.open.add(key)
        self.done[key] = self.values(key, self.raw[key], LONGEST_STRING)[0][1]
        self.open.discard(key)
        return self.done[key]


def _piece(raw: str, at: int) -> tuple[str, bool, int] | None:
    """The next piece of a value from ``at``: its text, whether it was enclosed, and where it ends."""
    while at < len(raw) and raw[at].isspace():
        at += 1
    if at >= len(raw):
        return None
    if raw[at] == "{":
        end = _closing(raw, at)
        return raw[at + 1 : end], True, end + 1
    if raw[at] == '"':
        end = _quote(raw, at + 1)
        return raw[at + 1 : end], True, end + 1
    if raw[at] == "#":
        return "#", False, at + 1
    match = _KEY.match(raw, at)
    if match is None:
        return raw[at], True, at + 1
    return match[0], False, match.end()


_BRACE = re.compile(r"\\.|[{}]", re.S)
_QUOTED = re.compile(r"\\.|[{}\"]", re.S)


def _closing(raw: str, at: int) -> int:
    depth = 0
    for match in _BRACE.finditer(raw, at):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return match.start()
    return len(raw)


def _quote(raw: str, at: int) -> int:
    depth = 0
    for match in _QUOTED.finditer(raw, at):
        if match[0] == '"' and depth <= 0:
            return match.start()
        depth += {"{": 1, "}": -1}.get(match[0], 0)
    return len(raw)


# --- entries --------------------------------------------------------------------------------------------


class _Fields:
    """An entry's fields by lower-case name, each with all its values in order."""

    def __init__(self, entry: model.Entry, strings: _Strings) -> None:
        self.values: dict[str, list[str]] = {}
        self.doubts: list[Doubt] = []
        for written in entry.fields:
            for key, value in strings.values(written.key, written.value):
                name = clean(key).casefold()[:40]
                self._tell(name, value)
                if value.text.strip():
                    self.values.setdefault(name, []).append(value.text)
        del self.doubts[MOST_DOUBTS:]

    def _tell(self, name: str, value: _Value) -> None:
        if value.behind:
            self.doubts.append(Doubt(f"字段 {value.behind} 之后缺少逗号，已按两个字段读取", f"The comma behind the field {value.behind} is missing; it was read as two fields"))
        if value.too_long:
            self.doubts.append(Doubt(f"字段 {name} 过长，已截断", f"The field {name} is too long and was cut"))
        for word in value.unknown[:3]:
            self.doubts.append(Doubt(f"字段 {name} 引用了没有定义的 @string “{word[:40]}”，按原文保留", f"The field {name} names the undefined @string “{word[:40]}”; it was kept as written"))

    def one(self, *keys: str) -> str:
        """The first of these fields, as plain text."""
        return next((text for text in self.all(*keys)), "")

    def all(self, *keys: str) -> list[str]:
        return [text for key in keys for value in self.values.get(key, ()) if (text := clean(latex.text(value)))]

    def differing(self, *keys: str) -> list[str]:
        """Fields that stand there twice with different values."""
        return [key for key in keys if len({clean(latex.text(v)) for v in self.values.get(key, ())}) > 1]


SINGLE = ("title", "journal", "journaltitle", "booktitle", "year", "date", "volume", "number", "pages", "doi", "issn")


def _entry(number: int, line: int, block: model.Entry, strings: _Strings) -> Entry | Problem:
    fields = _Fields(block, strings)
    title = fields.one("title")
    if not title:
        return no_title(number, line, "title")
    kind_printed = block.entry_type.strip().casefold()
    kind = printed.kind(kind_printed)
    venue = fields.one("journal", "journaltitle", "booktitle", "series") if kind != "book" else fields.one("series")
    if kind == "other" and venue and not printed.preprint(venue):
        kind = "journal"
    google_patent = re.fullmatch(r"(?:[A-Z]{2}|[A-Za-z ]{2,20}) Patent (?:App\. )?([\dA-Z/,. ]{5,20})", fields.one("note"))
    if kind == "other" and google_patent:
        kind = "patent"
    document_type = fields.one("document_type", "document-type", "type")
    if kind == "journal" and "conference" in document_type.casefold() or (kind_printed == "misc" and fields.one("booktitle")):
        kind = "conference"
    doubts = list(fields.doubts)
    for key in fields.differing(*SINGLE):
        shown = " / ".join(dict.fromkeys(fields.all(key)))[:200]
        doubts.append(Doubt(f"字段 {key} 出现多次且内容不同，采用第一个：{shown}", f"The field {key} stands there more than once with different values; the first is used: {shown}"))
    people, more = _names([value for value in fields.values.get("author", ())])
    authors, unassigned = _affiliated(people, fields)
    indexes, unlisted = _indexes(fields)
    meeting = _MEETING.fullmatch(fields.one("note")) if kind == "conference" else None
    pages = printed.pages(fields.one("pages")) or printed.pages(fields.one("art_number", "article-number", "eid"))
    return Entry(
        number,
        line,
        title=title,
        published=printed.published(*(t for t in (fields.one("date"), fields.one("year"), _year_month(fields)) if t)),
        venue=venue,
        kind=kind,
        kind_printed=kind_printed,
        title_en="" if not has_hanzi(title) else fields.one("title_en", "englishtitle", "titleaddon_en"),
        authors=authors,
        unassigned_affiliations=unassigned,
        volume=printed.number(fields.one("volume")),
        issue=printed.number(fields.one("number", "issue")) if kind not in ("standard", "patent", "report") else "",
        pages=pages,
        doi=printed.doi(*fields.all("doi"), *fields.all("url")),
        issn=printed.issn(*fields.all("issn", "eissn")),
        isbn=printed.isbn(*fields.all("isbn")),
        cn_serial=printed.cn_serial(*fields.all("cn")),
        accession=fields.one("unique-id", "accession", "eid"),
        indexes=indexes,
        unlisted_indexes=unlisted,
        keywords=tuple(dict.fromkeys(w for text in fields.all("keywords", "keyword", "author_keywords") for w in printed.keywords(text))),
        abstract=fields.one("abstract"),
        language=printed.language(fields.one("language", "langid")) or ("zh" if has_hanzi(title) else ""),
        conference_name=fields.one("eventtitle", "conference", "note_conference") or (meeting[1] if meeting else "") if kind == "conference" else "",
        conference_place=fields.one("venue", "eventlocation", "location") or (meeting[2] if meeting else "") if kind == "conference" else "",
        publisher=fields.one("publisher", "school", "institution", "organization"),
        place=fields.one("address", "location"),
        edition=fields.one("edition"),
        identifier=fields.one("number", "standard_no", "patent_number") or (google_patent[1] if google_patent else "")
        if kind in ("standard", "patent", "report")
        else "",
        funding=fields.one("funding-text", "funding_details", "fund", "funding"),
        doubts=(*doubts, *printed.incomplete(more)),
    )


def _year_month(fields: _Fields) -> str:
    """``year`` and ``month`` together; a month may be ``nov``, ``11``, ``November`` or ``nov # "~26"``."""
    year, month = fields.one("year"), fields.one("month")
    if not re.fullmatch(r"\d{4}", year) or not month:
        return ""
    if year in month:
        return month  # Web of Science: ``2024 JAN 5``
    month = month.removesuffix("月")
    return f"{year}-{int(month):02d}" if re.fullmatch(r"0?[1-9]|1[0-2]", month) else f"{month} {year}"


def _names(values: list[str]) -> tuple[tuple[str, ...], bool]:
    """Authors between ``and`` outside of braces, which keep a collaboration together."""
    parts = [latex.text(part) for value in values for part in _at_and(value[: names.LONGEST])]
    found, more = names.of_bibtex([clean(part) for part in parts if part.strip()])
    return tuple(dict.fromkeys(found)), more or any(len(value) > names.LONGEST for value in values)


def _at_and(value: str) -> list[str]:
    parts: list[str] = []
    depth = start = 0
    for match in re.finditer(r"\\.|[{}]|\s+and(?=\s|$)", value, re.S | re.I):
        if match[0] in "{}":
            depth += 1 if match[0] == "{" else -1
        elif depth <= 0 and match[0][0] != "\\":
            parts.append(value[start : match.start()])
            start = match.end()
    parts.append(value[start:])
    return [re.sub(r"^\s*and\s+", "", part) for part in parts]


_MEETING = re.compile(r"((?:(?:19|20)\d\d )?[^,]{3,200}(?:,[^,]{1,60})?), ([A-Z][^,]{1,60}, [A-Z][^,]{1,60}), [A-Z]{3}[A-Z0-9 -]{2,20}, (?:19|20)\d\d")
_REPRINT = re.compile(r"([^.]{3,300}?)\s*\((?:corresponding|reprint) author\)\s*,\s*(.*)", re.I)


def _by_line(people: tuple[str, ...], printed_: str) -> tuple[Author, ...]:
    """Web of Science: a line an address, behind the names it belongs to; nothing where no line names anybody."""
    units: dict[str, list[str]] = {name: [] for name in people}
    longest, corresponding = sorted(people, key=len, reverse=True), set()
    for line in printed_.split("\n"):
        rest = clean(line).rstrip(" .")
        if reprint := _REPRINT.fullmatch(rest):
            corresponding |= {name for short in reprint[1].split(";") for name in people if _abbreviates(clean(short), name)}
            continue
        held = []
        while name := next((name for name in longest if rest.startswith(name)), ""):
            held.append(name)
            rest = rest[len(name) :].lstrip(" ;,")
        for name in held:
            units[name].append(rest)
    if not any(units.values()):
        return ()
    return tuple(Author(name, tuple(dict.fromkeys(units[name])), name in corresponding) for name in people)


def _abbreviates(short: str, name: str) -> bool:
    """``Zhang, WL`` of ``Zhang, Wenli``: one surname, one first letter."""
    (surname, _, given), (full, _, spelt) = short.partition(","), name.partition(",")
    return surname.casefold() == full.casefold() and given.strip()[:1].casefold() == spelt.strip()[:1].casefold()


def _affiliated(people: tuple[str, ...], fields: _Fields) -> tuple[tuple[Author, ...], tuple[str, ...]]:
    if "unique-id" in fields.values and (found := _by_line(people, "\n".join(map(latex.text, fields.values.get("affiliation", ()))))):
        return found, ()
    text = ";".join(fields.all("affiliations", "affiliation", "address_author"))
    return printed.authors(people, text)


def _indexes(fields: _Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Web of Science names the editions of its index, Scopus itself as the source."""
    codes, unlisted = wos.indexes(re.split(r"\s*;\s*", fields.one("web-of-science-index"))) if fields.one("web-of-science-index") else ((), ())
    if "SCOPUS" in (source.upper() for source in fields.all("source")):
        codes = (*codes, "SCOPUS")
    if "COMPENDEX" in (source.upper() for source in fields.all("copyright", "source")):
        codes = (*codes, "EI")
    return codes, unlisted
