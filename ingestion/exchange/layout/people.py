"""The people of one step: aligned lines into contributor rows. A staff number links, a name never does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingestion.catalog import kinds as k
from ingestion.catalog import normalise
from ingestion.exchange.layout import lines, values
from ingestion.exchange.layout.columns import PERSON_KIND, PERSON_NUMBER, Column
from ingestion.exchange.layout.look import Known, Look
from ingestion.exchange.layout.values import Reader, Unread
from ingestion.exchange.layout.writing import (
    KIND_WORDS,
    NAME_MARKS,
    OTHER,
    OWN,
    SEPARATING,
    is_own,
    unguarded,
)

if TYPE_CHECKING:
    from ingestion.exchange.layout.reading import Reading

Row = dict[str, Any]
_KINDS = {
    **{word: kind for kind, words in KIND_WORDS.items() for word in words},
    **{word.casefold(): kind for kind, words in KIND_WORDS.items() for word in words},
    "本校": "staff", "校内人员": "staff", "教师": "staff", "教职工": "staff", "本校教师": "staff", "在校学生": "student", "本校学生": "student",
    "研究生": "student", "外校": "external", "校外人员": "external", "外单位": "external",
}  # fmt: skip
_HAN_NAME = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff·]{2,}")


@dataclass(frozen=True)
class NamedPerson:
    """Somebody named who is linked to nobody: ``candidates`` are the people of that name. ``step`` and ``rank`` find
    the contributor row in the document; a plain field has the step ``""``."""

    step: str
    rank: int
    name: str
    staff_no: str
    college_text: str
    column_key: str
    candidates: tuple[Known, ...] = ()


class Group:
    """The columns of one step, and how they are read."""

    def __init__(self, step: k.Contributors, columns: tuple[Column, ...], look: Look) -> None:
        self.step = step
        self.columns = columns
        self.look = look
        self.extras: list[tuple[str, k.Field, Reader]] = [
            (c.key, c.field, values.reader(c.field, look))
            for c in columns
            if c.field is not None and c.field.name not in ("name", "person", "kind")
        ]
        self._units: dict[str, list[list[Row]]] = {}

    def read(self, found: Mapping[str, Any], out: Reading, current: Mapping[str, Any] | None) -> list[Row]:
        at = self.step.name
        names = _lines(found.get(f"{at}.name"), NAME_MARKS, names=True)
        numbers = _lines(found.get(f"{at}.person"), SEPARATING)
        kinds = _lines(found.get(f"{at}.kind"), SEPARATING)
        units = self._read_units(found.get(f"{at}.units"))
        rows: list[Row] = []
        for i in range(max(len(names), len(numbers), len(kinds), len(units))):
            rows.append(self._row(i, units[i] if i < len(units) else []))
        for key, declared, reader in self.extras:
            if key in found:
                self._read_extra(key, declared, reader, found[key], rows, out)
        for i, row in enumerate(rows):
            self._link(row, i, _at(names, i), _at(numbers, i), _at(kinds, i), out)
        if current is not None:
            self._keep_unshown(rows, current)
        return rows

    def _row(self, i: int, units: list[Row]) -> Row:
        return {"role": self.step.role, "rank": self.step.first_rank + i, "kind": "", "name": "", "affiliations": units}

    def _read_extra(self, key: str, declared: k.Field, reader: Reader, raw: Any, rows: list[Row], out: Reading) -> None:
        for i, text in enumerate(_lines(raw, SEPARATING)):
            if text is None:
                continue
            if i >= len(rows):
                rows.extend(self._row(j, []) for j in range(len(rows), i + 1))
            try:
                value = reader(text, rows[i])
            except Unread as problem:
                out.issues.extend((key, self._placed(i, declared.name, issue)) for issue in problem.issues)
            else:
                if value is not None and value is not False:
                    rows[i][declared.name] = value

    def _link(self, row: Row, i: int, name: Any, number: Any, kind: Any, out: Reading) -> None:
        """Name, person and kind of one row."""
        text = normalise.text(str(name)) if name is not None else ""
        row["name"] = text
        given = _KINDS.get(kind) if kind is not None else ""
        if given is None:
            given = self._kind(kind, i, out)
        person: Known | None = None
        staff_no = ""
        if number is not None:
            person = self.look.pickable.get(number) if type(number) is str else None
            if person is None:
                staff_no, person = self._numbered(number, i, out)
        if person is not None:
            row["person_id"] = person.id
            row["name"] = person.name if name is None else text
            if text and text != person.name and _HAN_NAME.fullmatch(text):
                out.issues.append((f"{self.step.name}.name", self._placed(i, "name", _other_name(text, person))))
        own_units = any(unit["is_own"] for unit in row["affiliations"])
        row["kind"] = given or ("staff" if person is not None or staff_no else "external")
        if person is None:
            same_name = tuple(self.look.names.get(text, ()))
            if row["kind"] == "staff" or (not given and same_name and (own_units or not row["affiliations"])):
                college = next((unit["name"] for unit in row["affiliations"] if unit["is_own"]), "")
                out.people.append(NamedPerson(self.step.name, row["rank"], text, staff_no, college, f"{self.step.name}.name", same_name))

    def _numbered(self, raw: Any, i: int, out: Reading) -> tuple[str, Known | None]:
        """The staff number typed and whose it is: "00123", "00123 张伟", RY000123."""
        staff_no, person = "", None
        try:
            staff_no = values.token(PERSON_NUMBER, raw)
            person = self.look.person(staff_no) or self.look.person(staff_no.split(" ")[0])
            if person is None and staff_no:
                raise values.unknown_person(PERSON_NUMBER, raw, staff_no, self.look)
        except Unread as problem:
            out.issues.extend((f"{self.step.name}.person", self._placed(i, "person_id", issue)) for issue in problem.issues)
        return staff_no, person

    def _kind(self, raw: Any, i: int, out: Reading) -> str:
        word = normalise.half_width(str(raw)).casefold()
        found = _KINDS.get(word, "")
        if not found:
            problem = values.refuse(PERSON_KIND, raw, "应为校内、学生或校外", "must be staff, student or external")
            out.issues.extend((f"{self.step.name}.kind", self._placed(i, "kind", issue)) for issue in problem.issues)
        return found

    def _placed(self, i: int, name: str, issue: k.Issue) -> k.Issue:
        title = self.step.zh.removesuffix("信息")
        return k.Issue(
            f"contributors[{i}].{name}",
            f"{title}第 {i + 1} 人：{issue.zh}",
            f"{self.step.en} no. {i + 1}: {issue.en}",
            issue.severity,
            issue.rule,
        )

    def _keep_unshown(self, rows: list[Row], current: Mapping[str, Any]) -> None:
        """What the sheet has no column for stays with the person who has it."""
        shown = {c.key.split(".")[1] for c in self.columns}
        hidden = {"corresponding", "co_first", "certificate_no", "book_role", "share", "own_words", "months_per_year", "reward_share"} - shown
        before = {(row.get("person_id") or row["name"]): row for row in current.get("contributors", ()) if row["role"] == self.step.role}
        for row in rows:
            kept = before.get(row.get("person_id") or row["name"])
            if kept is None:
                continue
            row.update({name: kept[name] for name in hidden if name in kept})
            if not self.step.affiliations:
                row["affiliations"] = kept["affiliations"]

    def _read_units(self, raw: Any) -> list[list[Row]]:
        if raw is None:
            return []
        text = unguarded(str(raw))
        known = self._units.get(text)
        if known is None:
            known = units_read(text, self.look)
            if len(self._units) > values.CACHED:
                self._units.clear()
            self._units[text] = known
        return [[dict(unit) for unit in person] for person in known]


def _lines(raw: Any, marks: str, *, names: bool = False) -> list[Any]:
    if raw is None:
        return []
    return lines.read(unguarded(raw), marks, names=names) if isinstance(raw, str) else [raw]


def _at(found: list[Any], i: int) -> Any:
    return found[i] if i < len(found) else None


def _other_name(text: str, person: Known) -> k.Issue:
    return k.Issue(
        "name",
        f"姓名 “{text}” 与工号 {person.number} 的姓名“{person.name}”不同，请核对",
        f"Name “{text}” is not that of staff number {person.number}, “{person.name}”; compare",
        "warning",
        "person",
    )


# --- printed units ------------------------------------------------------------------------------------------------

_UNIT = re.compile(r'[ \t]*(?:"((?:[^"]|"")*)"|([^";；\n\[\]［］]*))[ \t]*(?:[\[［]([^\]］\n]*)[\]］])?[ \t]*(?=[;；\n]|$)')
_TO_SEPARATOR = re.compile(r"[^;；\n]*")


def units_read(text: str, look: Look) -> list[list[Row]]:
    """The units of each person, a line each: the opposite of ``writing.units_written``."""
    out: list[list[Row]] = [[]]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    at = 0
    while at <= len(text):
        found = _UNIT.match(text, at)
        if found:
            name = found[1].replace('""', '"') if found[1] is not None else normalise.text(found[2])
            if found[1] is not None or (name and name not in lines.NO_VALUE) or found[3]:
                out[-1].append(_unit(name, found[3] or "", look))
        else:
            found = _TO_SEPARATOR.match(text, at)
            assert found is not None
            if name := normalise.text(found[0]):
                out[-1].append(_unit(name, "", look))
        at = found.end()
        if at < len(text) and text[at] == "\n":
            out.append([])
        at += 1
    while out and not out[-1]:
        out.pop()
    return out


def _unit(name: str, marks: str, look: Look) -> Row:
    own: bool | None = None
    row: Row = {"name": name, "is_own": False}
    for mark in filter(None, (part.strip() for part in re.split("[,，]", marks))):
        if mark.casefold() in OWN:
            own = True
        elif mark.casefold() in OTHER:
            own = False
        else:
            row["country"] = mark
    row["is_own"] = is_own(name, look) if own is None else own
    return row

