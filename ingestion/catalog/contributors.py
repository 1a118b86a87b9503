"""Rules of contributor rows: ranks, people behind the names, shares (AC-055, AC-056, AC-161)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ingestion.catalog import fillers, normalise, reading
from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import BUILT_IN_CODES

Row = dict[str, Any]
KINDS = {"staff": ("校内", "own staff"), "student": ("学生", "own student"), "external": ("校外", "external")}
NAME = k.Text("name", zh="姓名", en="Name", required=True, max_length=200)
UNIT = k.Text("affiliations", zh="署名单位", en="Affiliation", max_length=500)
NUMBERS = {
    "share": ("贡献率（%）", "Share (%)", 100.0),
    "reward_share": ("奖励分配比例（%）", "Share of the reward (%)", 100.0),
    "months_per_year": ("每年工作月数", "Months a year", 12.0),
    "own_words": ("撰写字数（万字）", "Own words (10,000 characters)", 100_000.0),
}
SUMS = ("share", "reward_share")


def problems(step: k.Contributors, document: dict[str, Any]) -> Iterator[k.Issue]:
    """The rows of one step: how many, their ranks without gap, repeat or zero, and each row's columns."""
    everyone = document.get("contributors") or []
    if not isinstance(everyone, list) or any(not isinstance(row, dict) for row in everyone):
        yield k.Issue("contributors", "人员应为多行内容", "People must be rows")
        return
    rows = [(i, row) for i, row in enumerate(everyone) if row.get("role") == step.role]
    least = 1 if step.single else step.min_rows
    if len(rows) < least:
        yield k.Issue(
            "contributors",
            f"{step.zh}不能为空，应至少填写 {least} 人",
            f"{step.en} must name at least {least}",
            rule="required",
        )
    if step.single and len(rows) > 1:
        yield k.Issue(
            f"contributors[{rows[1][0]}].name",
            f"{step.zh}只能有 1 人，现有 {len(rows)} 人",
            f"{step.en} must be one person, not {len(rows)}",
        )
    yield from _ranks(step, rows)
    for i, row in rows:
        yield from _row(step, i, row)


def _ranks(step: k.Contributors, rows: list[tuple[int, Row]]) -> Iterator[k.Issue]:
    first = step.first_rank
    seen: set[int] = set()
    for i, row in rows:
        rank, at = row.get("rank"), f"contributors[{i}].rank"
        if rank is None or rank == "":
            yield k.Issue(
                at,
                f"{step.zh}“{_name(row)}”没有排名",
                f"{step.en}: “{_name(row)}” has no rank",
                rule="AC-056",
            )
        elif not isinstance(rank, int) or isinstance(rank, bool) or rank < 1:
            yield k.Issue(
                at,
                f"{step.zh}的排名 “{rank}” 应为不小于 1 的整数",
                f"{step.en}: rank “{rank}” must be a whole number of at least 1",
                rule="AC-056",
            )
        elif rank in seen:
            yield k.Issue(
                at, f"{step.zh}的排名 “{rank}” 重复", f"{step.en}: rank “{rank}” is used twice", rule="AC-056"
            )
        else:
            seen.add(rank)
    wanted = set(range(first, first + len(rows)))
    if len(seen) == len(rows) and seen != wanted:
        missing = "、".join(map(str, sorted(wanted - seen)[:5]))
        yield k.Issue(
            f"contributors[{rows[0][0]}].rank",
            f"{step.zh}的排名应从 {first} 起连续，缺少 {missing}",
            f"{step.en}: ranks must run from {first} without a gap; missing: {missing.replace('、', ', ')}",
            rule="AC-056",
        )


def _name(row: Row) -> str:
    return _text(str(row.get("name") or ""))


@lru_cache(maxsize=65_536)
def _text(raw: str) -> str:
    """Names and units come again and again."""
    return normalise.text(raw)


@lru_cache(maxsize=65_536)
def _says_nothing(name: str) -> tuple[k.Issue, ...]:
    return tuple(fillers.problems(NAME, name))


def _row(step: k.Contributors, i: int, row: Row) -> Iterator[k.Issue]:
    at, name, kind = f"contributors[{i}]", _name(row), row.get("kind")
    kind = kind if isinstance(kind, str) else None
    if not name:
        yield k.Issue(
            f"{at}.name",
            f"{step.zh}第 {i + 1} 行姓名不能为空",
            f"{step.en} row {i + 1}: the name must not be empty",
            rule="required",
        )
    else:
        for issue in _says_nothing(name):
            yield k.Issue(f"{at}.name", f"{step.zh}：{issue.zh}", f"{step.en}: {issue.en}", rule=issue.rule)
        if len(name) > NAME.max_length:
            yield k.Issue(
                f"{at}.name",
                f"姓名共 {len(name)} 字，最多 {NAME.max_length} 字",
                f"The name has {len(name)} characters; at most {NAME.max_length}",
            )
    if kind not in KINDS:
        yield k.Issue(
            f"{at}.kind",
            f"{step.zh}“{name}”应选校内、学生或校外",
            f"{step.en}: choose staff, student or external for “{name}”",
            rule="required",
        )
    if kind == "staff" and not row.get("person_id"):
        yield k.Issue(
            f"{at}.person_id",
            f"{step.zh}“{name}”为校内人员，应从人员库中选择",
            f"{step.en}: “{name}” is own staff and must be chosen from the people",
            rule="AC-056",
        )
    if kind == "external" and row.get("person_id"):
        yield k.Issue(
            f"{at}.kind",
            f"{step.zh}“{name}”已关联本校人员，不应为校外",
            f"{step.en}: “{name}” is linked to an own person and cannot be external",
            rule="AC-056",
        )
    yield from _numbers(step, at, name, row)
    units = row.get("affiliations") or []
    for unit in units if isinstance(units, list) else [units]:
        text = _text(str(unit.get("name") or "")) if isinstance(unit, dict) else ""
        if not text or len(text) > UNIT.max_length:
            yield k.Issue(
                f"{at}.affiliations",
                f"{step.zh}“{name}”的署名单位应为 1 到 {UNIT.max_length} 字",
                f"{step.en}: an affiliation of “{name}” must have 1 to {UNIT.max_length} characters",
            )


