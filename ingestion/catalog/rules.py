"""Cross-field rules that several record types share. Each yields issues about one document.

Functions that need labels take the record type; they read nothing but the document, so they can run in a
form, in an import and over history alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import identifiers, titles, values
from ingestion.catalog.kinds import Issue, RecordType

Document = dict[str, Any]


def number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def rows(document: Document, name: str) -> list[Document]:
    return [row for row in document.get(name) or [] if isinstance(row, dict)]


def contributors(document: Document, role: str | None = None) -> list[dict[str, Any]]:
    """The contributor rows in rank order, of one role or of all."""
    rows = [row for row in document.get("contributors") or [] if role is None or row.get("role") == role]
    return sorted(rows, key=lambda row: row.get("rank") or 0)


def before(earlier: str, later: str) -> bool:
    """Whether ``earlier`` lies before ``later``, compared at the coarser precision of the two."""
    n = min(len(earlier), len(later))
    return earlier[:n] < later[:n]


def in_order(
    record_type: RecordType, document: Document, first: str, second: str, rule: str = "V005"
) -> Iterator[Issue]:
    """``second`` must not lie before ``first`` (AC-058, AC-158); an empty one says nothing."""
    a, b = document.get(first), document.get(second)
    if not isinstance(a, str) or not isinstance(b, str) or not before(b, a):
        return
    x, y = record_type.field(first), record_type.field(second)
    yield Issue(
        second,
        f"{y.zh} “{b}” 早于{x.zh} “{a}”，应不早于 {a}",
        f"{y.en} “{b}” is before {x.en} “{a}”; it must not be before {a}",
        rule=rule,
    )


def at_most(
    record_type: RecordType, document: Document, small: str, large: str, rule: str
) -> Iterator[Issue]:
    """A number must not exceed another one of the same document (rank and number of units)."""
    a, b = number(document.get(small)), number(document.get(large))
    if a is None or b is None or a <= b:
        return
    x, y = record_type.field(small), record_type.field(large)
    less, more = values.display(x, a), values.display(y, b)
    yield Issue(
        small,
        f"{x.zh} “{less}” 大于{y.zh} “{more}”，应不大于 {more}",
        f"{x.en} “{less}” is more than {y.en} “{more}”; it must be at most {more}",
        rule=rule,
    )


# --- rows of a children step ------------------------------------------------------------------------------


def _column(record_type: RecordType, children: str, name: str) -> Any:
    step = next(step for step in record_type.children() if step.name == children)
    return next(field for field in step.fields if field.name == name)


def rows_in_order(
    record_type: RecordType, document: Document, children: str, first: str, second: str
) -> Iterator[Issue]:
    """In every row ``second`` must not lie before ``first``."""
    for i, row in enumerate(rows(document, children)):
        a, b = row.get(first), row.get(second)
        if isinstance(a, str) and isinstance(b, str) and before(b, a):
            x, y = _column(record_type, children, first), _column(record_type, children, second)
            yield Issue(
                f"{children}[{i}].{second}",
                f"{y.zh} “{b}” 早于{x.zh} “{a}”，应不早于 {a}",
                f"{y.en} “{b}” is before {x.en} “{a}”; it must not be before {a}",
                rule="V005",
            )


def row_after(
    record_type: RecordType,
    document: Document,
    children: str,
    index: int,
    row: Document,
    column: str,
    field: str,
) -> Iterator[Issue]:
    """A date in a row must not lie before a date of the record."""
    a, b = document.get(field), row.get(column)
    if isinstance(a, str) and isinstance(b, str) and before(b, a):
        x, y = record_type.field(field), _column(record_type, children, column)
        yield Issue(
            f"{children}[{index}].{column}",
            f"{y.zh} “{b}” 早于{x.zh} “{a}”，应不早于 {a}",
            f"{y.en} “{b}” is before {x.en} “{a}”; it must not be before {a}",
            rule="V005",
        )


def part_of_whole(
    record_type: RecordType, document: Document, children: str, part: str, whole: str, rule: str
) -> Iterator[Issue]:
    """In every row a part must not exceed its whole."""
    for i, row in enumerate(rows(document, children)):
        a, b = number(row.get(part)), number(row.get(whole))
        if a is not None and b is not None and a > b:
            x, y = _column(record_type, children, part), _column(record_type, children, whole)
            less, more = values.display(x, a), values.display(y, b)
            yield Issue(
                f"{children}[{i}].{part}",
                f"{x.zh} “{less}” 大于{y.zh} “{more}”，应不大于 {more}",
                f"{x.en} “{less}” is more than {y.en} “{more}”; it must be at most {more}",
                rule=rule,
            )


def total_of(document: Document, children: str, column: str) -> int | None:
    """The sum of a money column, None where there are no rows or a row's amount is missing."""
    lines = rows(document, children)
    amounts = [
        amount for row in lines if isinstance(amount := row.get(column), int) and not isinstance(amount, bool)
    ]
    return sum(amounts) if amounts and len(amounts) == len(lines) else None


