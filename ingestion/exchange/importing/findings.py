"""What is said of a row: people to be chosen, cells that cannot be read, rules broken, each with its column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingestion import duplicates
from ingestion.catalog import kinds as k
from ingestion.catalog import validate
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange import layout
from ingestion.exchange.importing import people
from ingestion.exchange.importing.options import Change, Finding, Named, Options, Result
from ingestion.exchange.importing.rules import Rules
from ingestion.exchange.importing.sheet_cells import Cells, SheetCells
from ingestion.exchange.layout import Look, Reading
from ingestion.exchange.tabular import Row
from ingestion.records import storable

PERSON_RULES = frozenset({"person", "AC-037"})
NEVER_A_GAP = frozenset({"AC-037", "V001", "D001", "D003", "V022", "other_college", "not_mine", "storable"})
"""Rules that stop a row of history too: lost digits, secrecy, doubles, a closed year, money that is not there."""
Document = dict[str, Any]


@dataclass
class Verdict:
    """``document``: to be written, for new and changed; ``before``, ``header``: of the record that stands."""

    row: int
    result: Result = "error"
    document: Document = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    gaps: list[k.Issue] = field(default_factory=list)
    people: list[Named] = field(default_factory=list)
    changes: tuple[Change, ...] = ()
    record_id: int | None = None
    repeats_row: int | None = None
    title: str = ""
    year: int | None = None
    before: Document | None = None
    header: dict[str, Any] | None = None
    keys: Sequence[duplicates.Key] | None = None
    marked: bool = False  # carries a secrecy mark: of its text nothing may be kept


@dataclass
class Draft:
    """A row on its way."""

    row: Row
    cells: Cells
    reading: Reading
    document: Document = field(default_factory=dict)
    keys: list[duplicates.Key] = field(default_factory=list)
    number: int | None = None
    match: int | None = None  # the record it is about, by number or natural key


class Telling:
    """Collects in a verdict what is wrong with its row."""

    def __init__(self, type_id: str, cells: SheetCells, options: Options, look: Look, rules: Rules, choices: people.Choices) -> None:
        self.type_id, self.cells, self.options, self.look, self.rules, self.choices = type_id, cells, options, look, rules, choices
        self.record_type = ALL_RECORDS[type_id]
        self._columns = layout.by_key(type_id)
        self._headings: dict[str, tuple[int | None, str]] = {}
        for key, targets in cells.columns.taken.items():
            self._headings[key] = (targets[0].index, targets[0].heading)

    def _people(self, draft: Draft, verdict: Verdict) -> None:
        """Names without a person: held for a choice, or left unlinked with a finding."""
        for named in draft.reading.people:
            offered = people.candidates(named, self.look)
            chosen = self.choices.of(named, draft.row.number) if self.choices else None
            if chosen is not None:
                self._settled(draft, named)
                continue
            if not offered:
                continue
            if self.options.holds:
                self._settled(draft, named)
                verdict.people.append(people.offered(named, offered, none_allowed=not named.staff_no))
            else:
                who = "；".join(one.label for one in offered[:3])
                issue = k.Issue(
                    self._placed(named, draft), f"“{named.name}”未关联人员库，同名人员：{who}",
                    f"“{named.name}” is linked to nobody; people of that name: {who}", "warning", "unlinked",
                )  # fmt: skip
                verdict.gaps.append(issue)

    def _placed(self, named: layout.NamedPerson, draft: Draft) -> str:
        rows = draft.document.get("contributors", [])
        roles = {step.name: step.role for step in self.record_type.contributor_steps()}
        for i, row in enumerate(rows):
            if row.get("role") == roles.get(named.step) and row.get("rank") == named.rank:
                return f"contributors[{i}].person_id"
        return "contributors"

    def _settled(self, draft: Draft, named: layout.NamedPerson) -> None:
        """What the reader said of this person's number is answered by the choice."""
        step = next((s for s in self.record_type.contributor_steps() if s.name == named.step), None)
        if step is None:
            return
        at = f"contributors[{named.rank - step.first_rank}].person_id"
        draft.reading.issues[:] = [
            (key, issue) for key, issue in draft.reading.issues
            if not (key == f"{named.step}.person" and issue.field == at and issue.rule in PERSON_RULES)
        ]  # fmt: skip

    def _problems(
        self, draft: Draft, document: Document, verdict: Verdict, judged: list[k.Issue], known_gaps: frozenset[str]
    ) -> None:
        """Everything wrong with the row at once: cells that cannot be read, then the record's own rules."""
        history = self.options.as_history
        wrong = draft.reading.wrong
        held = {(named.key.split(".")[0], named.rank) for named in verdict.people}
        for key, issue in draft.reading.issues:
            self._issue(verdict, key, issue, draft, gap=history and self._may_lack(key, issue))
        for issue in judged:
            if issue.rule == validate.REQUIRED and issue.field in known_gaps:
                continue
            key = layout.column_of(self.type_id, issue.field, document) if issue.field else ""
            if key in wrong and issue.severity == "error":
                continue  # the cell is said to be wrong already
            if held and issue.rule == "AC-056" and self._is_held(issue, document, held):
                continue
            slot = issue.rule == validate.REQUIRED and issue.field in self.rules.slots
            gap = slot or (history and issue.severity == "error" and self._may_lack(key, issue))
            self._issue(verdict, key, issue, draft, gap=gap)
        if not draft.reading.issues and not judged and _fits(document):
            return
        for issue in storable.of_a_sheet(self.type_id, document):
            key = layout.column_of(self.type_id, issue.field, document)
            if not any(f.key == key and f.severity == "error" for f in verdict.findings):
                self._issue(verdict, key, k.Issue(issue.field, issue.zh, issue.en, "error", "storable"), draft, gap=False)

    def _is_held(self, issue: k.Issue, document: Mapping[str, Any], held: set[tuple[str, int]]) -> bool:
        """Somebody who waits for a choice is not told to be chosen."""
        parts = issue.field.removeprefix("contributors[").split("]")
        rows = document.get("contributors", [])
        if not parts[0].isdecimal() or int(parts[0]) >= len(rows):
            return False
        row = rows[int(parts[0])]
        roles = {step.role: step.name for step in self.record_type.contributor_steps()}
        return (roles.get(row.get("role"), ""), row.get("rank")) in held

    def _may_lack(self, key: str, issue: k.Issue) -> bool:
        return issue.rule not in NEVER_A_GAP and key != self.record_type.title and key != "record_no"

    def _issue(self, verdict: Verdict, key: str, issue: k.Issue, draft: Draft, *, gap: bool) -> None:
        if gap:
            verdict.gaps.append(k.Issue(issue.field, issue.zh, issue.en, "warning", issue.rule or "unread"))
        index, heading = self._headings.get(key, (None, self._columns[key].zh if key in self._columns else ""))
        secret = key in self._columns and isinstance(self._columns[key].field, k.Secret)
        value = "" if secret or issue.rule == "V001" else _shown(draft.cells.get(key))
        severity: Any = "gap" if gap else issue.severity
        one = Finding(index, heading, key, value, issue.zh, issue.en, severity, issue.rule)
        if one not in verdict.findings:
            verdict.findings.append(one)

    def _say(self, verdict: Verdict, key: str, zh: str, en: str, rule: str, severity: Any = "error") -> None:
        index, heading = self._headings.get(key, (None, ""))
        verdict.findings.append(Finding(index, heading, key, "", zh, en, severity, rule))


def _fits(document: Mapping[str, Any]) -> bool:
    """Of a row with nothing against it only printed units and the number of rows are not known to fit."""
    people = document.get("contributors", ())
    return len(people) <= storable.MAX_ROWS and all(
        unit["name"].isprintable() and "country" not in unit for row in people for unit in row["affiliations"]
    )


def _shown(value: Any) -> str:
    if value is None:
        return ""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return text if len(text) <= 60 else text[:60] + "…"
