"""From the rows of a sheet to its tables: header, what is left out, and a second table below or beside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from ingestion.exchange.tabular import endings, headings
from ingestion.exchange.tabular.book import ERROR_HEADING, ERROR_HEADING_EN, Problem, Sheet
from ingestion.exchange.tabular.headings import Header, NumberedRow
from ingestion.exchange.tabular.package import Facts, letters
from ingestion.exchange.tabular.spool import Spool, plain

LISTED = 5  # rows named in a sentence
SUMMARY_TITLE, SUMMARY_TITLE_EN = "导入校验汇总", "Summary of the import check"


def of_sheet(told: dict[str, Any], facts: Facts, spool: Spool) -> list[Sheet]:
    """The tables of one sheet, the first one under the sheet's own name. None where no row can be a header."""
    if is_ours(told):
        return []
    width = len(told["filled"])
    head = _decoded(told["head"])
    header = headings.find(head, told["merges"], width)
    if header is None:
        return []
    last = int(told["last"])
    found: list[Sheet] = []
    pieces = [*_below(told, header, width), (None, last)]
    for (own, _), (_, end) in zip([(header, 0), *pieces], pieces, strict=False):
        assert own is not None
        found += _beside(told, own, end, facts, spool, head, len(found))
    return found


def _decoded(rows: list[NumberedRow]) -> list[NumberedRow]:
    return [(number, tuple(plain(value) for value in row)) for number, row in rows]


def is_ours(told: dict[str, Any]) -> bool:
    """The sheet 汇总 that an annotated file carries, whatever it is called by now."""
    return bool(told["head"]) and told["head"][0][1][0] in (SUMMARY_TITLE, SUMMARY_TITLE_EN)


def _below(told: dict[str, Any], header: Header, width: int) -> Iterator[tuple[Header | None, int]]:
    """Further tables under the first one: ``(its header, last row of the table before)``."""
    current = header
    for number, sample in told["blocks"]:
        rows = _decoded(sample)
        if number < current.rows.stop or not rows:
            continue
        own = headings.find(rows[:1], told["merges"], width)
        if own is None or not _begins_table(rows, own, current):
            continue
        current = headings.find(rows, told["merges"], width) or own
        yield current, number - 1


def _begins_table(rows: list[NumberedRow], own: Header, before: Header) -> bool:
    """After a blank row: words, several and different, that are not the headings above again, and that the
    catalogue knows or that stand over numbers."""
    row = rows[0][1]
    filled = [at for at, value in enumerate(row) if value is not None]
    if len(filled) < 2 or len({row[at] for at in filled}) < len(filled) or _same(own, before) or len(rows) < 2:
        return False
    if endings.is_signature(row, len(before.columns)):
        return False
    known = headings.known(row)
    if known >= 2 and known * 2 >= len(filled):
        return True
    over = [at for at in filled if at < len(rows[1][1]) and isinstance(rows[1][1][at], (int, float, date))]
    return bool(over) and own.columns != before.columns


def _same(own: Header, before: Header) -> bool:
    return tuple(h for h in own.headings if h) == tuple(h for h in before.headings if h)


def _beside(told: dict[str, Any], header: Header, last: int, facts: Facts, spool: Spool, head: list[NumberedRow], before: int) -> Iterator[Sheet]:
    """The table of a header; where an empty column divides it and the headings begin anew, two of them. A table
    that stands farther right and begins in another row counts too."""
    parts = list(_divided(header, told["filled"]))
    right = parts[-1].columns.stop
    filled = told["filled"]
    if not before and any(filled[right + 1 :]) and right < len(filled) and not filled[right]:
        rows = [(number, (None,) * (right + 1) + row[right + 1 :]) for number, row in head]
        rows = [one for one in rows if any(value is not None for value in one[1])]
        more = headings.find(rows, told["merges"], len(filled))
        if more is not None and len(more.headings) > 1 and headings.known(more.headings) > 1:
            parts.append(more)
    for at, part in enumerate(parts):
        number = before + at + 1
        name = told["name"] if number == 1 else f"{told['name']}（第{number}个表）"
        yield _table(told, name, part, last, facts, spool, head, several=number > 1 or len(parts) > 1)


def _divided(header: Header, filled: list[int]) -> Iterator[Header]:
    for at, column in enumerate(header.columns):
        if column < len(filled) and filled[column] == 0 and not header.headings[at]:
            left, right = header.headings[:at], header.headings[at + 1 :]
            if set(left) & set(right) - {""}:
                yield Header(header.rows, range(header.columns.start, column), left)
                start = column + 1 + next(i for i, text in enumerate(right) if text)
                yield from _divided(Header(header.rows, range(start, header.columns.stop), header.headings[start - header.columns.start :]), filled)
                return
    yield header


def _table(told: dict[str, Any], name: str, header: Header, last: int, facts: Facts, spool: Spool, head: list[NumberedRow], several: bool) -> Sheet:
    header, error_column = _without_ours(header)
    left_out = _left_out(told, header, last, head)
    rows = range(header.rows.stop, last + 1)
    problems = tuple(_problems(told, header, rows, left_out, facts, several))
    return Sheet(name, bool(told["hidden"]), header, rows, left_out, problems, facts, spool, told, error_column)


