"""A document library packed for its reader: the job behind 打包下载."""

from __future__ import annotations

import time

from dashboards.marts import exports
from ingestion import jobs, libraries
from ingestion.store.engine import Store

JOB = "library_zip"


def run_job(store: Store, work: jobs.Job) -> jobs.Outcome:
    """Packs with the rights the account has when it runs; the file is kept for its maker alone, for a day."""
    with store.read(work.university_code) as uow:
        actor = jobs.actor_of(uow, work)
    given = work.parameters
    export_id, path = exports.new(actor, str(given["name"]), "zip")
    told = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= 1.0 or done == total:
            told = time.monotonic()
            jobs.progress(store, work.id, done, total)

    try:
        made = libraries.pack(
            store, actor, libraries.Selection.read(given["selection"]), path, language=str(given.get("language", "zh")),
            conditions=[(str(label), str(value)) for label, value in given.get("conditions", ())], progress=progress,
        )  # fmt: skip
    except BaseException:
        exports.discard(export_id)
        raise
    result = {"export": export_id, "files": made.files, "lost": len(made.lost), "size": path.stat().st_size}
    zh, en = f"{given['name']} 已打包：{made.files:,} 个附件", f"{given['name']} is packed: {made.files:,} files"
    if made.lost:
        zh, en = f"{zh}，{len(made.lost)} 个内容缺失", f"{en}, {len(made.lost)} without content"
    return result, f"{zh}。", f"{en}."
