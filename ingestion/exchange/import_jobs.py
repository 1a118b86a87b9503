"""Imports as jobs: checking, loading, undoing and marking a file go on when the page is left, and begin again after a
worker died. One handler for all of them; what is done is ``importing``'s.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ingestion import jobs, outbox
from ingestion.exchange import importing, tabular, uploads
from ingestion.exchange.importing import Options, kept
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import Store, UnitOfWork

CHECK, APPLY, UNDO, MARK = "import_check", "import_apply", "import_undo", "import_mark"
KINDS = (CHECK, APPLY, UNDO, MARK)


def check(uow: UnitOfWork, actor: Principal, type_id: str, sha256: str, name: str, options: Options, rows: int, batch_id: int | None = None) -> int:
    """Check an uploaded file; returns the job. Its result names the batch. ``batch_id``: check that batch's own file again."""
    given = {"type": type_id, "sha256": sha256, "name": name, "options": options.as_dict(), "batch": batch_id}
    return jobs.enqueue(uow, actor, CHECK, given, rows)


def apply(uow: UnitOfWork, actor: Principal, batch_id: int, rows: int, *, all_or_nothing: bool, non_secret: bool) -> int:
    """Load a checked batch; returns the job."""
    return jobs.enqueue(uow, actor, APPLY, {"batch": batch_id, "all_or_nothing": all_or_nothing, "non_secret": non_secret}, rows)


def undo(uow: UnitOfWork, actor: Principal, batch_id: int, rows: int) -> int:
    """Take a batch back; returns the job."""
    return jobs.enqueue(uow, actor, UNDO, {"batch": batch_id}, rows)


def mark(uow: UnitOfWork, actor: Principal, batch_id: int, *, only_errors: bool, language: str) -> int:
    """Mark the errors in a large file; returns the job. Its result names the file to fetch."""
    return jobs.enqueue(uow, actor, MARK, {"batch": batch_id, "only_errors": only_errors, "language": language})


def of_batch(uow: UnitOfWork, actor: Principal, batch_id: int) -> jobs.Job | None:
    """The newest job of this account that changes a batch, running or ended."""
    return next((job for job in jobs.list_for(uow, actor, 50) if job.kind in (CHECK, APPLY, UNDO) and _about(job) == batch_id), None)


def _about(job: jobs.Job) -> int | None:
    found = job.parameters.get("batch") or (job.result or {}).get("batch")
    return int(found) if found else None


def run_job(store: Store, work: jobs.Job) -> jobs.Outcome:
    """The worker's handler for all four kinds; safe to run again."""
    with store.read(work.university_code) as uow:
        actor = jobs.actor_of(uow, work)
    progress = _progress(store, work)
    try:
        match work.kind:
            case "import_check":
                return _check(store, actor, work, progress)
            case "import_apply":
                return _apply(store, actor, work, progress)
            case "import_undo":
                return _undo(store, actor, work)
            case _:
                return _mark(store, actor, work)
    except OperationError as error:  # an answer like any other: the page shows it in the reader's language
        return {"batch": work.parameters.get("batch"), "refused": [error.zh, error.en]}, error.zh, error.en


def _progress(store: Store, work: jobs.Job) -> Callable[[int, int], None]:
    said = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said >= 1.0 or done == total:
            said = time.monotonic()
            jobs.progress(store, work.id, done, total)

    return progress


def _check(store: Store, actor: Principal, work: jobs.Job, progress: Callable[[int, int], None]) -> jobs.Outcome:
    given = work.parameters
    name, again = str(given["name"]), given.get("batch")
    with kept.opened(int(again), name) if again else uploads.opened(actor.university_code, str(given["sha256"])) as path:
        batch = importing.check(
            store, actor, str(given["type"]), path, Options.from_dict(given["options"]), name=name, progress=progress,
            batch_id=int(again) if again else _earlier(store, actor, given),
        )  # fmt: skip
    bad, good = batch.counts.get("error", 0), batch.counts.get("new", 0) + batch.counts.get("changed", 0)
    return (
        {"batch": batch.id, "counts": batch.counts}, f"“{batch.file_name}”已校验：可导入 {good:,} 行，错误 {bad:,} 行。",
        f"“{batch.file_name}” is checked: {good:,} rows can be imported, {bad:,} have errors.",
    )  # fmt: skip


