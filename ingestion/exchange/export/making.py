"""Making an export: who may, what, how many; the file for its maker alone; the audit row."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion import audit, jobs, outbox, permissions, preferences, search, settings
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.derive import number_of
from ingestion.exchange import layout
from ingestion.exchange.export import bibtex, conditions, gbt7714, word, works, writing
from ingestion.exchange.export.request import Made, Request, from_parameters
from ingestion.exchange.export.rows import Record, Sheet, ids_of, records
from ingestion.exchange.plain import clean
from ingestion.principal import ROLE_NAMES, OperationError, Principal
from ingestion.store.engine import Store, UnitOfWork, local_time, utc_now

JOB = "export"
Progress = Callable[[int, int], None]


class Miscounted(OperationError):
    """The file holds another number of records than was found: it is not handed out."""

    def __init__(self, wanted: int, written: int) -> None:
        super().__init__(
            f"应导出 {wanted:,} 条，实际写入 {written:,} 条，文件已作废，请重试。",
            f"{wanted:,} records were to be exported and {written:,} were written; the file was thrown away. Try again.",
        )


def count(uow: UnitOfWork, actor: Principal, request: Request) -> int:
    """How many records the request means, as the dialog shows it."""
    permissions.require(actor, "export", request.type_id)
    return len(request.ids) if request.ids else search.count(uow, actor, request.query or search.Query(request.type_id))


def make(store: Store, actor: Principal, request: Request, path: Path, progress: Progress | None = None) -> Made:
    """Writes the file at ``path`` and the audit row.

    Raises:
        Denied: without the right to export the type. OperationError: other records than shown, a text too long for
        a cell, a miscount; then there is no file.
    """
    with audit.refusals(store, actor, "export", request.type_id):
        permissions.require(actor, "export", request.type_id)
    part = path.with_name(f".{path.name}.part")  # what stands under the name already stays until the new one is whole
    try:
        with store.read(actor.university_code, one_moment=True) as uow:
            making = _Making(uow, actor, request, utc_now(), progress)
            made = making.write(part)
        with store.begin(actor.university_code) as uow:
            _log(uow, actor, request, made, making.revealed)
        part.replace(path)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OperationError("磁盘空间不足，未生成文件，请联系管理员。", "The disk is full; no file was made. Tell the administrator.") from error
        raise
    finally:
        part.unlink(missing_ok=True)
    return made


def _log(uow: UnitOfWork, actor: Principal, request: Request, made: Made, revealed: int) -> None:
    detail = {"rows": made.rows, "format": request.format, "conditions": dict(made.about).get(CONDITIONS[request.language == "en"], ""),
              "columns": list(request.columns), "sha256": made.sha256}  # fmt: skip
    audit.write(uow, actor, "export", request.type_id, None, detail)
    if revealed:
        fields = [f.name for f in ALL_RECORDS[request.type_id].fields() if isinstance(f, k.Secret)]
        audit.write(uow, actor, "reveal", request.type_id, None, {"fields": fields, "records": revealed, "export": made.sha256})


CONDITIONS = ("导出条件", "Conditions")


class _Making:
    def __init__(self, uow: UnitOfWork, actor: Principal, request: Request, at: datetime, progress: Progress | None) -> None:
        self.uow, self.actor, self.request, self.at = uow, actor, request, at
        self.look = layout.load(uow, actor, request.type_id, language=request.language, reading=False)
        self.ids = ids_of(uow, actor, request)
        self.revealed = 0
        self._progress = progress

    def write(self, path: Path) -> Made:
        written, digest = self._write(path)
        if written != len(self.ids):
            raise Miscounted(len(self.ids), written)
        self._tick(written)
        return Made(written, digest, self.name, _time(self.at), tuple(self.about(written, digest)))

    @property
    def name(self) -> str:
        """The file's name without its extension: type, university, time."""
        record_type, english = ALL_RECORDS[self.request.type_id], self.request.language == "en"
        university = self.look.own_names[-1] if english else self.look.own_names[0]
        return f"{record_type.en if english else record_type.zh}_{university}_{local_time(self.at):%Y%m%d-%H%M%S}"

    def _tick(self, done: int) -> None:
        if self._progress is not None:
            self._progress(done, len(self.ids))

    def _write(self, path: Path) -> tuple[int, str]:
        request = self.request
        if request.format in ("xlsx", "csv"):
            sheet = Sheet(self.uow, self.actor, request, self.look)
            rows = sheet.rows(self.ids)
            try:
                if request.format == "csv":
                    return writing.csv_file(path, sheet.columns, rows, request.language, self._tick)
                title = ALL_RECORDS[request.type_id].en if request.language == "en" else ALL_RECORDS[request.type_id].zh
                return writing.workbook(path, title, request.type_id, sheet.columns, len(self.ids), rows, self.about, request.language, self._tick)
            finally:
                self.revealed = sheet.revealed
        return self._bibliography(path)

    def _bibliography(self, path: Path) -> tuple[int, str]:
        hashed = writing.Hash()
        written = 0

        def texts(as_text: Callable[[works.Work], str]) -> Iterator[str]:
            nonlocal written
            for one in records(self.uow, self.actor, self.request, self.ids):
                line = clean(as_text(self._work(one)))
                hashed.write(line + "\n")
                written += 1
                if written % 200 == 0:
                    self._tick(written)
                yield line

        if self.request.format == "bib":
            with path.open("w", encoding="utf-8", newline="\n") as out:
                out.write(bibtex.comment(self.about(len(self.ids), None)))
                for entry in texts(bibtex.entry):
                    out.write(entry + "\n")
        else:
            record_type, english = ALL_RECORDS[self.request.type_id], self.request.language == "en"
            title = f"{self.look.own_names[-1]}: {record_type.en}" if english else f"{self.look.own_names[0]}{record_type.zh}目录"
            subtitle = f"{len(self.ids):,} references, GB/T 7714-2015" if english else f"共 {len(self.ids):,} 条，著录格式 GB/T 7714-2015"
            word.write(path, title, subtitle, texts(gbt7714.reference), self.about(len(self.ids), None))
        return written, hashed.hexdigest()

    def _work(self, one: Record) -> works.Work:
        names = {i: person.name for row in one.document.get("contributors", ()) if (i := row.get("person_id")) and (person := self.look.people.get(i))}
        return works.work_of(self.request.type_id, number_of(self.request.type_id, one.id), one.document, names)

    def about(self, count: int, digest: str | None) -> list[tuple[str, str]]:
        """The lines of 导出说明: whose, what, when, by whom, how many."""
        at = 1 if self.request.language == "en" else 0
        record_type = ALL_RECORDS[self.request.type_id]
        role = ROLE_NAMES[self.actor.role][at]
        lines = [
            (("单位名称", "University")[at], self.look.own_names[-1] if at else self.look.own_names[0]),
            (("数据类型", "Records")[at], (record_type.zh, record_type.en)[at]),
            (CONDITIONS[at], conditions.in_words(self.request, self.look)),
            (("数据截至", "As of")[at], _time(self.at)),
            (("导出人", "Exported by")[at], f"{self.actor.name}（{self.actor.username}，{role}）" if not at else f"{self.actor.name} ({self.actor.username}, {role})"),
            (("条数", "Records")[at] if not at else "Number of records", f"{count:,}"),
        ]
        if self.request.format in ("xlsx", "csv"):
            known = {c.key: c.heading(self.request.language) for c in layout.columns(self.request.type_id)}
            chosen = [known[key] for key in self.request.columns] or list(known.values())
            lines.append((f"{('字段', 'Columns')[at]}", f"{len(chosen)}: " + ("、", ", ")[at].join(chosen)))
        if digest is not None:
            lines.append((("数据 SHA-256", "SHA-256 of the data")[at], digest))
            lines.append(_NOTES[at])
        return lines


