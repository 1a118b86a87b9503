"""指标数据来源: what indicators need and no record holds, entered by the office as tables with a source and a date.

Three kinds: the citations of papers (``citations``), the ESI list of a period (``esi``) and the points of the yearly
score (``score_rules``). A table is never changed: a newer one takes its place, and the list keeps every one with who
brought it. Of citations and of the ESI list the newest date holds; of the points the newest table of their year.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select

from ingestion import audit, permissions
from ingestion.catalog.codelists import BUILT_IN
from ingestion.principal import OperationError, Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, today

KINDS = {
    "citations": ("论文被引表", "Citations of papers"),
    "esi": ("ESI高被引与热点名单", "ESI list of highly cited and hot papers"),
    "score_rules": ("年度考核计分标准", "Points of the yearly score"),
}
LISTED = {"HC": ("高被引", "highly cited"), "HOT": ("热点", "hot"), "BOTH": ("高被引且热点", "highly cited and hot")}
FIRST_DAY = date(2000, 1, 1)
MOST_CITATIONS = 1_000_000
MOST_IMPACT = 1_000_000
"""Thousandths: a paper is cited at most a thousand times the mean of its field."""
LONGEST_SOURCE = 60

TIERS = (
    "TOP", "ESI-HC", "SCI-CAS-1", "SSCI-Q1", "SCI-CAS-2", "SSCI-Q2", "SCI-CAS-3", "SSCI-OTHER", "SCI-CAS-4", "XHWZ", "EI-J", "CSSCI",
    "CSCD-C", "CSSCI-E", "PKU", "CPCI/EI-C", "CSTPCD",
)  # fmt: skip
"""What 高水平论文数 is broken down by; the seeds of the marts hold the same, a test compares."""

SCORABLE: dict[str, tuple[str, str, str]] = {
    "O01": ("论文数", "Papers", "paper_type"),
    "O02": ("高水平论文数", "Papers by index tier", "index_tier"),
    "O10": ("著作数", "Books", "book_kind"),
    "O11": ("咨询报告采纳/批示数", "Adopted reports", "adoption_level"),
    "A01": ("获奖数", "Awards", "award_level"),
    "K01A": ("专利申请数", "Patents filed", "patent_type"),
    "K01B": ("专利授权数", "Patents granted", "patent_type"),
    "P01": ("立项数", "Projects granted", "project_level"),
    "F01": ("到账经费", "Funds received", "fund_nature"),
    "T02A": ("成果转化收入", "Conversion income", "transfer_mode"),
    "X01A": ("主办会议数", "Conferences hosted", "jyt1001_xshydj_conference_level"),
    "X01B": ("学术讲座数", "Lectures", "lecture_direction"),
}
"""Measure → its names and the code list its points may differ by. Of money the points are for 万元."""


class BadSource(OperationError):
    """A table that cannot be kept: every problem at once."""


@dataclass(frozen=True)
class Table:
    """One table as it was brought. ``rows``: of the file; ``used``: those that found their paper, or the rules."""

    id: int
    kind: str
    source: str
    taken_on: date
    period: str
    year: int | None
    file_name: str
    rows: int
    used: int
    made_by: str
    made_at: datetime
    in_force: bool


@dataclass(frozen=True)
class Head:
    """What the office says about a table beside its rows. ``year``: of points only."""

    source: str
    taken_on: date
    period: str = ""
    year: int | None = None
    file_name: str = ""


@dataclass(frozen=True)
class Points:
    """So many points (in hundredths) for one record, or for 万元 of money; ``category`` "*" is any code. ``cap``:
    no record earns more, in hundredths."""

    measure: str
    category: str
    points: int
    cap: int | None = None


def tables(uow: UnitOfWork, actor: Principal) -> list[Table]:
    """Every table of the actor's university, the one in force of each kind first. Raises Denied."""
    permissions.require(actor, "manage_settings")
    s, a = p.source_table.c, p.account.c
    found = uow.conn.execute(
        select(p.source_table, a.name.label("maker"))
        .join(p.account, a.id == s.made_by)
        .where(permissions.visible(actor, p.source_table))
        .order_by(s.kind, s.taken_on.desc(), s.id.desc())
    )
    seen: set[tuple[str, int | None]] = set()
    out = []
    for row in found:
        key = (row.kind, row.year)
        out.append(
            Table(row.id, row.kind, row.source, row.taken_on, row.period, row.year, row.file_name, row.lines, row.used, row.maker, row.made_at, key not in seen)
        )
        seen.add(key)
    return out


@dataclass(frozen=True)
class Entered:
    """What a university has brought in of one kind: the table in force, of points the one of the last year. None: nothing."""

    university_code: str
    university: str
    university_en: str
    kind: str
    source: str | None = None
    taken_on: date | None = None
    period: str = ""
    year: int | None = None
    used: int = 0
    rows: int = 0


