"""One pass over a file, dry or for good: the same code reads, looks up and judges; a real run writes each chunk.

A chunk is written hidden in one short transaction together with how far the run is. When the last row is judged, one
transaction puts the new records in effect, applies the changes and sets the marker; until then nobody sees a thing,
and a run that was killed goes on behind its last chunk.
"""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from ingestion import audit, bulk, codes, permissions, serializer
from ingestion.catalog import values
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange import bibliographic, layout, tabular
from ingestion.exchange.importing import batches, changing, kept, mapping, people, tally, telling, totals
from ingestion.exchange.importing.findings import Verdict
from ingestion.exchange.importing.judging import Judge
from ingestion.exchange.importing.listed import ListedBook, ListedJudge, Listing, is_listing
from ingestion.exchange.importing.mapping import ColumnMap
from ingestion.exchange.importing.options import Change, Options, RowView
from ingestion.exchange.importing.rules import Rules
from ingestion.exchange.importing.sheet_cells import SheetCells
from ingestion.exchange.importing.standing import Standing
from ingestion.exchange.references import kinds as references
from ingestion.exchange.references.presets import batch_values
from ingestion.exchange.tabular import Book, Sheet
from ingestion.exchange.tabular import limits as tabular_limits
from ingestion.principal import OperationError, Principal
from ingestion.records import submission
from ingestion.store import platform as p
from ingestion.store.engine import Store, UnitOfWork

CHUNK = bulk.CHUNK
TRIES = 4
FIRST = 100
"""Rows told at once; the rest are looked up."""
Progress = Callable[[int, int], None]


@dataclass
class Source:
    """A file made ready: its table, what its columns mean, how it is to be taken."""

    book: Book | ListedBook
    sheet: Sheet | Listing
    columns: ColumnMap
    options: Options
    sha256: str

    @property
    def name(self) -> str:
        return self.book.name


def open_file(uow: UnitOfWork, actor: Principal, type_id: str, path: Path, options: Options, name: str | None = None) -> Source:
    """Read the file and say what its columns mean. What is wrong with the file as a whole is found here, before any
    row is looked at.

    Raises ``OperationError`` (``UnreadableFile``) in one sentence that says what to do."""
    permissions.require(actor, "import", type_id)
    if is_listing(path, name):
        return _open_listing(uow, actor, type_id, path, options, name)
    book = tabular.read(path, name, tabular_limits.of(uow))
    _right_template(book, type_id)
    sheet = book.sheet(options.sheet)
    columns = mapping.suggest(uow, actor, type_id, sheet.headings, sheet.name, sheet.unit_above).chosen(options.columns)
    columns = replace(columns, values={**columns.values, **_sets(uow, actor, type_id, options.sets)})
    return Source(book, sheet, columns, options, digest(path))


def _open_listing(uow: UnitOfWork, actor: Principal, type_id: str, path: Path, options: Options, name: str | None) -> Source:
    """A bibliographic file: its fields are known. The office files it as history, whatever else is asked."""
    if type_id not in references.IMPORTABLE:
        there = "、".join(ALL_RECORDS[t].zh for t in references.IMPORTABLE)
        there_en = ", ".join(ALL_RECORDS[t].en for t in references.IMPORTABLE)
        mine = ALL_RECORDS[type_id]
        raise OperationError(
            f"“{name or path.name}”是题录文件，不能导入为“{mine.zh}”；题录可导入为：{there}。",
            f"“{name or path.name}” holds references and cannot be imported as “{mine.en}”; they can be imported as: {there_en}.",
        )
    found = bibliographic.read(path, name)
    values = batch_values(type_id, options.sets, codes.for_university(uow, actor.university_code))
    if actor.role in ("office_admin", "system"):
        options = replace(options, as_history=True)
    columns = ColumnMap(type_id, "", ())
    return Source(ListedBook(name or path.name, found.format), Listing(found, values), columns, options, digest(path))


def digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _right_template(book: Book, type_id: str) -> None:
    if book.template is None or book.template[0] == type_id:
        return
    other = ALL_RECORDS.get(book.template[0])
    zh, en = (other.zh, other.en) if other else (book.template[0], book.template[0])
    mine = ALL_RECORDS[type_id]
    raise OperationError(
        f"“{book.name}”是“{zh}”的模板，不能导入为“{mine.zh}”；请选择类型“{zh}”，或下载“{mine.zh}”的模板。",
        f"“{book.name}” is a template for “{en}” and cannot be imported as “{mine.en}”; choose the type “{en}”, or the template of “{mine.en}”.",
    )