def _without_ours(header: Header) -> tuple[Header, int | None]:
    """An annotated file uploaded again: its last column 错误信息 is ours, not the user's."""
    if len(header.headings) > 1 and header.headings[-1] in (ERROR_HEADING, ERROR_HEADING_EN):
        last = max(at for at, heading in enumerate(header.headings[:-1]) if heading)
        kept = Header(header.rows, range(header.columns.start, header.columns.start + last + 1), header.headings[: last + 1])
        return kept, header.columns.stop - 1
    return header, None


def _left_out(told: dict[str, Any], header: Header, last: int, head: list[NumberedRow]) -> dict[int, str]:
    """Rows of the table that are no data, each with the reason: 示例, 合计, 签章, 表头."""
    out: dict[int, str] = {}
    columns = slice(header.columns.start, header.columns.stop)
    inside = range(header.rows.stop, last + 1)
    for number, row in head:
        if number not in inside:
            continue
        own = row[columns]
        if _repeats(own, header):
            out[number] = "表头"
        elif endings.is_example(own):
            out[number] = "示例"
        elif out.get(number - 1) != "示例":
            break
    for number, row in _decoded(told["totals"]):
        if number in inside and endings.is_total(row[columns]):
            out[number] = "合计"
    for number, sample in told["blocks"]:
        for at, row in _decoded(sample):
            if at in inside and at >= number and _repeats(row[columns], header):
                out[at] = "表头"
    for number, row in reversed(_decoded(told["tail"])):
        if number not in inside:
            continue
        own = row[columns]
        if endings.is_total(own):
            out[number] = "合计"
        elif endings.is_signature(own, len(header.headings)):
            out[number] = "签章"
        else:
            break
    return out


def _repeats(row: tuple[Any, ...], header: Header) -> bool:
    texts = [str(value).strip() for value in row if value is not None]
    return len(texts) > 1 and texts == [h for h in header.headings if h]


# --- what is told about the form ------------------------------------------------------------------------


def _problems(told: dict[str, Any], header: Header, rows: range, left_out: dict[int, str], facts: Facts, several: bool) -> Iterator[Problem]:
    names: dict[str, list[int]] = {}
    for at, heading in enumerate(header.headings):
        names.setdefault(heading, []).append(at)
    for heading, places in names.items():
        where = [letters(header.columns.start + at) for at in places]
        if heading and len(places) > 1:
            zh, en = "、".join(where), ", ".join(where)
            yield Problem(
                "duplicate_heading", tuple(places), f"列名“{heading}”重复（{zh} 列），请改名或只保留一列",
                f"The heading “{heading}” stands more than once (columns {en}); rename one or keep one",
            )  # fmt: skip
        if not heading:
            full = [at for at in places if told["filled"][header.columns.start + at]]
            if full:
                zh, en = "、".join(letters(header.columns.start + at) for at in full), ", ".join(letters(header.columns.start + at) for at in full)
                yield Problem("empty_heading", tuple(full), f"{zh} 列有内容但没有列名，不会导入", f"Columns {en} hold values but have no heading; they are not imported")
    hidden = [number for number in facts.hidden_rows if number in rows]
    if hidden:
        yield Problem("hidden_rows", (), f"有 {len(hidden)} 个隐藏行（{_listed(hidden, '第 {} 行')}），已一并读取", f"{len(hidden)} rows are hidden ({_listed(hidden, '{}')}); they are read too")
    columns = [at for at, column in enumerate(header.columns) if column in set(facts.hidden_columns)]
    if columns:
        where = [letters(header.columns.start + at) for at in columns]
        yield Problem("hidden_columns", tuple(columns), f"有隐藏列（{'、'.join(where[:10])} 列），已一并读取", f"Columns {', '.join(where[:10])} are hidden; they are read too")
    merged = [merge for merge in told["merges"] if merge[2] > merge[0] and merge[0] in rows]
    if merged:
        yield Problem("merged", (), f"有 {len(merged)} 处合并单元格，已按合并的值填到每一行", f"{len(merged)} joined cells are read as their value in each row")
    for reason, (zh_word, en_word) in _REASONS.items():
        numbers = sorted(number for number, why in left_out.items() if why == reason)
        if numbers:
            yield Problem("dropped", (), f"{_listed(numbers, '第 {} 行')}是{zh_word}，不导入", f"Row {_listed(numbers, '{}')}: {en_word}, not imported")
    if several:
        yield Problem("several_tables", (), "这个工作表中有多个表，请分别选择导入", "This sheet holds several tables; choose and import each")


_REASONS = {"示例": ("示例行", "example"), "合计": ("合计行", "total"), "签章": ("签章或说明", "signature or note"), "表头": ("重复的表头", "header again")}


def _listed(numbers: list[int], form: str) -> str:
    shown = "、".join(str(number) for number in numbers[:LISTED])
    return form.format(shown + ("…" if len(numbers) > LISTED else ""))
