"""Side by side: what the file says of an entry, and what will be filed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.catalog import conditions, values
from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import Codes
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.bibliographic import KIND_WORDS, Entry
from ingestion.exchange.references.journals import Suggestion

_SOURCES: Mapping[str, str] = {  # the entry's attribute behind a field
    "title": "title", "published_on": "published", "issued_on": "published", "publicised_on": "published", "granted_on": "published",
    "venue": "venue", "volume_issue_pages": "volume_issue_pages", "doi": "doi", "issn": "issn", "isbn": "isbn", "cn_serial": "cn_serial",
    "title_en": "title_en", "language": "language", "abstract": "abstract", "conference_name": "conference_name",
    "conference_place": "conference_place", "conference_on": "conference_on", "publisher": "publisher", "issuer": "publisher",
    "patentee": "publisher", "proceedings_publisher": "publisher", "place": "place", "edition": "edition", "standard_no": "identifier",
    "publication_no": "identifier", "grant_no": "identifier", "effective_on": "effective_on", "publication_stage": "stage",
}  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """One field. ``said``: in the file, ``filed``: in the record, as words; ``how``: same, changed (another form of
    what was said), added (derived, see ``why``), missing (needed and not there), left_out (said and not filed)."""

    field: str
    zh: str
    en: str
    said: str
    filed: str
    how: str
    why_zh: str = ""
    why_en: str = ""


def pairs(
    type_id: str, entry: Entry, document: Mapping[str, Any], missing: list[Issue], prefilled: Mapping[str, Suggestion], codes: Codes, language: str
) -> list[Pair]:
    """The fields of which either side has something, in form order, and those a submission needs."""
    needed = {issue.field: issue for issue in missing}
    out: list[Pair] = []
    for declared in ALL_RECORDS[type_id].fields():
        if isinstance(declared, k.FileSlot | k.Shown | k.UnitRef) or not conditions.is_shown(declared, dict(document)):
            continue
        said = _said(declared, entry, codes, language)
        filed = values.display(declared, document.get(declared.name), language, codes, dict(document))
        issue, put_in = needed.get(declared.name), prefilled.get(declared.name)
        if not said and not filed and issue is None:
            continue
        how = "missing" if issue is not None and not filed else "left_out" if not filed else "added" if put_in is not None or not said else _changed(said, filed)
        why = (issue.zh, issue.en) if issue is not None else (put_in.zh, put_in.en) if put_in is not None else ("", "")
        if declared.name == "signature" and how == "added" and put_in is None:
            why = ("按题录中的署名单位判断", "by the affiliations the source prints")
        out.append(Pair(declared.name, declared.zh, declared.en, said, filed, how, *why))
    return [*out, *_rows(type_id, entry, document, prefilled, codes, language)]


def _changed(said: str, filed: str) -> str:
    return "same" if " ".join(said.split()) == " ".join(filed.split()) else "changed"


def _said(declared: k.Field, entry: Entry, codes: Codes, language: str) -> str:
    if declared.name == "paper_type":
        return entry.kind_printed or KIND_WORDS[entry.kind][language == "en"]
    if declared.name == "language":
        return codes.label("gbt4880_language", entry.language, language) if entry.language else ""
    if declared.name == "keywords":
        return ("; " if language == "en" else "；").join(entry.keywords)
    return str(getattr(entry, _SOURCES[declared.name])) if declared.name in _SOURCES else ""


def _rows(
    type_id: str, entry: Entry, document: Mapping[str, Any], prefilled: Mapping[str, Suggestion], codes: Codes, language: str
) -> list[Pair]:
    """People, and where a paper is indexed."""
    mark = "; " if language == "en" else "；"
    step = next(ALL_RECORDS[type_id].contributor_steps())
    people = mark.join(_person(a.name, a.affiliations, language) for a in entry.authors)
    if entry.unassigned_affiliations:
        units = mark.join(entry.unassigned_affiliations)
        people += f"{mark}units: {units}" if language == "en" else f"{mark}单位：{units}"
    filed = mark.join(_person(r["name"], [u["name"] for u in r.get("affiliations") or ()], language) for r in document.get("contributors") or ())
    out = [Pair("contributors", step.zh, step.en, people, filed, _changed(people, filed) if filed else "missing")]
    if entry.indexes or document.get("indexings"):
        children = next(c for c in ALL_RECORDS[type_id].children() if c.name == "indexings")
        said = mark.join((*entry.indexes, *entry.unlisted_indexes, *([entry.accession] if entry.accession else [])))
        held = mark.join(_indexed(row, codes, language) for row in document.get("indexings") or ())
        why = prefilled.get("indexings")
        out.append(Pair("indexings", children.zh, children.en, said, held, "changed" if held else "left_out", why.zh if why else "", why.en if why else ""))
    return out


def _person(name: str, units: Any, language: str) -> str:
    if not units:
        return name
    return f"{name} ({', '.join(units)})" if language == "en" else f"{name}（{'、'.join(units)}）"


def _indexed(row: Mapping[str, Any], codes: Codes, language: str) -> str:
    words = [codes.label("paper_index", row["index_code"], language), str(row.get("index_year") or ""), row.get("accession_no") or ""]
    return " ".join(word for word in words if word)