_NOTES = (
    ("说明", "SHA-256 为数据行以 CSV（UTF-8、CRLF、无 BOM）写出后的散列，与同一条件的 CSV 导出一致。本文件可修改后直接导入更新；涉密数据不得上网。"),
    ("Notes", "SHA-256 is that of the rows written as CSV (UTF-8, CRLF, no byte order mark), as the CSV export of the same records has it. "
              "The file can be edited and imported. Nothing secret may be entered."),
)  # fmt: skip


def _time(at: datetime) -> str:
    return local_time(at).strftime("%Y-%m-%d %H:%M:%S")


# --- for pages and jobs -------------------------------------------------------------------------------------------


def largest_at_once(uow: UnitOfWork, university_code: str) -> int:
    """Above so many records an export is a job."""
    return int(settings.get(uow, "export_at_once", university_code))


def hand_out(store: Store, actor: Principal, request: Request, progress: Progress | None = None) -> tuple[str, Made]:
    """Makes an export for the actor to fetch; returns its id in the outbox."""
    with store.read(actor.university_code) as uow:
        university = layout.load(uow, actor, request.type_id, reading=False, language=request.language).own_names[0]
    export_id, path = outbox.new(actor, f"{ALL_RECORDS[request.type_id].zh}_{university}", request.format)
    try:
        made = make(store, actor, request, path, progress)
    except BaseException:
        outbox.discard(export_id)
        raise
    outbox.rename(export_id, f"{made.name}.{request.format}")
    return export_id, made