def entered(uow: UnitOfWork, actor: Principal) -> list[Entered]:
    """Every enabled university × kind with the table its figures are made with: the province reads why a figure is 未配置,
    never who brought a table nor what is in it. Raises Denied."""
    permissions.require(actor, "view_province")
    s, u = p.source_table.c, p.university.c
    holds: dict[tuple[str, str], Any] = {}
    for row in uow.conn.execute(select(p.source_table).order_by(s.year.asc(), s.taken_on.asc(), s.id.asc())):
        holds[row.university_code, row.kind] = row
    universities = uow.conn.execute(select(u.code, u.name, u.name_en).where(u.kind == "university", u.enabled).order_by(u.code)).all()
    out = []
    for code, name, name_en in universities:
        for kind in KINDS:
            last = holds.get((str(code), kind))
            nothing = Entered(str(code), str(name), str(name_en or name), kind)
            out.append(nothing if last is None else replace(nothing, source=last.source, taken_on=last.taken_on, period=last.period, year=last.year, used=last.used, rows=last.lines))
    return out


def keep_papers(uow: UnitOfWork, actor: Principal, kind: str, head: Head, rows: int, found: Mapping[int, tuple[int | None, str | None]],
                impact: Mapping[int, int] | None = None) -> int:  # fmt: skip
    """A table of citations or an ESI list; returns its id. ``found``: paper → citations, or its kind in ESI (``LISTED``);
    ``impact``: paper → field-normalised impact (CNCI, FWCI) in thousandths, where the source gives one.

    Raises:
        Denied: not the office.
        BadSource: source, date or a value cannot be, or a paper is not the university's; nothing is kept.
    """
    permissions.require(actor, "manage_settings")
    problems = _of_head(kind, head)
    known = _papers(uow, actor)
    strangers = sum(1 for record in found if record not in known)
    if strangers:
        problems.append((f"{strangers} 行不是本校已通过的论文", f"{strangers} rows are no approved papers of the university"))
    for citations, listed in found.values():
        if kind == "citations" and (citations is None or not 0 <= citations <= MOST_CITATIONS):
            problems.append((f"被引次数“{citations}”应为 0 到 {MOST_CITATIONS:,} 的整数", f"Citations “{citations}” must be a whole number from 0 to {MOST_CITATIONS:,}"))
        if kind == "esi" and listed not in LISTED:
            problems.append((f"ESI类别“{listed}”应为高被引或热点", f"ESI kind “{listed}”: highly cited or hot"))
    impact = impact or {}
    if (impact and kind != "citations") or not set(impact) <= set(found) or not all(0 <= one <= MOST_IMPACT for one in impact.values()):
        problems.append(("学科规范化影响力应为 0 到 1000 的数，只随被引次数录入", "Field-normalised impact must be a number from 0 to 1000 and comes with citations only"))
    if not found:
        problems.append(("没有一行对应本校已通过的论文", "No row is an approved paper of the university"))
    table_id = _begin(uow, actor, kind, head, rows, len(found), problems, len(impact))
    uow.conn.execute(
        insert(p.source_paper),
        [
            {"university_code": actor.university_code, "table_id": table_id, "record_id": record, "citations": citations, "listed": listed, "normalised": impact.get(record)}
            for record, (citations, listed) in sorted(found.items())
        ],
    )
    return table_id


def keep_points(uow: UnitOfWork, actor: Principal, head: Head, rules: Sequence[Points]) -> int:
    """The points of one year; returns the table's id. A year that is over keeps the points it has: the score somebody
    was told does not change afterwards.

    Raises:
        Denied: not the office.
        BadSource: with every problem; nothing is kept.
    """
    permissions.require(actor, "manage_settings")
    problems = _of_head("score_rules", head)
    year = head.year or 0
    if not FIRST_DAY.year <= year <= today().year + 1:
        problems.append((f"考核年度“{head.year or '空'}”应在 {FIRST_DAY.year} 到 {today().year + 1} 之间", f"Year “{head.year or 'empty'}” must lie between {FIRST_DAY.year} and {today().year + 1}"))
    elif year < today().year and _has_points(uow, actor, year):
        problems.append((f"{year} 年的计分标准已在用，年度结束后不能再改", f"The points of {year} are in use; a year that is over cannot be changed"))
    seen: set[tuple[str, str]] = set()
    for rule in rules:
        problems += _of_rule(rule, seen)
    if not rules:
        problems.append(("没有一条计分标准", "There are no points in it"))
    table_id = _begin(uow, actor, "score_rules", head, len(rules), len(rules), problems)
    uow.conn.execute(
        insert(p.score_rule),
        [
            {"university_code": actor.university_code, "table_id": table_id, "measure": one.measure, "category": one.category, "points": one.points, "cap": one.cap}
            for one in rules
        ],
    )
    return table_id


