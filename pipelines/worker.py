"""The worker: runs queued jobs (long imports, exports, batches), seals the audit each minute, clears away contents of
attachments nobody names, uploads nobody imported and files of old imports once a day."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping

from dashboards.marts import exports
from ingestion import audit, jobs
from ingestion.attachments import upkeep
from ingestion.exchange import uploads
from ingestion.exchange.importing import kept
from ingestion.store.engine import ALL, Store

LOG = logging.getLogger(__name__)
PAUSE = 1.0
SEAL_EVERY = 60.0
CLEAN_EVERY = 24 * 3600.0


def handlers() -> Mapping[str, jobs.Handler]:
    """What the worker can do, by kind of job. What a handler needs is imported when it first works."""
    return {**dict.fromkeys(("import_check", "import_apply", "import_undo", "import_mark"), _import), "exit_bundle": _exit_bundle, "export": _export, "library_zip": _library_zip, "past": _past, "snapshot": _snapshot, "what_if": _what_if, **dict.fromkeys(("accounts_list", "accounts_people", "accounts_sheet"), _accounts)}


def _exit_bundle(store: Store, work: jobs.Job) -> jobs.Outcome:
    from pipelines import leaving

    return leaving.run_job(store, work)


def _export(store: Store, work: jobs.Job) -> jobs.Outcome:
    from ingestion.exchange import export

    return export.run_job(store, work)


def _import(store: Store, work: jobs.Job) -> jobs.Outcome:
    from ingestion.exchange import import_jobs

    return import_jobs.run_job(store, work)


def _accounts(store: Store, work: jobs.Job) -> jobs.Outcome:
    from ingestion.exchange.account_lists import work as account_work

    return account_work.run_job(store, work)


def _library_zip(store: Store, work: jobs.Job) -> jobs.Outcome:
    from pipelines import packing

    return packing.run_job(store, work)


def _past(store: Store, work: jobs.Job) -> jobs.Outcome:
    from pipelines import past

    return past.run_job(store, work)


def _snapshot(store: Store, work: jobs.Job) -> jobs.Outcome:
    from pipelines import snapshots

    return snapshots.run_job(store, work)


def _what_if(store: Store, work: jobs.Job) -> jobs.Outcome:
    from pipelines import what_if

    return what_if.run_job(store, work)


def turn(store: Store, sealed_at: float | None) -> float:
    """One round: every queued job, and the seal when it is due. Returns when the audit was last sealed."""
    jobs.run_pending(store, handlers())
    if sealed_at is None or time.monotonic() - sealed_at >= SEAL_EVERY:
        with store.begin(ALL) as uow:
            audit.seal(uow)
        exports.sweep()
        return time.monotonic()
    return sealed_at


def run(store: Store, stop: threading.Event) -> None:
    """Until told to stop. Jobs that a worker before this one left half done begin again."""
    jobs.reclaim(store)
    sealed_at: float | None = None
    cleaned_at: float | None = None
    while not stop.is_set():
        try:
            sealed_at = turn(store, sealed_at)
            if cleaned_at is None or time.monotonic() - cleaned_at >= CLEAN_EVERY:
                cleaned_at = time.monotonic()
                upkeep.clean(store)
                uploads.sweep()
                kept.sweep()
        except Exception:
            LOG.exception("a round of the worker failed")
            stop.wait(5.0)
        stop.wait(PAUSE)
