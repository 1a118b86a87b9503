"""A list of accounts, row by row: who is wanted, or all that is wrong with the row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingestion.accounts import BadAccount, Grant
from ingestion.accounts.administration import clean_username
from ingestion.catalog import headings, values
from ingestion.exchange.importing.mapping import fold
from ingestion.exchange.layout import Look
from ingestion.exchange.layout import accounts as columns
from ingestion.exchange.tabular import Sheet
from ingestion.principal import OperationError
from ingestion.store.engine import today


@dataclass(frozen=True)
class Wanted:
    """One row: an account with one role. ``row`` as the user sees it, 0 for somebody taken from the people."""

    row: int
    username: str
    name: str
    grant: Grant
    person_id: int | None
    staff_no: str = ""
    at: int | None = None  # the column that names the account


@dataclass(frozen=True)
class Refused:
    """One thing wrong with a row, which therefore is no account. ``index``: the column of the file."""

    row: int
    index: int | None
    zh: str
    en: str


def columns_of(sheet: Sheet) -> dict[str, int]:
    """Column key → place in the file. Raises ``OperationError`` where neither accounts nor staff numbers are there."""
    known: dict[str, str] = {}
    for column in columns.COLUMNS:
        known.update({fold(word): column.key for word in (column.zh, column.en, column.key)})
    for one in headings.synonyms("accounts"):
        for word in one.headings:
            known.setdefault(fold(word), one.key)
    out: dict[str, int] = {}
    for index, heading in enumerate(sheet.headings):
        if (key := known.get(fold(heading))) is not None:
            out.setdefault(key, index)
    if not {"username", "staff_no"} & out.keys():
        there, there_en = "、".join(sheet.headings), ", ".join(sheet.headings)
        raise OperationError(
            f"工作表“{sheet.name}”缺少“账号”或“工号”列；文件中的列有：{there}。",
            f"The sheet “{sheet.name}” has no column for accounts or staff numbers; its columns are: {there_en}.",
        )
    return out


class Reader:
    """One file's rows. ``at``: where its columns stand."""

    def __init__(self, look: Look, at: Mapping[str, int]) -> None:
        self.look, self.at = look, at

    def read(self, row: int, given: Sequence[Any]) -> Wanted | list[Refused]:
        cells = {key: given[index] for key, index in self.at.items()}
        wrong: list[Refused] = []

        def refuse(key: str, zh: str, en: str) -> None:
            wrong.append(Refused(row, self.at.get(key), zh, en))

        read = self._values(cells, refuse)
        staff_no = str(read.get("staff_no") or "")
        person = self.look.pickable.get(staff_no) if staff_no else None
        if staff_no and person is None:
            self._unknown(staff_no, refuse)
        name = str(read.get("name") or (person.name if person else ""))
        role = _role(cells.get("role"), refuse)
        unit = self._unit(cells.get("college"), refuse)
        if not name and not (staff_no and person is None):
            refuse("name", "姓名不能为空", "The name must not be empty")
        elif person is not None and name != person.name:
            refuse("name", f"姓名“{name}”与工号 {staff_no} 的姓名“{person.name}”不同", f"The name “{name}” is not that of staff number {staff_no}, “{person.name}”")
        if role == "college_admin" and cells.get("college") in (None, ""):
            refuse("college", "院系管理员必须填写学院", "A college secretary needs a college")
        if role == "researcher" and not staff_no:
            refuse("staff_no", "科研人员必须填写工号，账号由此关联到人员库", "A researcher needs the staff number, which links the account to the person")
        username = self._username(str(read.get("username") or staff_no), refuse)
        begins, ends = _day(read.get("valid_from")), _day(read.get("valid_to"))
        if ends is not None and ends < max(begins or today(), today()):
            refuse("valid_to", f"失效日期“{ends}”早于生效日期或今天", f"The end “{ends}” lies before the beginning or today")
        if wrong or role is None:
            return wrong
        grant = Grant(role, unit if role == "college_admin" else None, begins, ends)
        return Wanted(row, username, name, grant, person.id if person else None, staff_no, self.at.get("username", self.at.get("staff_no")))

    def _values(self, cells: Mapping[str, Any], refuse: Callable[[str, str, str], None]) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for column in columns.COLUMNS:
            raw = cells.get(column.key)
            if raw is None or raw == "" or column.field is None or column.key in ("college", "role"):
                continue
            read[column.key], issues = values.parse(column.field, raw)
            for issue in issues:
                refuse(column.key, issue.zh, issue.en)
        return read

    def _unknown(self, staff_no: str, refuse: Callable[[str, str, str], None]) -> None:
        near = "；".join(one.label for one in self.look.unpadded.get(staff_no, [])[:3])
        hint = f"，可能丢失了前导零：{near}？请将单元格设为文本" if near else "，请先导入人员"
        hint_en = f"; leading zeros may be lost: {near}? Format the cell as text" if near else "; import the people first"
        refuse("staff_no", f"工号“{staff_no}”在人员库中没有找到{hint}", f"Staff number “{staff_no}” is not among the people{hint_en}")

    def _unit(self, raw: Any, refuse: Callable[[str, str, str], None]) -> int | None:
        text = str(raw).strip() if raw is not None else ""
        found = self.look.unit_words.get(text)
        if found is None and text:
            near = self.look.nearest_units(text)
            refuse("college", f"学院“{text}”不是本校的单位，最接近的有：{'、'.join(near)}", f"“{text}” is no unit of this university; the nearest are: {', '.join(near)}")
        return found

    def _username(self, text: str, refuse: Callable[[str, str, str], None]) -> str:
        if not text:
            refuse("username", "账号不能为空", "The account must not be empty")
            return text
        try:
            return clean_username(text)
        except BadAccount as problem:
            refuse("username", problem.zh, problem.en)
            return text


def _role(raw: Any, refuse: Callable[[str, str, str], None]) -> str | None:
    if raw is None or not str(raw).strip():
        return "researcher"
    role = columns.role_of(str(raw))
    if role is None:
        allowed, allowed_en = "、".join(columns.role_words("zh")), ", ".join(columns.role_words("en"))
        refuse("role", f"角色“{raw}”不在可选值中，可用：{allowed}", f"The role “{raw}” is not allowed; there are: {allowed_en}")
    return role


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
