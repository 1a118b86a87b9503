"""Bibliographic files in the same run as sheets: entries stand for rows and go by their number.

A bibliographic file never changes a record that stands, for it is a source's list and not the university's own; what
it repeats is unchanged or a duplicate. What only has the title of another is loaded and left open as a finding.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ingestion import derive, serializer
from ingestion.catalog import validate
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange import bibliographic
from ingestion.exchange.bibliographic import KIND_WORDS, Entries, Entry
from ingestion.exchange.importing import people
from ingestion.exchange.importing.findings import Verdict
from ingestion.exchange.importing.options import Finding, Options
from ingestion.exchange.importing.rules import Rules
from ingestion.exchange.importing.standing import Standing
from ingestion.exchange.layout import Look, NamedPerson
from ingestion.exchange.references import candidates
from ingestion.exchange.references.own import Own
from ingestion.exchange.references.sorting import Item, Sorter
from ingestion.exchange.references.standing import Identity
from ingestion.exchange.tabular.book import Problem as SheetProblem
from ingestion.principal import Principal
from ingestion.records import storable
from ingestion.store.engine import UnitOfWork

HEAD = 1 << 16
SHEETS = (".csv", ".tsv", ".htm", ".html", ".xml")


def is_listing(path: Path, name: str | None = None) -> bool:
    """Whether a file is bibliographic, by its first pages. A sheet whose cells hold references is a sheet."""
    if not path.is_file():
        return False
    with path.open("rb") as content:
        head = content.read(HEAD)
    if bibliographic.is_workbook(path):
        return True
    found = bibliographic.recognised_bytes(head)
    return found is not None and not (found.id == "gbt7714" and Path(name or path.name).suffix.lower() in SHEETS)


class Listed(NamedTuple):
    """One entry of the file, read or broken (then ``entry`` is None)."""

    number: int
    entry: Entry | None
    problems: tuple[bibliographic.Problem, ...]


@dataclass
class Listing:
    """A bibliographic file as a run sees a sheet. ``told``: what was said of each entry in this process, by its
    number, for a command to print."""

    found: Entries
    values: Mapping[str, Any] = field(default_factory=dict)
    told: dict[int, list[tuple[str, Issue]]] = field(default_factory=dict)
    items: dict[int, Item] = field(default_factory=dict)
    name: str = ""
    headings: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[SheetProblem, ...]:
        return tuple(SheetProblem("file", (), p.zh, p.en) for p in self.found.problems if not p.number)

    @property
    def row_count(self) -> int:
        return self.found.read

    def rows(self) -> Iterator[Listed]:
        broken: dict[int, list[bibliographic.Problem]] = {}
        for problem in self.found.problems:
            if problem.number:
                broken.setdefault(problem.number, []).append(problem)
        entries = {entry.number: entry for entry in self.found.entries}
        for number in sorted(entries.keys() | broken.keys()):
            yield Listed(number, entries.get(number), tuple(broken.get(number, ())))


def as_table(path: Path, name: str) -> tuple[Path, dict[int, int]]:
    """The entries of a file as a sheet beside it, to have errors marked in; and the row of each entry."""
    rows = list(Listing(bibliographic.read(path, name)).rows())
    table = path.with_name("entries.csv")
    with table.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("条", "行", "文献类型", "题名", "作者", "来源", "发表时间", "卷期页", "DOI"))
        for row in rows:
            entry = row.entry
            if entry is None:
                writer.writerow((row.number, row.problems[0].line))
                continue
            writer.writerow(
                (
                    row.number, entry.line, KIND_WORDS[entry.kind][0], entry.title[:2000], "；".join(author.name for author in entry.authors[:50]),
                    entry.venue[:500], entry.published, entry.volume_issue_pages[:100], entry.doi[:200],
                )
            )  # fmt: skip
    return table, {row.number: at for at, row in enumerate(rows, start=2)}


@dataclass(frozen=True)
class ListedBook:
    """What stands where a workbook does."""

    name: str
    kind: str
    template: tuple[str, str] | None = None


class ListedJudge:
    """As ``judging.Judge``, over entries."""

    def __init__(
        self, actor: Principal, type_id: str, listing: Listing, options: Options, look: Look, rules: Rules, standing: Standing, choices: people.Choices
    ) -> None:
        self.actor, self.type_id, self.listing, self.options = actor, type_id, listing, options
        self.look, self.rules, self.standing, self.choices = look, rules, standing, choices
        self._sorter: Sorter | None = None
        self._labels = {f.name: f.zh for f in ALL_RECORDS[type_id].fields()}
        self._people = candidates.Candidates(look.pickable.values())

    def read(self, rows: Iterable[Listed]) -> list[Listed]:
        return list(rows)

    def judge(self, uow: UnitOfWork, drafts: Sequence[Listed]) -> list[Verdict]:
        if self._sorter is None:
            self._sorter = Sorter(uow, self.actor, self.type_id, self.listing.values, problems=self._problems)
        else:
            self._sorter.reload(uow)
        self._uow = uow
        self._sorter.links = dict(self._links(drafts))
        items = {item.entry.number: item for item in self._sorter.sort(d.entry for d in drafts if d.entry is not None)}
        self.listing.items.update(items)
        return [self._verdict(draft, items.get(draft.number)) for draft in drafts]

    def marks(self, document: Mapping[str, Any]) -> list[Any]:
        """What no two entries may share."""
        rows = document.get("indexings") or [{}]
        return list(Identity.of(self.type_id, document, str(rows[0].get("accession_no") or "")).marks)

    def _problems(self, type_id: str, document: dict[str, Any]) -> list[Issue]:
        self.rules.preset(document)
        clean = serializer.clean(type_id, document)
        unfit = [Issue(i.field, i.zh, i.en, "error", "storable") for i in storable.problems(type_id, clean)]
        judged = [i for i in self.rules.problems(self._uow, clean) if i.severity == "error"]
        return [*unfit, *(i for i in judged if not (i.rule == validate.REQUIRED and i.field in self.rules.slots))]

    def _links(self, drafts: Sequence[Listed]) -> Iterator[tuple[tuple[int, int], int]]:
        """People somebody chose for names of this file."""
        if not self.choices:
            return
        for draft in drafts:
            for rank, author in enumerate(draft.entry.authors if draft.entry is not None else (), start=1):
                chosen = self.choices.of(_named(author.name, rank), draft.number)
                if chosen:
                    yield (draft.number, rank), chosen

    # --- one entry ------------------------------------------------------------------------------------------

    def _verdict(self, draft: Listed, item: Item | None) -> Verdict:
        verdict = Verdict(draft.number)
        self.listing.told.pop(draft.number, None)  # a chunk may be judged twice
        if item is None:
            for problem in draft.problems:
                self._say(verdict, "error", Issue("", problem.zh, problem.en, rule="broken"))
            return verdict
        document = item.work.document if item.work is not None else {}
        verdict.title = "" if item.marked else item.entry.title[:500]
        day = derive.dated_on(self.type_id, document) if document.get("published_on") or document.get("issued_on") else None
        verdict.year = None if day is None else day.year
        for issue in item.errors:
            self._say(verdict, "error", issue)
        match item.status:
            case "elsewhere":
                assert item.note is not None
                self._say(verdict, "error", item.note)
            case "unchanged" | "duplicate":
                self._repeats(verdict, item)
            case "new" | "similar":
                self._new(verdict, item, serializer.clean(self.type_id, document))
        return verdict

    def _repeats(self, verdict: Verdict, item: Item) -> None:
        assert item.same is not None and item.note is not None
        verdict.result = "unchanged" if item.status == "unchanged" else "duplicate"
        verdict.record_id, verdict.repeats_row = item.same.record_id or None, item.same.number or None
        if verdict.result == "duplicate" or item.more_indexes:
            self._say(verdict, "warning", item.note)

    def _new(self, verdict: Verdict, item: Item, document: dict[str, Any]) -> None:
        marks = self.marks(document)
        row = self.standing.row_of(marks, verdict.row)
        if row is not None:
            verdict.result, verdict.repeats_row = "duplicate", row or None
            self._say(verdict, "warning", Issue("title", "与本文件前面的条目重复，不导入", "repeats an earlier entry of this file; not filed", "warning"))
            return
        self._offer(verdict, item, document)
        history = self.options.as_history
        for gap in item.gaps:
            unsure = gap.severity == "warning" or gap.rule.startswith("I00")
            self._say(verdict, "warning" if gap.rule == "I004" else "gap" if history or unsure else "error", gap)
        if item.status == "similar" and item.note is not None:
            self._say(verdict, "warning", item.note)
        if any(f.severity == "error" for f in verdict.findings):
            return
        if verdict.people:
            verdict.result = "held"
            return
        self.standing.take(marks, verdict.row)
        verdict.result, verdict.document = "new", document
        verdict.gaps += [Issue(g.field, g.zh, g.en, "warning", g.rule or "unread") for g in (*item.gaps, *([item.note] if item.note else []))]

    def _offer(self, verdict: Verdict, item: Item, document: Mapping[str, Any]) -> None:
        """Own people an author may be: to be chosen where the file waits for it, else noted."""
        assert item.work is not None
        step = candidates.step_of(self.type_id)
        for row, found in self._people.of(item.entry, document.get("contributors") or (), self._own()):
            named = _named(row["name"], row["rank"], step)
            if self.choices and self.choices.of(named, verdict.row) is not None:
                continue
            if self.options.holds:
                verdict.people.append(people.offered(named, found, none_allowed=True))
                continue
            who = "；".join(one.label for one in found[:3])
            item.gaps.append(
                Issue(
                    f"contributors[{row['rank'] - 1}].person_id", f"“{row['name']}”未关联人员库，可能是：{who}",
                    f"“{row['name']}” is linked to nobody; may be: {who}", "warning", "unlinked",
                )
            )  # fmt: skip

    def _own(self) -> Own:
        assert self._sorter is not None
        return self._sorter.own

    def _say(self, verdict: Verdict, severity: Any, issue: Issue) -> None:
        self.listing.told.setdefault(verdict.row, []).append((severity, issue))
        key = issue.field if issue.field in self._labels else ""
        verdict.findings.append(Finding(None, self._labels.get(key, ""), key, "", issue.zh, issue.en, severity, issue.rule))


def _named(name: str, rank: int, step: str = "authors") -> NamedPerson:
    return NamedPerson(step, rank, name, "", "", f"{step}.name")