def rows_sum_to(
    record_type: RecordType, document: Document, children: str, column: str, total: str, rule: str
) -> Iterator[Issue]:
    """Where there are rows, their amounts sum to the record's amount; the message names the difference."""
    found, wanted = total_of(document, children, column), document.get(total)
    if found is None or not isinstance(wanted, int) or found == wanted:
        return
    field, step = record_type.field(total), _column(record_type, children, column)
    group = next(s for s in record_type.children() if s.name == children)
    a, b, c = (values.display(step, amount) for amount in (found, wanted, found - wanted))
    yield Issue(
        children,
        f"{group.zh}合计 “{a}” 与{field.zh} “{b}” 不相等，相差 {c} 元",
        f"{group.en} sum to “{a}”, {field.en} is “{b}”; the difference is {c} yuan",
        rule=rule,
    )


def rows_at_most(
    record_type: RecordType, document: Document, children: str, column: str, total: str, rule: str
) -> Iterator[Issue]:
    """The amounts of the rows together do not exceed the record's amount."""
    found, limit = total_of(document, children, column), document.get(total)
    if found is None or not isinstance(limit, int) or found <= limit:
        return
    field, step = record_type.field(total), _column(record_type, children, column)
    group = next(s for s in record_type.children() if s.name == children)
    a, b = values.display(step, found), values.display(field, limit)
    yield Issue(
        children,
        f"{group.zh}合计 “{a}” 大于{field.zh} “{b}”，应不大于 {b}",
        f"{group.en} sum to “{a}”, more than {field.en} “{b}”; at most {b} is allowed",
        rule=rule,
    )


def net_of_deductions(
    record_type: RecordType, document: Document, total: str, deductions: tuple[str, ...], net: str
) -> Iterator[Issue]:
    """V020: net = total less the deductions, where the net amount is given."""
    whole, rest = document.get(total), document.get(net)
    taken = [amount for name in deductions if isinstance(amount := document.get(name), int)]
    if not isinstance(whole, int) or not isinstance(rest, int):
        return
    wanted = whole - sum(taken)
    if rest == wanted:
        return
    field = record_type.field(net)
    a, b = values.display(field, rest), values.display(field, wanted)
    yield Issue(
        net,
        f"{field.zh} “{a}” 与到账金额减各项扣除不符，应为 {b}",
        f"{field.en} “{a}” is not the amount less the deductions; it should be {b}",
        rule="V020",
    )


# --- people and numbers -----------------------------------------------------------------------------------


def id_number_agrees(person: Document) -> Iterator[Issue]:
    """V080, AC-036: an ID card's check digit and date inside, and birth date and sex equal to the fields.

    Without a kind of document, 18 digits are taken for an ID card. The number itself is never repeated.
    """
    number, kind = person.get("id_number"), person.get("id_type")
    if not isinstance(number, str) or kind not in (None, "", "1") or (kind != "1" and len(number) != 18):
        return
    try:
        card = identifiers.id_card(number)
    except identifiers.Malformed as error:
        yield Issue("id_number", f"证件号码{error.zh}", f"ID number {error.en}", rule=error.rule)
        return
    born, said = identifiers.id_card_birth(card), person.get("birth_on")
    if born and isinstance(said, str) and born.isoformat()[: len(said)] != said:
        yield Issue(
            "id_number",
            f"证件号码中的出生日期与出生日期 “{said}” 不一致",
            f"The date of birth in the ID number is not the date of birth “{said}”",
            rule="V080",
        )
    if person.get("sex") in ("1", "2") and person["sex"] != identifiers.id_card_sex(card):
        yield Issue(
            "sex",
            "性别与证件号码不一致，请核对",
            "Sex does not agree with the ID number; please compare",
            severity="warning",
            rule="V080",
        )


