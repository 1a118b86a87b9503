"""Which record type takes an entry of which kind, and what to do with an entry that the import at hand does not take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.bibliographic import KIND_WORDS, Entry
from ingestion.exchange.references import papers, works
from ingestion.exchange.references.own import Own
from ingestion.exchange.references.work import Work

TYPES: Mapping[str, str] = {  # a kind's record type; what is not here is registered nowhere
    "journal": "paper",
    "conference": "paper",
    "collection": "paper",
    "book": "book",
    "standard": "standard",
    "patent": "patent",
}
MAKERS: Mapping[str, Callable[[Entry, Own, Mapping[str, Any], Any], Work]] = {
    "paper": papers.from_entry,
    "book": works.book,
    "standard": works.standard,
    "patent": works.patent,
}
IMPORTABLE = tuple(MAKERS)
OTHER_TYPE = "I005"
_NOWHERE: Mapping[str, tuple[str, str]] = {
    "newspaper": (
        "论文类型只有期刊论文和会议论文，未导入；学校按论文统计的，请在“论文”中手工新增",
        "a paper is a journal article or a conference paper; not imported. Enter it by hand where the university counts it",
    ),
    "thesis": (
        "学位论文不作为教师成果登记，未导入",
        "theses are not registered as outcomes of staff; not imported",
    ),
    "report": (
        "题录中没有报告的采纳信息，未导入；请在“研究报告”中手工新增",
        "a reference does not say who adopted the report; not imported. Enter it under Research report by hand",
    ),
    "other": (
        "不能确定属于哪一类成果，未导入；请核对文献类型后手工新增",
        "it is not certain which kind of outcome this is; not imported. Enter it by hand",
    ),
}


def type_of(entry: Entry) -> str | None:
    """The record type an entry would be filed under; None = nowhere."""
    return None if _yearbook(entry) else TYPES.get(entry.kind)


def _yearbook(entry: Entry) -> bool:
    """CNKI files the tables of yearbooks as standards."""
    return "年鉴" in entry.database or "年鑒" in entry.database


def work(type_id: str, entry: Entry, own: Own, batch: Mapping[str, Any], codes: Any) -> Work:
    """The document of an entry whose ``type_of`` is ``type_id``."""
    return MAKERS[type_id](entry, own, batch, codes)


def elsewhere(entry: Entry, type_id: str) -> Issue:
    """What an entry is and where it belongs, for an import of ``type_id`` that does not take it."""
    record_type = ALL_RECORDS[type_id]
    zh, en = KIND_WORDS[entry.kind]
    shown = f"“{entry.kind_printed}”" if entry.kind == "other" and entry.kind_printed else ""
    home = type_of(entry)
    if _yearbook(entry):
        zh, en = "年鉴条目", "entry of a yearbook"
        say = (f"来源库为“{entry.database}”，不是标准，未导入", f"it comes from the database “{entry.database}” and is no standard; not imported")
    elif home is not None:
        there = ALL_RECORDS[home]
        say = (f"不属于{record_type.zh}，未导入；请用“{there.zh}”类型导入本文件", f"not a {record_type.en.lower()}; not imported. Import this file under {there.en}")
    else:
        say = _NOWHERE.get(entry.kind, _NOWHERE["other"])
    return Issue(record_type.title, f"是{zh}{shown}，{say[0]}", f"is a {en}{shown}; {say[1]}", "warning", OTHER_TYPE)