def codes_of(measure: str) -> dict[str, str]:
    """The codes the points of a measure may differ by, and their words."""
    code_list = SCORABLE[measure][2]
    if code_list == "index_tier":
        return {tier: tier for tier in TIERS}
    return {item.code: item.label_zh for item in BUILT_IN[code_list].items}


def dois(uow: UnitOfWork, actor: Principal) -> dict[str, int]:
    """DOI → paper, of the university's approved papers."""
    permissions.require(actor, "manage_settings")
    k, r = p.record_key.c, p.record.c
    found = uow.conn.execute(
        select(k.value, k.record_id)
        .join(p.record, r.id == k.record_id)
        .where(k.university_code == actor.university_code, k.kind == "doi", r.type == "paper", r.state == "30")
    )
    return {row.value: row.record_id for row in found}


def approved_papers(uow: UnitOfWork, actor: Principal) -> dict[int, str]:
    """Paper → title, of the university's approved ones."""
    permissions.require(actor, "manage_settings")
    return _papers(uow, actor)


def _papers(uow: UnitOfWork, actor: Principal) -> dict[int, str]:
    r = p.record.c
    found = uow.conn.execute(select(r.id, r.title).where(r.university_code == actor.university_code, r.type == "paper", r.state == "30"))
    return {row.id: row.title for row in found}


def _has_points(uow: UnitOfWork, actor: Principal, year: int) -> bool:
    s = p.source_table.c
    here = select(func.count()).where(s.university_code == actor.university_code, s.kind == "score_rules", s.year == year)
    return bool(uow.conn.execute(here).scalar_one())


def _of_head(kind: str, head: Head) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    if kind not in KINDS:
        raise ValueError(kind)
    if not head.source.strip() or len(head.source) > LONGEST_SOURCE:
        out.append((f"请填写来源，最多 {LONGEST_SOURCE} 字，如 Web of Science", f"Name the source, up to {LONGEST_SOURCE} characters, as Web of Science"))
    if not FIRST_DAY <= head.taken_on <= today():
        out.append((f"数据日期“{head.taken_on}”应在 {FIRST_DAY} 到今天之间", f"Date of the data “{head.taken_on}” must lie between {FIRST_DAY} and today"))
    if kind == "esi" and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", head.period):
        out.append((f"ESI期次“{head.period or '空'}”应写为年-月，如 2026-09", f"Period “{head.period or 'empty'}” must be a year and a month, as 2026-09"))
    return out


def _of_rule(rule: Points, seen: set[tuple[str, str]]) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    if rule.measure not in SCORABLE:
        return [(f"指标“{rule.measure}”不能计分，可用：{'、'.join(SCORABLE)}", f"“{rule.measure}” cannot be scored; there are: {', '.join(SCORABLE)}")]
    if rule.category != "*" and rule.category not in codes_of(rule.measure):
        out.append((f"{rule.measure} 没有分类“{rule.category}”", f"{rule.measure} has no category “{rule.category}”"))
    if not 0 <= rule.points <= 100_000_00 or (rule.cap is not None and rule.cap < 0):
        out.append((f"{rule.measure} {rule.category}：分值和上限应为 0 到 100,000", f"{rule.measure} {rule.category}: points and the most must lie between 0 and 100,000"))
    if (rule.measure, rule.category) in seen:
        out.append((f"{rule.measure} {rule.category} 写了两次", f"{rule.measure} {rule.category} stands twice"))
    seen.add((rule.measure, rule.category))
    return out


def _begin(uow: UnitOfWork, actor: Principal, kind: str, head: Head, rows: int, used: int, problems: Sequence[tuple[str, str]], normalised: int = 0) -> int:
    if problems:
        first = list(dict.fromkeys(problems))[:20]
        raise BadSource("；".join(zh for zh, _en in first) + "。", "; ".join(en for _zh, en in first) + ".")
    made = uow.conn.execute(
        insert(p.source_table).values(
            university_code=actor.university_code, kind=kind, source=head.source.strip(), taken_on=head.taken_on, period=head.period, year=head.year,
            file_name=head.file_name[:255], lines=rows, used=used, made_by=actor.account_id, made_at=uow.now, normalised=normalised,
        )
    )  # fmt: skip
    key = made.inserted_primary_key
    assert key is not None
    table_id = int(key[0])
    audit.write(uow, actor, "set", "source_table", table_id, {"kind": kind, "source": head.source, "taken_on": head.taken_on, "period": head.period, "year": head.year, "rows": rows, "used": used})
    return table_id
