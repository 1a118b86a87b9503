"""References in GB/T 7714-2015, numeric form, as for a list of one's own publications.

Up to three authors, then 等 or et al.; Chinese names whole, others as family name in capitals and initials without
dots. What a record does not say is left out rather than made up (no [出版地不详]).
"""

from __future__ import annotations

from ingestion.exchange.export.works import Name, Work, initials

MARKS = {"journal": "J", "conference": "C", "book": "M", "patent": "P", "standard": "S", "report": "R"}
MOST_AUTHORS = 3


def reference(work: Work) -> str:
    """One reference, with its full stop at the end."""
    lead = authors(work.authors, chinese=work.is_chinese)
    if work.edited and lead:
        lead += ", 主编" if work.is_chinese else ", " + ("eds" if len(work.authors) > 1 else "ed")
    start = f"{lead.rstrip('.')}. " if lead else ""
    title = work.title.rstrip(".。")
    mark = MARKS[work.kind]
    match work.kind:
        case "journal":
            body = f"{title}[{mark}]. {_joined(', ', work.container, _dated(work))}"
        case "conference":
            host = _joined(", ", work.container or work.conference)
            body = f"{title}[{mark}]" + (f"//{host}" if host else "") + _after(". ", _imprint(work)) + _after(": ", work.pages)
        case "book":
            edition = _edition(work)
            translated = f"{authors(work.translators, chinese=work.is_chinese)}{', 译' if work.is_chinese else ', trans'}" if work.translators else ""
            body = f"{title}[{mark}]" + _after(". ", translated) + _after(". ", edition) + _after(". ", _imprint(work)) + _after(": ", work.pages)
        case "patent":
            body = f"{title}{_after(': ', work.number)}[{mark}]" + _after(". ", work.day)
        case "standard":
            body = f"{title}{_after(': ', work.number)}[{mark}]" + _after(". ", work.year)
        case _:
            body = f"{title}[{mark}]" + _after(". ", _imprint(work))
    text = f"{start}{body}".rstrip(" .") + "."
    return f"{text} DOI: {work.doi}." if work.doi else text


def authors(names: tuple[Name, ...], *, chinese: bool) -> str:
    """The names of a reference: 张伟, 李娜, 王强, 等 or SMITH J P, ZHANG W, et al."""
    shown = ", ".join(_name(name) for name in names[:MOST_AUTHORS])
    if len(names) <= MOST_AUTHORS:
        return shown
    return f"{shown}, 等" if chinese and names[0].is_chinese else f"{shown}, et al"


def _name(name: Name) -> str:
    if not name.family:
        return name.whole
    return f"{name.family.upper()} {initials(name.given)}".strip()


def _dated(work: Work) -> str:
    """2025, 58(3): 412-425; 2025(3): 1-9 where no volume is counted; whatever of it there is."""
    if work.printed:
        return _joined(", ", work.year, work.printed)
    issue = f"({work.issue})" if work.issue else ""
    when = _joined(", ", work.year, work.volume) + issue
    return _joined(": ", when, work.pages)


def _imprint(work: Work) -> str:
    """Place: publisher, year."""
    return _joined(", ", _joined(": ", work.place, work.publisher), work.year, work.printed)


def _edition(work: Work) -> str:
    if work.edition < 2:
        return ""
    if work.is_chinese:
        return f"{work.edition} 版"
    suffix = "th" if 10 <= work.edition % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(work.edition % 10, "th")
    return f"{work.edition}{suffix} ed"


def _joined(separator: str, *parts: str) -> str:
    return separator.join(part for part in parts if part)


def _after(separator: str, part: str) -> str:
    return f"{separator}{part}" if part else ""
