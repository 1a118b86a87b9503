"""Making accounts as a job: it goes on when the page is left, and begins again after a worker died. Accounts that the
first try made stand then, and whoever was given no link yet gets one."""

from __future__ import annotations

from collections.abc import Callable

from ingestion import jobs, outbox
from ingestion.exchange import uploads
from ingestion.exchange.account_lists import activation, making
from ingestion.principal import Principal
from ingestion.store.engine import Store, UnitOfWork

LIST, PEOPLE, SHEET = "accounts_list", "accounts_people", "accounts_sheet"
KINDS = (LIST, PEOPLE, SHEET)


def from_list(uow: UnitOfWork, actor: Principal, sha256: str, name: str, total: int, address: str, language: str) -> int:
    """Make the accounts of an uploaded list, then the sheet; returns the job."""
    return jobs.enqueue(uow, actor, LIST, {"sha256": sha256, "name": name, "address": address, "language": language}, total)


def for_people(uow: UnitOfWork, actor: Principal, college_id: int | None, total: int, address: str, language: str) -> int:
    """Make accounts for the people in post who have none, then the sheet; returns the job."""
    return jobs.enqueue(uow, actor, PEOPLE, {"college": college_id, "address": address, "language": language}, total)


def sheet_again(uow: UnitOfWork, actor: Principal, total: int, address: str, language: str) -> int:
    """New links for everybody not activated; returns the job."""
    return jobs.enqueue(uow, actor, SHEET, {"address": address, "language": language}, total)


def run_job(store: Store, work: jobs.Job) -> jobs.Outcome:
    """The worker's handler for all three kinds; safe to run again."""
    with store.read(work.university_code) as uow:
        actor = jobs.actor_of(uow, work)
    given = work.parameters
    progress: Callable[[int, int], None] = lambda done, total: jobs.progress(store, work.id, done, total)  # noqa: E731
    if work.kind == SHEET:
        export_id, lines = _sheet(store, actor, work, None)
        return {"export": export_id, "lines": lines}, f"激活单已生成，共 {lines:,} 人。", f"The activation sheet is ready: {lines:,} people."
    if work.kind == LIST:
        with uploads.opened(actor.university_code, str(given["sha256"])) as path:
            made = making.import_list(store, actor, path, name=str(given["name"]), progress=progress)
    else:
        made = making.create_for_people(store, actor, given["college"], progress=progress)
    export_id, lines = _sheet(store, actor, work, made.accounts)
    if work.kind == LIST:
        uploads.discard(actor.university_code, str(given["sha256"]))
    new, bad = made.counts["new"], made.counts["error"]
    wrong, wrong_en = (f"，{bad:,} 行有错误没有开通", f"; {bad:,} rows with errors were left out") if bad else ("", "")
    return (
        {"counts": made.counts, "export": export_id, "lines": lines},
        f"已开通 {new:,} 个账号{wrong}；激活单中有 {lines:,} 人。", f"{new:,} accounts were made{wrong_en}; the activation sheet holds {lines:,} people.",
    )  # fmt: skip


def _sheet(store: Store, actor: Principal, work: jobs.Job, only: list[int] | None) -> tuple[str, int]:
    language = str(work.parameters["language"])
    export_id, out = outbox.new(actor, "Activation sheet" if language == "en" else "账号激活单", "xlsx")
    try:
        lines = activation.write_sheet(store, actor, out, str(work.parameters["address"]), only=only, language=language)
    except BaseException:
        outbox.discard(export_id)
        raise
    if not lines:
        outbox.discard(export_id)
    return (export_id if lines else ""), lines
