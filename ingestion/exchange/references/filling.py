"""What a paper's draft is prefilled with beyond its source, so that its author has little left to type. Everything put
in is named with its reason: the author sees it and answers for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ingestion.exchange.bibliographic import Entry
from ingestion.exchange.bibliographic.text import has_hanzi
from ingestion.exchange.references.journals import Journals, Suggestion

FOREIGN, PUBLIC = "1", "2"  # of paper_publish_range: 国外学术期刊, 国内外公开发行
_ENGLISH = re.compile(r"\b(?:the|of|and|in|for|on|with|to|by|from|an?)\b", re.I)


def fill(type_id: str, entry: Entry, document: dict[str, Any], journals: Journals) -> dict[str, Suggestion]:
    """Put in what can be derived; returns what was put in, by field."""
    out: dict[str, Suggestion] = {}
    if type_id != "paper":
        return out
    for name, found in (*journals.facts(document).items(), *_derived(entry, document).items()):
        if not document.get(name) and name not in out:
            document[name] = found.value
            out[name] = found
    year = str(document.get("published_on") or "")[:4]
    for row in document.get("indexings") or ():
        if year and "index_year" not in row:
            row["index_year"] = int(year)
            out["indexings"] = Suggestion(int(year), "收录时间按发表年份预填，请核对", "the year of indexing is that of publication; check it")
    return out


def _derived(entry: Entry, document: Mapping[str, Any]) -> dict[str, Suggestion]:
    out: dict[str, Suggestion] = {}
    chinese = has_hanzi(entry.title) or has_hanzi(entry.venue)
    if document.get("paper_type") == "1":
        if document.get("cn_serial") and document.get("issn"):
            out["publish_range"] = Suggestion(PUBLIC, "刊物有 CN 号和 ISSN 号", "the journal has a CN number and an ISSN")
        elif not chinese and not document.get("cn_serial") and entry.venue:
            out["publish_range"] = Suggestion(FOREIGN, "刊名为外文，且没有 CN 号", "the journal's name is foreign and it has no CN number")
        elif has_hanzi(entry.venue):
            out["publish_range"] = Suggestion(PUBLIC, "刊名为中文，按国内外公开发行预填，请核对", "the journal's name is Chinese; most are published at home and abroad; check it")
    elif not chinese and entry.venue:
        out["publish_range"] = Suggestion(FOREIGN, "论文集为外文", "the proceedings are foreign")
    if not chinese and len(_ENGLISH.findall(entry.title)) >= 2:
        out["language"] = Suggestion("en", "题名为英文", "the title is English")
    if document.get("paper_type") == "2" and entry.venue:
        out["conference_name"] = Suggestion(entry.venue, "题录没有会议名称，按论文集名称预填", "the source names no conference; its proceedings' name")
    return out
