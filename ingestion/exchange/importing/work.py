"""What the pages, the worker and the command call: check, apply, resume, give up."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ingestion import permissions
from ingestion.exchange.importing import batches, kept, mapping, marking, running, tally, totals
from ingestion.exchange.importing.options import (
    COUNT_WORDS,
    COUNTS,
    Batch,
    Difference,
    Effect,
    Options,
    Quality,
    RowView,
)
from ingestion.exchange.importing.running import Progress, Run, Source
from ingestion.exchange.tabular import Book, Sheet
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import Store


@dataclass
class Outcome:
    """What became of a file. ``batch_id`` None: a dry run that left nothing. ``in_effect``: rows stand now.
    ``stopped``: everything was to be loaded or nothing, and some rows were wrong. ``repeated``: the batch in effect
    that came from the very same file."""

    type_id: str
    counts: dict[str, int]
    batch_id: int | None = None
    in_effect: bool = False
    dry_run: bool = False
    stopped: bool = False
    effect: Effect = field(default_factory=Effect)
    quality: list[Quality] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    repeated: int | None = None
    rows: list[RowView] = field(default_factory=list)
    columns: list[tuple[str, str, str]] = field(default_factory=list)
    letters: dict[int, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            **self.counts, "batch": self.batch_id, "in_effect": self.in_effect, "dry_run": self.dry_run, "stopped": self.stopped,
            "effect": asdict(self.effect), "quality": [asdict(one) for one in self.quality],
            "differences": [asdict(one) for one in self.differences], "repeats_batch": self.repeated,
            "columns": [{"heading": heading, "key": key, "how": how} for heading, key, how in self.columns],
            "rows": [asdict(row) for row in self.rows],
        }  # fmt: skip

    def lines(self, language: str, limit: int = 20) -> list[str]:
        """What is said of the first rows, each with its row and column."""
        zh = language == "zh"
        out: list[str] = []
        for row in self.rows:
            for finding in row.issues:
                letter = self.letters.get(finding.index if finding.index is not None else -1, "")
                where = (f"第 {row.row} 行" + (f" · {letter} 列" if letter else "")) if zh else f"Row {row.row}" + (f", column {letter}" if letter else "")
                out.append(f"{where}{'：' if zh else ': '}{finding.zh if zh else finding.en}")
            for named in row.people:
                who = ("；" if zh else "; ").join(" ".join((c.staff_no, c.name, c.college)) for c in named.candidates[:5])
                out.append(f"第 {row.row} 行：“{named.name}”是哪一位？{who}" if zh else f"Row {row.row}: who is “{named.name}”? {who}")
        left = len(out) - limit
        return out if left <= 0 else [*out[:limit], f"…… 还有 {left} 条" if zh else f"… and {left} more"]

    def counts_text(self, language: str) -> str:
        at = 0 if language == "zh" else 1
        shown = [name for name in COUNTS if name != "held" or self.counts[name]]
        if language == "zh":
            return "，".join(f"{COUNT_WORDS[name][at]} {self.counts[name]}" for name in shown)
        return ", ".join(f"{COUNT_WORDS[name][at]} {self.counts[name]}" for name in shown)


def prepare(store: Store, actor: Principal, type_id: str, path: Path, options: Options, name: str | None = None) -> Source:
    """The file read, its columns understood. Raises ``OperationError`` for what is wrong with it as a whole."""
    with store.read(actor.university_code) as uow:
        return running.open_file(uow, actor, type_id, Path(path), options, name)


def check(
    store: Store,
    actor: Principal,
    type_id: str,
    path: Path,
    options: Options | None = None,
    *,
    name: str | None = None,
    progress: Progress | None = None,
    batch_id: int | None = None,
) -> Batch:
    """A dry run, by the code of the real one; nothing of the file takes effect. The batch waits to be confirmed
    (``apply``), checked again (give its ``batch_id``) or given up. ``name``: what the user calls the file.

    Raises ``OperationError`` for what is wrong with the file as a whole; then there is no batch."""
    options = options or Options()
    running.refuse_what_may_not_be(actor, options, real=False)
    totals.check(options.totals)
    source = prepare(store, actor, type_id, path, options, name)
    running.require_columns(source)
    with store.begin(actor.university_code) as uow:
        mapping.remember(uow, actor, source.columns)
        if batch_id is None:
            batch_id, run = batches.begin(
                uow, actor, type_id, source.name, source.sha256, format=source.book.kind, options=told(source), total=source.sheet.row_count
            )
        else:
            _row, run = batches.take_over(uow, actor, batch_id, ("checking", "checked"), "checking")
            running.clear_rows(uow, batch_id)
            batches.beat(uow, batch_id, run, options=told(source), total=source.sheet.row_count, done=0, counts={}, sha256=source.sha256)
    try:
        kept.keep(batch_id, Path(path))
        work = Run(store, actor, type_id, source, batch_id, run, real=False)
        work.go(progress)
        secret = running.forget_secrets(work)
        with store.begin(actor.university_code) as uow:
            batches.beat(uow, batch_id, run, state="checked", counts=work.tally.counts, report=work.report(uow))
            batches.let_go(uow, batch_id)
            if secret:
                batches.closed(uow, batch_id, "failed", _marked(work))
    except batches.CutOff:
        raise
    except BaseException as error:
        _failed(store, actor, batch_id, error)
        raise
    with store.read(actor.university_code) as uow:
        return batches.get(uow, actor, batch_id)


def _marked(work: Run) -> tuple[str, str]:
    rows = "、".join(map(str, work.marked[:20]))
    return (
        f"第 {rows} 行含有涉密标志，涉密数据不得上网；文件没有保存。请删除这些行后重新上传，并联系本校保密部门。",
        f"Rows {rows.replace('、', ', ')} carry a secrecy mark; the file was not kept. Remove them and upload it again; tell the secrecy office.",
    )


def told(source: Source) -> dict[str, Any]:
    """What is kept of how a file was taken, so that the real run takes it so."""
    chosen = {
        t.heading: _said(t.key, t.unit, t.place) for t in source.columns.targets if t.key or t.how in ("chosen", "remembered")
    }
    options = replace(source.options, columns={**chosen, **source.options.columns}, sheet=source.sheet.name)
    return {
        "options": options.as_dict(), "sheet": source.sheet.name, "layout": source.columns.layout,
        "first_column": source.sheet.first_column if isinstance(source.sheet, Sheet) else 0,
        "mapping": [asdict(target) for target in source.columns.targets],
    }  # fmt: skip


def _said(key: str, unit: str, place: int) -> str:
    return key + (f"({unit})" if unit else "") + (f"#{place}" if place else "")


def apply(
    store: Store,
    actor: Principal,
    batch_id: int,
    *,
    all_or_nothing: bool = False,
    alike: bool | None = None,
    non_secret: bool | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Load a checked batch for good: the right rows, or all or nothing. Judges the file anew, by the same code.

    Raises ``OperationError``; then nothing is in effect."""
    with store.begin(actor.university_code) as uow:
        row = batches.row_of(uow, actor, batch_id)
        options = Options.from_dict(json.loads(row.options).get("options", {}))
        options = replace(
            options, all_or_nothing=all_or_nothing or options.all_or_nothing, alike=options.alike if alike is None else alike,
            non_secret=options.non_secret if non_secret is None else non_secret,
        )  # fmt: skip
        running.refuse_what_may_not_be(actor, options, real=True)
        permissions.require(actor, "import", row.type)
        row, run = batches.take_over(uow, actor, batch_id, ("checked",), "loading")
        running.clear_rows(uow, batch_id)
        stored = {**json.loads(row.options), "options": options.as_dict()}
        batches.beat(uow, batch_id, run, done=0, progress={}, counts={}, options=stored)
    return _load(store, actor, row.type, batch_id, row.file_name, options, run, progress)