def _sets(uow: UnitOfWork, actor: Principal, type_id: str, sets: Sequence[str]) -> dict[str, Any]:
    """``field=value`` words as cells. Raises ``OperationError`` naming every wrong one."""
    known = codes.for_university(uow, actor.university_code)
    out: dict[str, Any] = {}
    zh: list[str] = []
    en: list[str] = []
    for word in sets:
        name, equals, raw = word.partition("=")
        target = mapping.parse_target(type_id, name) if equals and name.strip() else None
        if target is None or not target[0]:
            there = "、".join(c.zh for c in mapping.fields_of(type_id) if c.kind == "field")
            zh.append(f"“{word}”：没有这个字段；可用：{there}")
            en.append(f"“{word}”: there is no such field; there are: {', '.join(c.key for c in mapping.fields_of(type_id))}")
            continue
        column = layout.by_key(type_id)[target[0]]
        if column.field is not None and not column.many and column.code_list is not None:
            _value, issues = values.parse(column.field, raw.strip(), codes=known)
            zh += [issue.zh for issue in issues]
            en += [issue.en for issue in issues]
        out[target[0]] = raw.strip()
    if zh:
        raise OperationError("；".join(zh) + "。", "; ".join(en) + ".")
    return out


def require_columns(source: Source) -> None:
    """Raises ``OperationError`` where the file lacks what no row can do without, or has no rows."""
    missing = source.columns.missing() if isinstance(source.sheet, Sheet) else ()
    if missing:
        there = "、".join(f"“{h}”" for h in source.sheet.headings if h)
        zh = "、".join(f"“{c.zh}”" for c in missing)
        en = ", ".join(f"“{c.en}”" for c in missing)
        raise OperationError(
            f"工作表“{source.sheet.name}”缺少必需的列：{zh}；文件中的列有：{there}。请在“列对应”中指定，或修改列名。",
            f"The sheet “{source.sheet.name}” lacks {en}; its columns are: {there}. Say which column it is, or rename one.",
        )


# --- the run -------------------------------------------------------------------------------------------------------


