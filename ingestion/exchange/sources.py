"""Files for 指标数据来源: a table of citations as databases export it, an ESI list, the points of a year.

Columns are known by their headings, in any order; rows find their paper by DOI, else by the record's number. A row that
is no paper of the university is no error (an export holds more): it is counted and listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ingestion import sources
from ingestion.catalog import identifiers, normalise
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange import tabular
from ingestion.exchange.tabular import Row, Sheet, Value
from ingestion.exchange.tabular import limits as tabular_limits
from ingestion.principal import Principal
from ingestion.sources import BadSource, Head, Points
from ingestion.store.engine import UnitOfWork

HEADINGS: dict[str, tuple[str, ...]] = {
    "doi": ("doi", "di", "数字对象标识符"),
    "number": ("编号", "记录编号", "系统编号", "record number"),
    "citations": ("被引次数", "被引频次", "被引", "总被引", "times cited", "times cited, all databases", "times cited, wos core", "cited by", "tc", "z9", "citations"),
    "normalised": (
        "学科规范化影响力", "学科规范化引文影响力", "cnci", "category normalized citation impact", "fwci", "field-weighted citation impact", "field normalized citation impact",
    ),
    "listed": ("esi类别", "类别", "esi", "kind"),
    "highly_cited": ("高被引", "highly cited", "highly cited status", "hc"),
    "hot": ("热点", "hot paper", "hot paper status", "hp"),
    "measure": ("指标", "指标号", "indicator"),
    "category": ("分类", "分类代码", "category"),
    "points": ("分值", "分数", "points"),
    "cap": ("单条上限", "上限", "most", "cap"),
}
WANTED = {
    "citations": (("doi", "number"), ("citations",)),
    "esi": (("doi", "number"), ("listed", "highly_cited", "hot")),
    "score_rules": (("measure",), ("points",)),
}
"""Kind → one column of each group must be there."""

MOST_PROBLEMS = 50


@dataclass(frozen=True)
class Taken:
    """``strangers``: rows (number and what they say) that are no paper of the university, the first hundred."""

    table_id: int
    rows: int
    used: int
    strangers: tuple[tuple[int, str], ...]
    unknown: int


def take(uow: UnitOfWork, actor: Principal, kind: str, path: Path, head: Head) -> Taken:
    """Read a file and keep its table.

    Raises:
        UnreadableFile: no table can be read in it.
        BadSource: columns are missing or values wrong, each with its row; nothing is kept.
        Denied: not the office.
    """
    sheet = tabular.read(path, head.file_name or path.name, tabular_limits.of(uow)).sheet()
    at = _columns(sheet, kind)
    if kind == "score_rules":
        rules = list(_rules(sheet, at))
        table_id = sources.keep_points(uow, actor, head, rules)
        return Taken(table_id, len(rules), len(rules), (), 0)
    found, impact, rows, unknown = _papers(uow, actor, kind, sheet, at)
    table_id = sources.keep_papers(uow, actor, kind, head, rows, found, impact)
    return Taken(table_id, rows, len(found), tuple(unknown[:100]), len(unknown))


def _columns(sheet: Sheet, kind: str) -> dict[str, int]:
    said = [re.sub(r"\s+", " ", normalise.half_width(one)).strip().lower() for one in sheet.headings]
    at = {name: said.index(word) for name, words in HEADINGS.items() for word in reversed(words) if word in said}
    for group in WANTED[kind]:
        if not any(name in at for name in group):
            words = "、".join(HEADINGS[name][0] if name != "doi" else "DOI" for name in group)
            english = ", ".join(HEADINGS[name][-1] if name != "doi" else "DOI" for name in group)
            raise BadSource(f"工作表“{sheet.name}”缺少列：{words}（任一）。", f"Sheet “{sheet.name}” lacks a column: {english} (any of them).")
    return at


def _papers(
    uow: UnitOfWork, actor: Principal, kind: str, sheet: Sheet, at: Mapping[str, int]
) -> tuple[dict[int, tuple[int | None, str | None]], dict[int, int], int, list[tuple[int, str]]]:
    """What each paper has, its field-normalised impact where the table gives one, rows read, rows that are no paper."""
    by_doi, papers = sources.dois(uow, actor), sources.approved_papers(uow, actor)
    prefix = ALL_RECORDS["paper"].prefix
    found: dict[int, tuple[int | None, str | None]] = {}
    impact: dict[int, int] = {}
    first_row: dict[int, int] = {}
    unknown: list[tuple[int, str]] = []
    problems: list[tuple[str, str]] = []
    rows = 0
    for row in sheet.rows():
        doi, number = _text(row, at, "doi"), _text(row, at, "number")
        if not (doi or number):
            continue
        rows += 1
        paper = by_doi.get(_doi(doi)) if doi else None
        if paper is None and (told := re.fullmatch(rf"{prefix}0*([1-9]\d{{0,17}})", number.upper())):
            paper = int(told[1]) if int(told[1]) in papers else None
        if paper is None:
            unknown.append((row.number, doi or number))
            continue
        if paper in found:
            problems.append((f"第 {row.number} 行与第 {first_row[paper]} 行是同一篇论文", f"Row {row.number} is the same paper as row {first_row[paper]}"))
            continue
        first_row[paper] = row.number
        if kind == "esi":
            found[paper] = (None, _listed(row, at, problems))
        else:
            found[paper] = (_whole(row, at, problems), None)
            if (told_impact := _thousandths(row, at, problems)) is not None:
                impact[paper] = told_impact
    _refuse(sheet, problems)
    return {paper: value for paper, value in found.items() if kind != "esi" or value[1]}, impact, rows, unknown


def _rules(sheet: Sheet, at: Mapping[str, int]) -> Iterator[Points]:
    problems: list[tuple[str, str]] = []
    names = {names[0]: measure for measure, names in sources.SCORABLE.items()}
    out = []
    for row in sheet.rows():
        told = _text(row, at, "measure")
        measure = names.get(told, told.upper())
        if not told:
            continue
        if measure not in sources.SCORABLE:
            problems.append((f"第 {row.number} 行 指标“{told}”不能计分，可用：{'、'.join(names)}", f"Row {row.number}: “{told}” cannot be scored; there are: {', '.join(sources.SCORABLE)}"))
            continue
        category = _text(row, at, "category") or "*"
        codes = sources.codes_of(measure)
        category = {label: code for code, label in codes.items()}.get(category, category)
        if category != "*" and category not in codes:
            problems.append((f"第 {row.number} 行 分类“{category}”不是“{sources.SCORABLE[measure][0]}”的分类，可用：{'、'.join(codes.values())}", f"Row {row.number}: “{category}” is no category of {measure}; there are: {', '.join(codes)}"))
            continue
        points, cap = _hundredths(row, at, "points", problems), _hundredths(row, at, "cap", problems) if _text(row, at, "cap") else None
        if points is not None:
            out.append(Points(measure, category, points, cap))
    _refuse(sheet, problems)
    yield from out


def _refuse(sheet: Sheet, problems: Sequence[tuple[str, str]]) -> None:
    if problems:
        more = len(problems) - MOST_PROBLEMS
        zh = "；".join(one for one, _ in problems[:MOST_PROBLEMS]) + (f"；另有 {more} 处" if more > 0 else "")
        en = "; ".join(one for _, one in problems[:MOST_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")
        raise BadSource(f"工作表“{sheet.name}”：{zh}。", f"Sheet “{sheet.name}”: {en}.")


def _value(row: Row, at: Mapping[str, int], name: str) -> Value:
    return row.values[at[name]] if name in at and at[name] < len(row.values) else None


def _text(row: Row, at: Mapping[str, int], name: str) -> str:
    value = _value(row, at, name)
    return "" if value is None else normalise.half_width(str(value)).strip()


def _doi(told: str) -> str:
    try:
        return identifiers.doi(told)
    except identifiers.Malformed:
        return ""


def _whole(row: Row, at: Mapping[str, int], problems: list[tuple[str, str]]) -> int | None:
    told = _text(row, at, "citations").replace(",", "")
    if re.fullmatch(r"\d{1,7}(\.0+)?", told):
        return int(told.partition(".")[0])
    problems.append((f"第 {row.number} 行 被引次数“{told or '空'}”应为 0 或正整数", f"Row {row.number}: citations “{told or 'empty'}” must be a whole number from 0"))
    return None


def _thousandths(row: Row, at: Mapping[str, int], problems: list[tuple[str, str]]) -> int | None:
    """Field-normalised impact; databases write "n/a" or nothing for papers too young to have one."""
    told = _text(row, at, "normalised").replace(",", "")
    if told.lower() in ("", "n/a", "na", "-", "—", "无"):
        return None
    if re.fullmatch(r"\d{1,4}(\.\d+)?", told) and Decimal(told) <= 1000:
        return round(Decimal(told) * 1000)
    problems.append((f"第 {row.number} 行 学科规范化影响力“{told}”应为 0 到 1000 的数，没有时留空", f"Row {row.number}: field-normalised impact “{told}” must be a number from 0 to 1000, empty where there is none"))
    return None


def _listed(row: Row, at: Mapping[str, int], problems: list[tuple[str, str]]) -> str | None:
    if "listed" in at:
        told = _text(row, at, "listed")
        words = {"高被引": "HC", "热点": "HOT", "高被引且热点": "BOTH", "高被引、热点": "BOTH", "HC": "HC", "HOT": "HOT", "BOTH": "BOTH"}
        if told.upper() not in words:
            problems.append((f"第 {row.number} 行 ESI类别“{told or '空'}”应为：高被引、热点、高被引且热点", f"Row {row.number}: ESI kind “{told or 'empty'}” must be HC, HOT or BOTH"))
        return words.get(told.upper())
    flags = [_text(row, at, name).upper() in ("Y", "YES", "是", "1", "√", "TRUE") for name in ("highly_cited", "hot")]
    return {(True, True): "BOTH", (True, False): "HC", (False, True): "HOT"}.get((flags[0], flags[1]))


def _hundredths(row: Row, at: Mapping[str, int], name: str, problems: list[tuple[str, str]]) -> int | None:
    told = _text(row, at, name)
    if re.fullmatch(r"\d{1,6}(\.\d{1,2})?", told):
        return int(Decimal(told) * 100)
    label = HEADINGS[name][0]
    problems.append((f"第 {row.number} 行 {label}“{told or '空'}”应为 0 到 100000，最多两位小数", f"Row {row.number}: {name} “{told or 'empty'}” must be 0 to 100000 with at most two decimals"))
    return None