def title_rank_agrees(person: Document) -> Iterator[Issue]:
    """V081: the rank is the one the title has in GB/T 8561."""
    rank, title = person.get("title_rank"), person.get("title")
    if not isinstance(title, str) or not isinstance(rank, str):
        return
    wanted = titles.rank_of(title)
    if wanted is None or wanted == rank:
        return
    zh, en = titles.rank_name(wanted)
    yield Issue(
        "title_rank",
        f"职称级别与职称不符，应为 {zh}",
        f"Rank of the title does not fit the title; it should be {en}",
        rule="V081",
    )


def own_words_within(book: Document) -> Iterator[Issue]:
    """The authors' own words together do not exceed the book's length."""
    total = number(book.get("words"))
    own = sum(number(row.get("own_words")) or 0 for row in contributors(book))
    if total is not None and own > total + 1e-6:
        yield Issue(
            "words",
            f"撰写字数合计 “{own:g}” 大于总字数 “{total:g}”（万字）",
            f"The authors' words sum to “{own:g}”, more than the length “{total:g}” (10,000 characters)",
            rule="AC-055",
        )


_PATENT_KINDS = {"1": ("1", "8"), "2": ("2", "9"), "3": ("3",)}


def patent_number_agrees(patent: Document) -> Iterator[Issue]:
    """V060, V061: a domestic number has its check digit, its type digit fits the type, its year the filing date."""
    number = patent.get("application_no")
    if not isinstance(number, str):
        return
    kind, year = identifiers.patent_kind(number), identifiers.patent_year(number)
    if kind is None:
        if patent.get("patent_scope") == "1":
            yield Issue(
                "application_no",
                f"申请号 “{number}” 不是国内申请号，应如 202010123456.8",
                f"Application number “{number}” is not a Chinese one; expected e.g. 202010123456.8",
                rule="V060",
            )
        return
    allowed = _PATENT_KINDS.get(str(patent.get("patent_type")))
    if allowed and kind not in allowed:
        yield Issue(
            "patent_type",
            f"专利类型与申请号 “{number}” 不符：第{'五' if len(number) > 10 else '三'}位 “{kind}” 应为 {'或'.join(allowed)}",
            f"Type does not fit application number “{number}”: its type digit “{kind}” should be {' or '.join(allowed)}",
            rule="V061",
        )
    filed = patent.get("filed_on")
    if isinstance(filed, str) and year is not None and filed[:4] != str(year):
        yield Issue(
            "filed_on",
            f"申请日期 “{filed}” 与申请号中的年份 “{year}” 不符，请核对",
            f"Filed on “{filed}” does not fit the year “{year}” in the application number; please compare",
            severity="warning",
            rule="V061",
        )


def signature_agrees(document: Document, field: str) -> Iterator[Issue]:
    """V034, AC-172: 第一单位 if and only if the first contributor's first printed unit is the university."""
    signature = document.get(field)
    people = contributors(document)
    if signature not in ("1", "2") or not people:
        return
    affiliations = people[0].get("affiliations") or []
    if not affiliations or "is_own" not in affiliations[0]:
        return
    own_first = bool(affiliations[0]["is_own"])
    if own_first == (signature == "1"):
        return
    unit = affiliations[0].get("name") or ""
    chosen = "第一单位" if signature == "1" else "非第一单位"
    chosen_en = "first affiliation" if signature == "1" else "not first affiliation"
    yield Issue(
        field,
        f"学校署名 “{chosen}” 与第一作者的第一署名单位 “{unit}” 不一致，请改正或确认",
        f"University signature “{chosen_en}” contradicts the first author's first unit “{unit}”; correct or confirm it",
        severity="warning",
        rule="V034",
    )


def issn_or_cn_for_range(document: Document) -> Iterator[Issue]:
    """V033: 国外 needs an ISSN, 国内公开 needs a CN number (a warning: not every serial has one)."""
    published = document.get("publish_range")
    if published == "1" and not document.get("issn"):
        yield Issue(
            "issn",
            "ISSN号为空，发表范围 “国外学术期刊” 的刊物一般有ISSN号，请核对",
            "ISSN is empty; a foreign journal usually has one",
            severity="warning",
            rule="V033",
        )
    if published in ("2", "3") and document.get("paper_type") == "1" and not document.get("cn_serial"):
        yield Issue(
            "cn_serial",
            "CN号为空，国内公开发行的刊物一般有CN号，请核对",
            "CN serial number is empty; a journal published in China usually has one",
            severity="warning",
            rule="V033",
        )