def enqueue(uow: UnitOfWork, actor: Principal, request: Request) -> int:
    """An export as a job; returns the job's id."""
    total = count(uow, actor, request)
    return jobs.enqueue(uow, actor, JOB, request.parameters(), total)


def run_job(store: Store, work: jobs.Job) -> jobs.Outcome:
    with store.read(work.university_code) as uow:
        actor = jobs.actor_of(uow, work)
    request = from_parameters(work.parameters)
    told = [0]

    def progress(done: int, total: int) -> None:
        if done - told[0] >= max(total // 50, 1) or done == total:
            told[0] = done
            jobs.progress(store, work.id, done, total)

    export_id, made = hand_out(store, actor, request, progress)
    record_type = ALL_RECORDS[request.type_id]
    return (
        {"export_id": export_id, "rows": made.rows, "sha256": made.sha256},
        f"{record_type.zh}导出完成，共 {made.rows:,} 条，24 小时内可下载。",
        f"The export of {record_type.en} is ready: {made.rows:,} records, to be fetched within 24 hours.",
    )


# --- chosen columns -----------------------------------------------------------------------------------------------


def chosen(uow: UnitOfWork, actor: Principal, type_id: str) -> tuple[str, ...]:
    """The columns the actor exported last time; all where there was none."""
    keys = [column.key for column in layout.columns(type_id)]
    kept: Any = preferences.get(uow, actor, f"export.{type_id}")
    held = tuple(key for key in kept if key in keys) if isinstance(kept, list) else ()
    return held or tuple(keys)


def choose(uow: UnitOfWork, actor: Principal, type_id: str, keys: Sequence[str]) -> None:
    """Remembers the columns; all of them means nothing is remembered, so that new fields are exported too."""
    every = [column.key for column in layout.columns(type_id)]
    preferences.put(uow, actor, f"export.{type_id}", None if list(keys) == every else list(keys))


def may_reveal(actor: Principal, type_id: str) -> bool:
    """Whether the type holds secrets that the actor's role may see in clear."""
    secret = any(isinstance(f, k.Secret) for f in ALL_RECORDS[type_id].fields())
    return secret and permissions.can(actor, "reveal", type_id, {"university_code": actor.university_code, "state": "30", "type": type_id, "id": actor.person_id})