class Run:
    """One pass. ``real``: rows are written hidden; else nothing is written but the batch's own row."""

    def __init__(self, store: Store, actor: Principal, type_id: str, source: Source, batch_id: int | None, run: str, *, real: bool) -> None:
        self.store, self.actor, self.type_id, self.source = store, actor, type_id, source
        self.batch_id, self.run, self.real = batch_id, run, real
        self.options = source.options
        self.tally = tally.Tally(type_id)
        self.who = bulk.Who(actor.account_id, actor.name, actor.role)
        self.told: list[RowView] = []  # of a dry run without a batch, and the first ones of any run
        self.keep_all = False
        self.marked: list[int] = []  # rows with a secrecy mark
        self.standing = Standing(actor, type_id, batch_id)
        with store.read(actor.university_code) as uow:
            look = layout.load(uow, actor, type_id)
            self.rules = Rules(uow, actor, type_id, self.options, look)
            choices = people.load(uow, actor, type_id, source.sha256)
            self.state = _target(uow, actor, type_id, self.options)
        self.judge: Judge | ListedJudge
        if isinstance(source.sheet, Listing):
            self.judge = ListedJudge(actor, type_id, source.sheet, self.options, look, self.rules, self.standing, choices)
        else:
            self.judge = Judge(actor, type_id, SheetCells(source.columns), self.options, look, self.rules, self.standing, choices)

    def go(self, progress: Progress | None = None, after: int = 0) -> None:
        """Judge the rows behind row ``after``, and write them where this is for good."""
        with _collecting_seldom():
            self._go(progress, after)

    def _go(self, progress: Progress | None, after: int) -> None:
        total, done = self.source.sheet.row_count, self.tally.counts["read"]
        for rows in _chunks(self.source.sheet.rows(), after):
            drafts = self.judge.read(rows)
            done += len(rows)
            for again in range(TRIES):
                try:
                    self._chunk(drafts, rows[-1].number, done)
                    break
                except (bulk.TakenKey, IntegrityError):  # somebody filed the same thing in between
                    if again == TRIES - 1:
                        raise
            if progress is not None:
                progress(done, total)

    def _chunk(self, drafts: Sequence[Any], last: int, done: int) -> None:
        self.rules.mark()
        kept_tally = json.dumps(self.tally.as_dict())
        try:
            with self.store.read(self.actor.university_code) as uow:
                verdicts = self.judge.judge(uow, drafts)
            for verdict in verdicts:
                self.tally.add(verdict, self.state)
                self._tell(verdict)
                if verdict.marked:
                    self.marked.append(verdict.row)
            if self.batch_id is not None:
                with self.store.begin(self.actor.university_code) as uow:
                    self._write(uow, verdicts, last, done)
        except (bulk.TakenKey, IntegrityError):
            self.rules.back()
            self.told = [row for row in self.told if row.row < drafts[0].row.number]
            self.tally = tally.Tally.from_dict(self.type_id, json.loads(kept_tally))
            raise

    def _tell(self, verdict: Verdict) -> None:
        if (self.keep_all or len(self.told) < FIRST) and (verdict.findings or verdict.people):
            loud = tuple(f for f in verdict.findings if f.severity != "gap" or verdict.result != "new")
            if loud or verdict.people:
                self.told.append(batches.view_of(self.type_id, verdict, loud))

    def _write(self, uow: UnitOfWork, verdicts: Sequence[Verdict], last: int, done: int) -> None:
        assert self.batch_id is not None
        state = {"row": last, "tally": self.tally.as_dict()} if self.real else {}
        batches.beat(uow, self.batch_id, self.run, done=done, progress=state, counts=self.tally.counts)
        told = [row for v in verdicts if (row := self._row(v)) is not None]
        if told:
            uow.conn.execute(insert(p.import_row), told)
        new = [v for v in verdicts if v.result == "new"]
        if self.real and new:
            items = (
                bulk.BulkItem(v.document, state=self.state, entered_by=self.who, channel="import", gaps=tuple(v.gaps), keys=v.keys) for v in new
            )
            bulk.load(uow, self.actor, self.type_id, items, self.batch_id, checked=True, hidden=True)

    def _row(self, verdict: Verdict) -> dict[str, Any] | None:
        """What is kept of a row: nothing of one that is simply new or simply unchanged."""
        loud = [f for f in verdict.findings if f.severity != "gap" or verdict.result != "new"]
        if verdict.result in ("new", "unchanged") and not loud:
            return None
        changed = verdict.result == "changed"
        archive = serializer.archive if changed else None
        return {
            "university_code": self.actor.university_code, "batch_id": self.batch_id, "row": verdict.row, "result": verdict.result,
            "record_id": verdict.record_id, "repeats_row": verdict.repeats_row, "title": verdict.title, "filed_year": verdict.year,
            "issues": batches.as_json(loud), "people": batches.as_json(verdict.people), "changes": batches.as_json(verdict.changes),
            "document": archive(self.type_id, verdict.document) if archive else None,
            "before": archive(self.type_id, verdict.before or {}) if archive else None,
            "version": verdict.header["version"] if changed and verdict.header else None,
        }  # fmt: skip

    def report(self, uow: UnitOfWork) -> dict[str, Any]:
        """What the batch's page tells. The control totals are compared with what the store holds, and will hold where
        this is only a check."""
        planned = {} if self.real else self.tally.filed
        found = totals.differences(uow, self.actor, self.type_id, self.options.totals, self.batch_id, planned)
        return {"tally": self.tally.as_dict(), "differences": [asdict(one) for one in found]}


def _chunks(rows: Iterator[Any], after: int) -> Iterator[list[Any]]:
    walk = (row for row in rows if row.number > after) if after else rows
    while chunk := list(islice(walk, CHUNK)):
        yield chunk


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Rows are trees and leave no circles behind; looking for some among a hundred thousand live objects took a sixth
    of a run's time. What other code leaves is collected when the run ends."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _target(uow: UnitOfWork, actor: Principal, type_id: str, options: Options) -> str:
    """The state new records get: what a submission by this role leads to, in force for history."""
    if options.as_history:
        return "30"
    header = {"type": type_id, "state": "00", "university_code": actor.university_code}
    return submission.target(uow, actor, header)[0]