def _earlier(store: Store, actor: Principal, given: dict[str, Any]) -> int | None:
    """The batch of an earlier check of the very same file, finished or cut off, that nobody confirmed: it is checked
    anew, and no second one stands beside it."""
    with store.read(actor.university_code) as uow:
        found, _ = importing.batches_for(uow, actor, type_id=str(given["type"]), limit=20)
    mine = (
        one.id for one in found if one.state in ("checking", "checked") and one.sha256 == given["sha256"] and one.account_id == actor.account_id
    )
    return next(mine, None)


def _apply(store: Store, actor: Principal, work: jobs.Job, progress: Callable[[int, int], None]) -> jobs.Outcome:
    given = work.parameters
    batch_id = int(given["batch"])
    with store.read(actor.university_code) as uow:
        batch = importing.batch(uow, actor, batch_id)
    if batch.state == "loading":
        importing.resume(store, actor, batch_id, progress)
    elif batch.state != "applied":
        importing.apply(
            store, actor, batch_id, all_or_nothing=bool(given["all_or_nothing"]), non_secret=bool(given["non_secret"]), progress=progress
        )
    with store.read(actor.university_code) as uow:
        batch = importing.batch(uow, actor, batch_id)
    result = {"batch": batch_id, "counts": batch.counts, "in_effect": batch.in_effect}
    if not batch.in_effect:
        bad = batch.counts.get("error", 0)
        return result, f"“{batch.file_name}”有 {bad:,} 行错误，按“全部正确才导入”没有导入。", f"“{batch.file_name}” has {bad:,} wrong rows; nothing was imported, as you asked."
    uploads.discard(actor.university_code, batch.sha256)  # the batch has its own copy
    new, changed = batch.counts.get("new", 0), batch.counts.get("changed", 0)
    return (
        result, f"“{batch.file_name}”已导入：新增 {new:,} 条，更新 {changed:,} 条。", f"“{batch.file_name}” is imported: {new:,} new, {changed:,} changed.",
    )  # fmt: skip


def _undo(store: Store, actor: Principal, work: jobs.Job) -> jobs.Outcome:
    batch_id = int(work.parameters["batch"])
    with store.read(actor.university_code) as uow:
        batch = importing.batch(uow, actor, batch_id)
    if batch.state != "undone":
        importing.undo(store, actor, batch_id)
    return {"batch": batch_id}, f"批次 {batch_id}（{batch.file_name}）已撤销。", f"Batch {batch_id} ({batch.file_name}) is undone."


def _mark(store: Store, actor: Principal, work: jobs.Job) -> jobs.Outcome:
    given = work.parameters
    batch_id = int(given["batch"])
    export_id, counts = marked(store, actor, batch_id, only_errors=bool(given["only_errors"]), language=str(given["language"]))
    return (
        {"batch": batch_id, "export": export_id, "rows": counts.rows}, f"标注的文件已生成：{counts.rows:,} 行有错误。",
        f"The marked file is ready: {counts.rows:,} rows have errors.",
    )  # fmt: skip


def marked(store: Store, actor: Principal, batch_id: int, *, only_errors: bool, language: str) -> tuple[str, tabular.Counts]:
    """The batch's own file with its errors marked, for its maker to fetch; the id of the file and what was marked."""
    with store.read(actor.university_code) as uow:
        batch = importing.batch(uow, actor, batch_id)
    name = tabular.file_name(batch.file_name, only_errors=only_errors, language=language)
    export_id, path = outbox.new(actor, name.rsplit(".", 1)[0], "xlsx")
    try:
        return export_id, importing.annotate(store, actor, batch_id, path, only_errors=only_errors, language=language)
    except BaseException:
        outbox.discard(export_id)
        raise


