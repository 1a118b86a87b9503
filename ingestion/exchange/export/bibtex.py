"""BibTeX entries in UTF-8. Chinese names and bodies stand in braces, so that no program takes them apart."""

from __future__ import annotations

import re

from ingestion.exchange.export.works import Name, Work

_TYPES = {"journal": "article", "conference": "inproceedings", "book": "book", "patent": "patent", "standard": "techreport", "report": "techreport"}
_SPECIAL = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
            "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_"}  # fmt: skip
_PATTERN = re.compile("[" + re.escape("".join(_SPECIAL)) + "]")


def escaped(text: str) -> str:
    return _PATTERN.sub(lambda match: _SPECIAL[match[0]], " ".join(text.split()))


def entry(work: Work) -> str:
    """One entry; a record's number is its key."""
    month = work.day[5:7]
    fields: list[tuple[str, str]] = [
        ("author" if not work.edited else "editor", " and ".join(_name(name) for name in work.authors)),
        ("title", escaped(work.title)),
        ("journal" if work.kind == "journal" else "booktitle" if work.kind == "conference" else "", escaped(work.container or work.conference)),
        ("year", work.year),
        ("month", str(int(month)) if month else ""),
        ("volume", escaped(work.volume)),
        ("number", escaped(work.issue or work.number)),
        ("pages", escaped(work.pages).replace("-", "--")),
        ("note", escaped(work.printed)),
        ("address", escaped(work.place)),
        ("institution" if work.kind in ("report", "standard") else "publisher", escaped(work.publisher or _issuer(work))),
        ("edition", str(work.edition) if work.edition > 1 else ""),
        ("doi", work.doi),
        ("isbn", work.isbn),
        ("issn", work.issn),
        ("keywords", ", ".join(escaped(word) for word in work.keywords)),
        ("langid", "chinese" if work.is_chinese else "english"),
    ]
    lines = [f"  {name} = {{{value}}}," for name, value in fields if name and value]
    return f"@{_TYPES[work.kind]}{{{work.key},\n" + "\n".join(lines) + "\n}\n"


def _issuer(work: Work) -> str:
    return "; ".join(name.whole for name in work.authors) if work.kind == "standard" else ""


def _name(name: Name) -> str:
    """``{张伟}``, ``Beethoven, Ludwig van``."""
    if not name.family:
        return f"{{{escaped(name.whole)}}}"
    return f"{escaped(name.family)}, {escaped(name.given)}" if name.given else escaped(name.family)


def comment(lines: list[tuple[str, str]]) -> str:
    """What the file is, where every program skips it."""
    return "".join(f"% {label}: {' '.join(words.split())}\n" for label, words in lines) + "\n"