def refuse_what_may_not_be(actor: Principal, options: Options, *, real: bool) -> None:
    """Raises ``OperationError`` for history by anybody but the office, and for a file nobody declared free of secrets."""
    if options.as_history and actor.role not in ("office_admin", "system"):
        raise OperationError("历史数据只能由科研处导入。", "Only the research office files history.")
    if real and not options.non_secret:
        raise OperationError(
            "请先确认本批信息不涉密（--non-secret）。涉密数据不得上网。",
            "Declare first that the batch holds nothing secret (--non-secret).",
        )


# --- the last transaction ------------------------------------------------------------------------------------------


def put_in_effect(run: Run) -> None:
    """New records get their state, changes are applied, the marker is set, people are told: all of it or nothing."""
    assert run.batch_id is not None
    actor, type_id, batch_id = run.actor, run.type_id, run.batch_id
    with run.store.begin(actor.university_code) as uow:
        batches.beat(uow, batch_id, run.run)
        bulk.put_in_effect(uow, actor, type_id, batch_id, run.state)
        changed = changes_of(uow, type_id, batch_id)
        left = changing.apply(uow, actor, type_id, batch_id, changed, f"导入批次 {batch_id}：{run.source.name}"[:300])
        _note_versions(uow, batch_id, left)
        detail = {
            "file": run.source.name, "sha256": run.source.sha256, "sheet": run.source.sheet.name, "history": run.options.as_history,
            "non_secret": run.options.non_secret,
        }  # fmt: skip
        batches.applied(uow, actor, type_id, batch_id, run.tally.counts, detail)
        telling.tell(uow, actor, type_id, batch_id, run.state)
        totals.keep(uow, actor, type_id, run.options.totals)
        uow.conn.execute(p.import_batch.update().where(p.import_batch.c.id == batch_id).values(report=json.dumps(run.report(uow), ensure_ascii=False), progress="{}"))


def changes_of(uow: UnitOfWork, type_id: str, batch_id: int) -> list[changing.Changed]:
    r = p.import_row
    rows = uow.conn.execute(
        select(r.c.record_id, r.c.version, r.c.before, r.c.document, r.c.changes, r.c.issues).where(
            r.c.batch_id == batch_id, r.c.result == "changed"
        )
    )
    return [
        changing.Changed(
            row.record_id, row.version, serializer.restore(type_id, row.before, "clear"), serializer.restore(type_id, row.document, "clear"),
            tuple(Change(**one) for one in json.loads(row.changes)),
        )
        for row in rows
    ]  # fmt: skip


def _note_versions(uow: UnitOfWork, batch_id: int, left: dict[int, int]) -> None:
    """The version each changed record has now: undo knows by it whether somebody changed it since."""
    r = p.import_row
    for record_id, version in left.items():
        uow.conn.execute(r.update().where(r.c.batch_id == batch_id, r.c.record_id == record_id, r.c.result == "changed").values(version=version))


def remember_rows(uow: UnitOfWork, run: Run) -> None:
    """After a kill: what the rows written before it are known by, so that a later row that repeats one is told."""
    r = p.record
    ids: list[int] = list(
        uow.conn.execute(
            select(r.c.id).where(r.c.university_code == run.actor.university_code, r.c.batch_id == run.batch_id, r.c.state == p.LOADING)
        ).scalars()
    )
    for start in range(0, len(ids), CHUNK):
        for document in serializer.read(uow, run.type_id, ids[start : start + CHUNK], "clear").values():
            run.standing.take(run.judge.marks(document), 0)


def forget_secrets(run: Run) -> bool:
    """A file with a secrecy mark is kept no longer, and that it was there is logged by the rule's number alone
    (AC-232). True where there was one."""
    if not run.marked:
        return False
    detail = {"action": "import", "secrecy_rule": ",".join(sorted(run.rules.secrecy_rules)), "rows": len(run.marked)}
    with run.store.begin(run.actor.university_code) as uow:
        audit.write(uow, run.actor, "refused", run.type_id, run.batch_id, detail, university_code=run.actor.university_code)
    if run.batch_id is not None:
        kept.forget(run.batch_id)
    return True


def throw_away(store: Store, actor: Principal, batch_id: int) -> None:
    """Remove what a batch wrote hidden, in short transactions."""
    while True:
        with store.begin(actor.university_code) as uow:
            if not bulk.throw_away(uow, actor, batch_id):
                break


def clear_rows(uow: UnitOfWork, batch_id: int) -> None:
    uow.conn.execute(delete(p.import_row).where(p.import_row.c.batch_id == batch_id))
