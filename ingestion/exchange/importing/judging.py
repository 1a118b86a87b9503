"""What becomes of each row: the one judge of dry runs and real runs.

A chunk of rows is read, what stands is looked up for all of them at once, and each row ends as new, changed,
unchanged, duplicate, error or held, with everything that is to be said about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz

from ingestion import derive, duplicates, funds, permissions, serializer
from ingestion.catalog import kinds as k
from ingestion.exchange import layout
from ingestion.exchange.importing import merging, people
from ingestion.exchange.importing.findings import Document, Draft, Telling, Verdict
from ingestion.exchange.importing.options import Finding, Options
from ingestion.exchange.importing.rules import Rules
from ingestion.exchange.importing.sheet_cells import SheetCells
from ingestion.exchange.importing.standing import Found, Key, Standing, occasion
from ingestion.exchange.layout import Look, Reading
from ingestion.exchange.layout.look import record_number
from ingestion.exchange.tabular import Row
from ingestion.principal import Principal
from ingestion.records import entry
from ingestion.store.engine import UnitOfWork

NEAREST = 5  # records of nearly the same title that are looked at for one row
OTHER_TITLE = 50.0  # of 100: below it two titles under one natural key are two things, and one of the keys is wrong


class Judge(Telling):
    """One run over one file. ``uow`` of each call is only read from."""

    def __init__(
        self,
        actor: Principal,
        type_id: str,
        cells: SheetCells,
        options: Options,
        look: Look,
        rules: Rules,
        standing: Standing,
        choices: people.Choices,
    ) -> None:
        super().__init__(type_id, cells, options, look, rules, choices)
        self.actor, self.standing = actor, standing
        self._near: dict[str, list[tuple[int, int | None, float]]] = {}

    def read(self, rows: Iterable[Row]) -> list[Draft]:
        """The part that asks no store."""
        drafts = []
        for row in rows:
            cells = self.cells.of(row)
            told = cells.get("record_no")
            number = record_number(str(told)) if told is not None else None
            drafts.append(Draft(row, cells, Reading(), number=number[1] if number and number[0] == self.type_id else None))
        for draft in drafts:
            if draft.number is None:
                draft.reading = layout.read(self.type_id, draft.cells, self.look)
                if self.type_id not in permissions.FUNDS:  # money asks its projects for college and owner first
                    self._finish(draft)
        return drafts

    def _finish(self, draft: Draft) -> None:
        """Choices and what the batch presets, then the document's normal form and its natural keys."""
        document = draft.reading.document
        for named in draft.reading.people:
            chosen = self.choices.of(named, draft.row.number) if self.choices else None
            if chosen is not None:
                people.link(self.type_id, document, named, chosen, self.look)
        self.rules.preset(document)
        draft.document = serializer.clean(self.type_id, document)
        draft.keys = duplicates.keys(self.type_id, draft.document)

    def judge(self, uow: UnitOfWork, drafts: Sequence[Draft]) -> list[Verdict]:
        if self.type_id in permissions.FUNDS:
            self.rules.projects_of(uow, [i for d in drafts if isinstance(i := d.reading.document.get(funds.PROJECT), int)])
            for draft in drafts:
                if draft.number is None:
                    self._finish(draft)
        found = self._look_up(uow, drafts)
        if self.type_id in duplicates.NEAR_TYPES:
            new = (d.document for d in drafts if d.match is None)
            self._near = self.standing.nearly_titled(uow, [duplicates.folded(derive.title(self.type_id, one)) for one in new])
        self.rules.prepare(uow, [draft.document for draft in drafts])
        return [self._one(uow, draft, found) for draft in drafts]

    def _look_up(self, uow: UnitOfWork, drafts: Sequence[Draft]) -> Found:
        keys: set[Key] = {(key.kind, key.value) for draft in drafts if draft.number is None for key in draft.keys}
        by_key = self.standing.holders(uow, keys)
        for draft in drafts:
            draft.match = draft.number
            if draft.match is None:
                holder = next((by_key[key.kind, key.value] for key in draft.keys if (key.kind, key.value) in by_key), None)
                draft.match = holder
        headers = self.standing.headers(uow, (draft.match for draft in drafts if draft.match is not None))
        mine = [i for i, header in headers.items() if header["type"] == self.type_id and header["seen"]]
        clear, masked = self.standing.documents(uow, mine)
        for draft in drafts:
            if draft.match in masked:
                before = masked[draft.match]
                draft.reading = layout.read(self.type_id, draft.cells, self.look, before)
                merging.keep_links(draft.reading, self.type_id, before)
                self._finish(draft)
            elif draft.number is not None:
                draft.reading = layout.read(self.type_id, draft.cells, self.look)
                self._finish(draft)
        return Found(headers, clear, masked, by_key, self.standing.gaps(uow, mine))

    # --- one row --------------------------------------------------------------------------------------------

    def _one(self, uow: UnitOfWork, draft: Draft, found: Found) -> Verdict:
        verdict = self._judged(uow, draft, found)
        marked = {f.key for f in verdict.findings if f.rule == "V001"}
        if marked:  # AC-232: the field and the rule, never the text
            verdict.marked, verdict.title, verdict.changes = True, "", ()
            verdict.findings = [f for f in verdict.findings if f.rule == "V001" or f.key not in marked]
        return verdict

    def _judged(self, uow: UnitOfWork, draft: Draft, found: Found) -> Verdict:
        verdict = Verdict(draft.row.number)
        verdict.title = derive.title(self.type_id, draft.document)[:500]
        day = derive.dated_on(self.type_id, draft.document) if self._dated(draft.document) else None
        verdict.year = None if day is None else day.year
        self._notes(draft, verdict)
        header = found.headers.get(draft.match) if draft.match is not None else None
        if draft.number is not None and (header is None or header["type"] != self.type_id or not header["seen"]):
            self._say(verdict, "record_no", "没有这条记录，或无权限查看", "No such record, or no permission to see it", "record_no")
            return verdict
        if header is not None:
            self._about(uow, draft, header, found, verdict)
        else:
            self._new(uow, draft, verdict)
        return verdict

    def _dated(self, document: Mapping[str, Any]) -> bool:
        value = document.get(self.record_type.dated_by)
        return isinstance(value, int) or (isinstance(value, str) and len(value) in (4, 7, 10))

    def _notes(self, draft: Draft, verdict: Verdict) -> None:
        """What the file itself has wrong in the row (error values, formulas without a result)."""
        for note in draft.row.notes:
            index = note.column
            heading = "" if index is None else self.cells.columns.targets[index].heading
            key = "" if index is None else self.cells.columns.targets[index].key
            if index is None or key:
                verdict.findings.append(Finding(index, heading, key, "", note.zh, note.en, note.severity, "file"))

    def _new(self, uow: UnitOfWork, draft: Draft, verdict: Verdict) -> None:
        document = draft.document
        self._people(draft, verdict)
        self._problems(draft, document, verdict, self.rules.problems(uow, document), frozenset())
        if any(f.severity == "error" for f in verdict.findings):
            verdict.result = "error"
            return
        if verdict.people:
            verdict.result = "held"
            return
        marks = self.marks(document, draft.keys)
        row = self.standing.row_of(marks, draft.row.number)
        if row is not None:
            verdict.repeats_row = row or None
            self._repeats(verdict, *_earlier(row))
            return
        if self._alike(uow, draft, document, verdict):
            return
        self.standing.take(marks, draft.row.number)
        verdict.result, verdict.document, verdict.keys = "new", document, draft.keys

    def marks(self, document: Mapping[str, Any], keys: Sequence[duplicates.Key] | None = None) -> list[Any]:
        """What no two rows of a file may share: natural keys; and title, year and occasion of those without a key
        that tells them apart (a paper's key made of its title is none)."""
        known = duplicates.keys(self.type_id, document) if keys is None else keys
        marks: list[Any] = [(key.kind, key.value) for key in known]
        if self.type_id in duplicates.NEAR_TYPES and not self.options.alike:
            title = duplicates.folded(derive.title(self.type_id, document))
            told = tuple(sorted(key.value for key in known if key.kind != "paper_title"))
            if title:
                year = str(document.get(self.record_type.dated_by) or "")[:4]
                marks.append(("title", title, year, occasion(self.type_id, document), told))
        return marks

    def _alike(self, uow: UnitOfWork, draft: Draft, document: Document, verdict: Verdict) -> bool:
        """Whether a record that stands has this title or nearly: the same record if nothing differs, else one to be
        looked at, which ends the row unless such rows are wanted (then it is noted for whoever looks)."""
        title = duplicates.folded(derive.title(self.type_id, document))
        if not title or self.type_id not in duplicates.NEAR_TYPES:
            return False
        likeness = {i: 100.0 for i, year in self.standing.titled(uow, title) if _same_years(verdict.year, year)}
        if not likeness:
            likeness = {i: score for i, year, score in self._near.get(title, ())[:NEAREST] if _same_years(verdict.year, year)}
        if not likeness:
            return False
        headers = self.standing.headers(uow, likeness)
        clear, _masked = self.standing.documents(uow, [i for i, h in headers.items() if h["seen"]])
        for record_id in sorted(clear, key=lambda i: (-likeness[i], i)):
            before = clear[record_id]
            if occasion(self.type_id, before) != occasion(self.type_id, document):
                continue
            other = {key.kind: key.value for key in duplicates.keys(self.type_id, before) if key.kind != "paper_title"}
            if any(key.kind in other and other[key.kind] != key.value for key in draft.keys):
                continue
            after = serializer.clean(self.type_id, merging.merged(self.type_id, before, draft.reading, self.cells.keys, clear=False))
            if after == serializer.clean(self.type_id, before):
                verdict.result, verdict.record_id = "unchanged", record_id
                return True
            number = f"{derive.number_of(self.type_id, record_id)}《{headers[record_id]['title']}》"
            number_en = f"{derive.number_of(self.type_id, record_id)} “{headers[record_id]['title']}”"
            same, same_en = ("名称相同", "the same title") if likeness[record_id] == 100 else (f"名称相似度 {likeness[record_id]:.0f}%", f"title {likeness[record_id]:.0f} % alike")
            issue = k.Issue(
                self.record_type.title, f"疑似重复：与已有记录 {number}{same}", f"Possibly repeats {number_en}: {same_en}", "warning", duplicates.NEAR
            )
            self._say(verdict, issue.field, issue.zh, issue.en, issue.rule, "warning")
            if self.options.alike:
                verdict.gaps.append(issue)
                return False
            verdict.result, verdict.record_id = "duplicate", record_id
            verdict.changes = merging.differences(self.type_id, before, after, self.look.codes, self.look)
            return True
        return False

    # --- a row about a record that stands -------------------------------------------------------------------

    def _about(self, uow: UnitOfWork, draft: Draft, header: dict[str, Any], found: Found, verdict: Verdict) -> None:
        record_id = header["id"]
        verdict.record_id, verdict.header = record_id, header
        number = derive.number_of(header["type"], record_id)
        mark = ("record", record_id)
        row = self.standing.row_of([mark], draft.row.number)
        if header["batch_id"] == self.standing.batch_id is not None and draft.number is None:
            self._repeats(verdict, *_earlier(0))
            return
        if row is not None:
            verdict.repeats_row = row or None
            self._repeats(verdict, *_earlier(row))
            return
        if record_id not in found.clear:  # of another type, or not the actor's to see
            label = f"{number}《{header['title']}》" if header["seen"] else ""
            verdict.record_id = record_id if header["seen"] else None
            self._repeats(verdict, f"本校已有记录{label}", f"a record of this university {label}".strip())
            return
        self.standing.take([mark], draft.row.number)
        before = serializer.clean(self.type_id, found.clear[record_id])
        by_number = draft.number is not None
        if not by_number and not self._same_thing(before, draft.document):
            title = header["title"]
            self._repeats(
                verdict, f"已有记录 {number}《{title}》，但名称不同，请核对编号", f"{number} “{title}”, whose title is another; compare the numbers"
            )
            return
        reading = draft.reading
        raw = merging.merged(self.type_id, found.clear[record_id], reading, self.cells.keys, clear=by_number)
        raw = entry.unmasked(self.type_id, raw, found.clear[record_id])
        after = serializer.clean(self.type_id, raw)
        if after == before and (not reading.wrong or self.options.as_history):
            verdict.result = "unchanged"
            return
        verdict.changes = merging.differences(self.type_id, before, after, self.look.codes, self.look)
        refused = self.rules.may_change(header) if self.options.update or by_number else None
        if refused is not None and not by_number:
            self._repeats(verdict, f"已有记录 {number}《{header['title']}》（{refused[0]}）", f"{number} “{header['title']}” ({refused[1]})")
            return
        if not self.options.update and not by_number:
            self._repeats(verdict, f"已有记录 {number}《{header['title']}》，内容有不同", f"{number} “{header['title']}”, which differs")
            return
        if refused is not None:
            self._say(verdict, "record_no", f"{number}：{refused[0]}", f"{number}: {refused[1]}", "state")
        self._people(draft, verdict)
        self._problems(draft, after, verdict, self.rules.problems(uow, after, header, before), found.gaps.get(record_id, frozenset()))
        if any(f.severity == "error" for f in verdict.findings):
            verdict.result = "error"
        elif verdict.people:
            verdict.result = "held"
        else:
            verdict.result, verdict.document, verdict.before = "changed", after, before

    def _repeats(self, verdict: Verdict, zh: str, en: str) -> None:
        verdict.result = "duplicate"
        self._say(verdict, self.record_type.title, f"重复：{zh}", f"Duplicate: {en}", "D001", "warning")

    def _same_thing(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Whether two documents under one natural key are about one thing, by their titles."""
        old, new = (duplicates.folded(derive.title(self.type_id, one)) for one in (before, after))
        return not old or not new or fuzz.ratio(old, new) >= OTHER_TITLE or old in new or new in old


def _same_years(one: int | None, other: int | None) -> bool:
    """What a duplicate may differ by: the year of its early view, or one of the two is not known."""
    return one is None or other is None or abs(one - other) <= 1


def _earlier(row: int) -> tuple[str, str]:
    """An earlier row of the file; 0: one of those read before a kill, whose number is not known any more."""
    return (f"本文件第 {row} 行", f"row {row} of this file") if row else ("本文件前面的行", "an earlier row of this file")