def _numbers(step: k.Contributors, at: str, name: str, row: Row) -> Iterator[k.Issue]:
    for column in step.extras:
        value = row.get(column)
        if value is None or value == "":
            continue
        if column in NUMBERS:
            zh, en, most = NUMBERS[column]
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= most:
                yield k.Issue(
                    f"{at}.{column}",
                    f"“{name}”的{zh} “{value}” 应在 0 到 {most:g} 之间",
                    f"{en} “{value}” of “{name}” must be between 0 and {most:g}",
                )
        elif column == "book_role" and not BUILT_IN_CODES.known("book_role", str(value)):
            yield k.Issue(
                f"{at}.book_role",
                f"“{name}”的角色 “{value}” 不在可选值中",
                f"Role “{value}” of “{name}” is not an allowed value",
                rule="V004",
            )
        elif column == "certificate_no" and len(str(value)) > 100:
            yield k.Issue(
                f"{at}.certificate_no",
                f"“{name}”的证书编号最多 100 字",
                f"The certificate number of “{name}” has more than 100 characters",
            )


PLACES = 4  # decimals of a number in a person's row
_AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?")


def read_amount(column: str, rank: int, typed: Any) -> tuple[float | None, list[k.Issue]]:
    """A number typed in a person's row (a share, months, words); None when empty, with a problem when it is none."""
    text = normalise.number(str(typed if typed is not None else "")).replace(",", "").rstrip("%")
    if not text:
        return None, []
    zh, en = "不是数字，应为不小于 0 的数字", "is not a number; it must be a number of 0 or more"
    if len(text) <= 20 and _AMOUNT.fullmatch(text):
        number = float(text)
        if round(number, PLACES) == number:
            return number, []
        zh, en = reading.too_fine(PLACES)
    label = NUMBERS.get(column, (column, column, 0.0))
    return None, [
        k.Issue(
            f"contributors[{rank - 1}].{column}",
            f"第 {rank} 位的{label[0]} “{typed}” {zh}",
            f"No. {rank}: {label[1]} “{typed}” {en}",
        )
    ]


def problems_together(record_type: k.RecordType, document: dict[str, Any]) -> Iterator[k.Issue]:
    """Across the steps of one record: the same person twice, shares above 100, roles the type does not know."""
    rows = document.get("contributors") or []
    if not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows):
        return
    roles = {step.role: step for step in record_type.contributor_steps()}
    first: dict[Any, str] = {}
    for i, row in enumerate(rows):
        if not isinstance(row.get("role"), str) or row["role"] not in roles:
            yield k.Issue(
                f"contributors[{i}].role",
                f"人员角色 “{row.get('role')}” 不适用于{record_type.zh}",
                f"Role “{row.get('role')}” does not belong to {record_type.en}",
            )
            continue
        person = row.get("person_id")
        if person is not None and (not isinstance(person, int) or isinstance(person, bool) or person < 1):
            yield k.Issue(
                f"contributors[{i}].person_id",
                f"“{_name(row)}”应从人员库中选择",
                f"“{_name(row)}” must be chosen from the people",
            )
        elif person in first:
            step = roles[row["role"]]
            yield k.Issue(
                f"contributors[{i}].person_id",
                f"{step.zh}“{_name(row)}”与{first[person]}重复",
                f"{step.en}: “{_name(row)}” is named twice",
                rule="AC-161",
            )
        elif person is not None:
            first[person] = f"{roles[row['role']].zh}“{_name(row)}”"
    yield from _ranks_across(rows, roles)
    for column in SUMS:
        numbers = [row.get(column) for row in rows]
        total = sum(n for n in numbers if isinstance(n, (int, float)) and not isinstance(n, bool))
        if total > 100 + 1e-6:
            zh, en, _most = NUMBERS[column]
            yield k.Issue(
                "contributors",
                f"{zh}合计 “{total:g}” 超过 100",
                f"{en} sums to “{total:g}”, more than 100",
                rule="AC-055",
            )


def _ranks_across(rows: list[Row], roles: dict[str, k.Contributors]) -> Iterator[k.Issue]:
    """A rank is one place in the printed order of the whole record."""
    if len(roles) < 2:
        return
    held = Counter(row["rank"] for row in rows if isinstance(row.get("rank"), int))
    by_role = Counter((str(row.get("role")), row["rank"]) for row in rows if isinstance(row.get("rank"), int))
    for rank, count in held.items():
        if count > 1 and max(n for (_role, r), n in by_role.items() if r == rank) == 1:
            i = max(i for i, row in enumerate(rows) if row.get("rank") == rank)
            yield k.Issue(
                f"contributors[{i}].rank",
                f"排名 “{rank}” 在负责人与成员间重复",
                f"Rank “{rank}” is held by the leader and a member",
                rule="AC-056",
            )