def resume(store: Store, actor: Principal, batch_id: int, progress: Progress | None = None) -> Outcome:
    """Go on with a batch that was cut off while it was loaded, behind its last chunk."""
    with store.begin(actor.university_code) as uow:
        row, run = batches.take_over(uow, actor, batch_id, ("loading",), "loading")
        options = Options.from_dict(json.loads(row.options).get("options", {}))
        permissions.require(actor, "import", row.type)
    return _load(store, actor, row.type, batch_id, row.file_name, options, run, progress, json.loads(row.progress))


def _load(
    store: Store,
    actor: Principal,
    type_id: str,
    batch_id: int,
    name: str,
    options: Options,
    run: str,
    progress: Progress | None,
    reached: dict[str, Any] | None = None,
) -> Outcome:
    try:
        with kept.opened(batch_id, name) as path:
            source = prepare(store, actor, type_id, path, options, name)
            return _run(store, actor, type_id, source, batch_id, run, progress, reached)
    except batches.CutOff:
        raise
    except BaseException as error:
        _failed(store, actor, batch_id, error)
        raise


def _run(
    store: Store,
    actor: Principal,
    type_id: str,
    source: Source,
    batch_id: int,
    run: str,
    progress: Progress | None,
    reached: dict[str, Any] | None = None,
) -> Outcome:
    running.require_columns(source)
    work = Run(store, actor, type_id, source, batch_id, run, real=True)
    after = 0
    if reached:
        after = int(reached["row"])
        work.tally = tally.Tally.from_dict(type_id, reached["tally"])
        with store.read(actor.university_code) as uow:
            running.remember_rows(uow, work)
    work.go(progress, after)
    counts = work.tally.counts
    if source.options.all_or_nothing and counts["error"] + counts["held"]:
        running.throw_away(store, actor, batch_id)
        with store.begin(actor.university_code) as uow:
            batches.beat(uow, batch_id, run, state="checked", counts=counts, report=work.report(uow), progress={})
            batches.let_go(uow, batch_id)
        return outcome(store, actor, work, stopped=True)
    running.put_in_effect(work)
    running.forget_secrets(work)
    return outcome(store, actor, work, in_effect=True)


def outcome(store: Store, actor: Principal, work: Run, **more: Any) -> Outcome:
    with store.read(actor.university_code) as uow:
        report = work.report(uow)
        same = batches.repeated(uow, actor, work.type_id, work.source.sha256, work.batch_id)
    effect = tally.effect(report["tally"], work.type_id, work.judge.look.codes)
    found = [Difference(d["year"], d["expected"], d["actual"], tuple(d["rows"])) for d in report["differences"]]
    repeated = same[0] if same is not None else None
    return Outcome(
        work.type_id, dict(work.tally.counts), work.batch_id, effect=effect, quality=tally.quality(report["tally"]), differences=found,
        notes=[(problem.zh, problem.en) for problem in work.source.sheet.problems], repeated=repeated, rows=work.told,
        columns=[(t.heading, t.key, t.how) for t in work.source.columns.targets],
        letters={t.index: work.source.sheet.letter(t.index) for t in work.source.columns.targets if isinstance(work.source.sheet, Sheet)}, **more,
    )  # fmt: skip


def import_file(
    store: Store,
    actor: Principal,
    type_id: str,
    path: Path,
    options: Options | None = None,
    *,
    name: str | None = None,
    dry_run: bool = False,
    errors_out: Path | None = None,
    language: str = "zh",
    progress: Progress | None = None,
) -> Outcome:
    """Check and load in one go, as the command does. A batch of the same file by the same account that was cut off
    is gone on with. A dry run leaves nothing behind. ``errors_out`` gets the user's own file with what is wrong
    marked in it."""
    options = options or Options()
    running.refuse_what_may_not_be(actor, options, real=not dry_run)
    totals.check(options.totals)
    source = prepare(store, actor, type_id, path, options, name)
    return import_source(
        store, actor, type_id, source, path, dry_run=dry_run, errors_out=errors_out, language=language, progress=progress
    )


def import_source(
    store: Store,
    actor: Principal,
    type_id: str,
    source: Source,
    path: Path,
    *,
    dry_run: bool = False,
    errors_out: Path | None = None,
    language: str = "zh",
    progress: Progress | None = None,
) -> Outcome:
    """As ``import_file``, of a file made ready before."""
    running.require_columns(source)
    if dry_run:
        work = Run(store, actor, type_id, source, None, "", real=False)
        work.keep_all = errors_out is not None
        work.go(progress)
        if errors_out is not None and isinstance(source.book, Book) and isinstance(source.sheet, Sheet):
            marking.write(source.book, source.sheet, work.told, work.tally.counts, errors_out, language=language)
        return outcome(store, actor, work, dry_run=True)
    given = told(source)
    with store.begin(actor.university_code) as uow:
        cut_off = batches.cut_off(uow, actor, type_id, source.sha256)
        row = None if cut_off is None else batches.row_of(uow, actor, cut_off)
        if row is not None and json.loads(row.options) == json.loads(json.dumps(given)):
            row, run = batches.take_over(uow, actor, row.id, ("loading",), "loading")
            batch_id, reached = row.id, json.loads(row.progress)
        else:
            mapping.remember(uow, actor, source.columns)
            batch_id, run = batches.begin(
                uow, actor, type_id, source.name, source.sha256, format=source.book.kind, state="loading", options=given,
                total=source.sheet.row_count,
            )  # fmt: skip
            reached = {}
    if cut_off is not None and cut_off != batch_id:
        discard(store, actor, cut_off)  # the same file, now taken otherwise
    try:
        kept.keep(batch_id, Path(path))
        done = _run(store, actor, type_id, source, batch_id, run, progress, reached)
    except batches.CutOff:
        raise
    except BaseException as error:
        _failed(store, actor, batch_id, error)
        raise
    if errors_out is not None:
        marking.annotate(store, actor, batch_id, errors_out, language=language)
    return done


def discard(store: Store, actor: Principal, batch_id: int) -> None:
    """Give a batch up that is not in effect: what it wrote hidden goes, its file too."""
    with store.begin(actor.university_code) as uow:
        batches.take_over(uow, actor, batch_id, batches.OPEN, "loading")
    running.throw_away(store, actor, batch_id)
    with store.begin(actor.university_code) as uow:
        batches.closed(uow, batch_id, "discarded")
    kept.forget(batch_id)


def _failed(store: Store, actor: Principal, batch_id: int, error: BaseException) -> None:
    """Nothing of it is in effect, and the batch says why."""
    running.throw_away(store, actor, batch_id)
    told_ = (error.zh, error.en) if isinstance(error, OperationError) else ("导入没有完成，没有数据生效。", "The import did not finish; nothing is in effect.")
    with store.begin(actor.university_code) as uow:
        batches.closed(uow, batch_id, "failed", told_)
