"""Papers, books, standards and patents from a bibliographic file, filed as history by the research office.

Every entry of the file ends as exactly one of: new, unchanged (the same entry stands already), duplicate
(certainly the same as a record or as an earlier entry: same natural key, same accession number, or all of title,
year, source and pages) or error (broken, or of another type than the import: then told where it belongs). What only
looks alike (the same title in another journal or year) is filed, reported with the record it repeats, and left as an
open finding for a person to decide: a bibliographic file is the source's own list, and dropping from it by likeness
would lose papers. Filing is one transaction.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from ingestion import bulk, codes, permissions, refreshes
from ingestion.catalog import kinds as k
from ingestion.catalog import values
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange import bibliographic
from ingestion.exchange.references import kinds, sorting
from ingestion.exchange.references.sorting import SIMILAR, Item
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.store import platform as p
from ingestion.store.engine import Store, UnitOfWork

IMPORTABLE = kinds.IMPORTABLE
COUNTS = ("read", "new", "changed", "unchanged", "duplicate", "error")
COUNT_WORDS = {
    "read": ("读取", "read"),
    "new": ("新增", "new"),
    "changed": ("变更", "changed"),
    "unchanged": ("未变", "unchanged"),
    "duplicate": ("重复", "duplicate"),
    "error": ("错误", "error"),
}


@dataclass(frozen=True)
class Note:
    """One thing to know about one entry (``number`` 0: about the file). ``kind``: error, elsewhere, duplicate,
    similar, doubt (the source was read but may be wrong), gap."""

    number: int
    line: int
    kind: str
    field: str
    zh: str
    en: str


@dataclass
class Outcome:
    """What became of a file. ``counts`` has the keys of COUNTS; read is the sum of the others, and error includes
    the entries of another type, which ``elsewhere`` counts by kind."""

    counts: dict[str, int]
    notes: list[Note] = field(default_factory=list)
    encoding: str = ""
    format: str = ""
    batch_id: int | None = None
    dry_run: bool = False
    elsewhere: dict[str, int] = field(default_factory=dict)

    def of(self, kind: str) -> list[Note]:
        return [note for note in self.notes if note.kind == kind]

    def as_dict(self, language: str) -> dict[str, Any]:
        words = [
            {"entry": n.number, "line": n.line, "kind": n.kind, "field": n.field, "text": n.zh if language == "zh" else n.en}
            for n in self.notes
            if n.kind != "gap"
        ]
        return {
            **self.counts, "elsewhere": self.elsewhere, "similar": len(self.of("similar")), "findings": len(self.of("gap")) + len(self.of("doubt")),
            "batch": self.batch_id, "format": self.format, "encoding": self.encoding, "notes": words,
        }  # fmt: skip

    def text(self, language: str) -> str:
        """Every error, duplicate and doubt, then the counts; gaps only as a number."""
        zh = language == "zh"
        told = [note.zh if zh else note.en for note in self.notes if note.kind != "gap"]
        counts = "，".join(f"{COUNT_WORDS[c][0]} {self.counts[c]}" for c in COUNTS) if zh else ", ".join(
            f"{COUNT_WORDS[c][1]} {self.counts[c]}" for c in COUNTS
        )  # fmt: skip
        if self.elsewhere:
            by_kind = [(bibliographic.KIND_WORDS[kind][not zh], n) for kind, n in self.elsewhere.items()]
            counts += "；错误中属于其他类型 " if zh else "; of the errors, of other types "
            counts += f"{sum(self.elsewhere.values())}" + ("：" if zh else ": ") + ("、" if zh else ", ").join(f"{word} {n}" for word, n in by_kind)
        alike, gaps = len(self.of("similar")), len(self.of("gap")) + len(self.of("doubt"))
        if alike:
            counts += f"；题名相同待核对 {alike}" if zh else f"; same title, to be looked at {alike}"
        if gaps:
            counts += f"；待补事项 {gaps}" if zh else f"; open findings {gaps}"
        if self.dry_run:
            counts += "（仅检查，未写入）" if zh else " (checked only, nothing written)"
        return "\n".join([*told, counts])


def import_file(
    store: Store,
    actor: Principal,
    type_id: str,
    file: Path | str,
    *,
    name: str | None = None,
    sets: tuple[str, ...] = (),
    college: str | None = None,
    links: sorting.Links | None = None,
    non_secret: bool = False,
    dry_run: bool = False,
    errors_out: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Files the entries of one type (paper, book, standard or patent) for the actor's university. ``sets``:
    ``field=value`` for what the file does not say; ``college``: a unit's code; ``links``: authors a person has
    recognised as own staff. ``errors_out`` gets every note as CSV.

    Raises:
        OperationError: the batch is not declared free of secrets, the file or a batch value is wrong.
    """
    permissions.require(actor, "import", type_id)
    if not non_secret and not dry_run:
        raise OperationError(
            "请先确认本批信息不涉密（--non-secret）。涉密数据不得上网。",
            "Declare first that the batch holds nothing secret (--non-secret).",
        )
    path = Path(file)
    found = bibliographic.read(path, name)
    with store.read(actor.university_code) as uow:
        held = codes.for_university(uow, actor.university_code)
        batch = batch_values(type_id, sets, held)
        college_id = None if college is None else _college(uow, actor, college)
        items = sorting.Sorter(uow, actor, type_id, batch, college_id, links).sort(found)
    outcome = _outcome(found, items, dry_run)
    if errors_out is not None:
        _write_notes(errors_out, outcome.notes)
    new = [_filed(item, college_id) for item in items if item.filed]
    if dry_run or not new:
        return outcome
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    with store.begin(actor.university_code) as uow:
        outcome.batch_id = _batch(uow, actor, type_id, name or path.name, sha)
        bulk.load(uow, actor, type_id, _told(new, progress), outcome.batch_id)
        uow.conn.execute(
            update(p.import_batch)
            .where(p.import_batch.c.id == outcome.batch_id)
            .values(state="applied", applied_at=uow.now, counts=json.dumps(outcome.counts))
        )
        refreshes.request(uow, "import")
    return outcome


def import_papers(store: Store, actor: Principal, file: Path | str, **options: Any) -> Outcome:
    """``import_file`` for papers."""
    return import_file(store, actor, "paper", file, **options)


def _outcome(found: bibliographic.Entries, items: list[Item], dry_run: bool) -> Outcome:
    by_status = Counter(item.status for item in items)
    broken = found.read - len(items)
    elsewhere: Counter[str] = Counter(item.entry.kind for item in items if item.status == "elsewhere")
    counts = {
        "read": found.read, "new": by_status["new"] + by_status["similar"], "changed": 0, "unchanged": by_status["unchanged"],
        "duplicate": by_status["duplicate"], "error": broken + by_status["error"] + by_status["elsewhere"],
    }  # fmt: skip
    notes = [Note(problem.number, problem.line, "error", "", problem.zh, problem.en) for problem in found.problems]
    for item in items:
        notes += _notes(item)
    notes.sort(key=lambda note: (note.number, note.line))
    return Outcome(counts, notes, found.encoding, found.format, dry_run=dry_run, elsewhere=dict(elsewhere))


def _notes(item: Item) -> Iterator[Note]:
    entry = item.entry

    def note(kind: str, issue: Issue) -> Note:
        lead, lead_en = f"第 {entry.number} 条（第 {entry.line} 行起）", f"Entry {entry.number} (from line {entry.line}): "
        return Note(entry.number, entry.line, kind, issue.field, lead + issue.zh, lead_en + issue.en)

    yield from (note("error", issue) for issue in item.errors)
    if item.note is not None and item.status != "unchanged":
        yield note(item.status, item.note)
    yield from (note("doubt" if gap.rule == "I004" else "gap", gap) for gap in item.gaps)


def _filed(item: Item, college_id: int | None) -> bulk.BulkItem:
    assert item.work is not None
    gaps = [*item.gaps, *([item.note] if item.note is not None and item.note.rule == SIMILAR else [])]
    return bulk.BulkItem(
        item.work.document, state="30", college_id=college_id, channel="import", non_secret=True,
        gaps=tuple(Issue(g.field, g.zh, g.en, "warning", g.rule) for g in gaps),
    )  # fmt: skip


def _batch(uow: UnitOfWork, actor: Principal, type_id: str, name: str, sha: str) -> int:
    row = insert(p.import_batch).values(
        university_code=actor.university_code, type=type_id, file_name=name, sha256=sha, account_id=actor.account_id,
        role=actor.role, state="loading", counts="{}", started_at=uow.now,
    )  # fmt: skip
    return int(uow.conn.execute(row.returning(p.import_batch.c.id)).scalar_one())


def _told(items: list[bulk.BulkItem], progress: Callable[[int, int], None] | None) -> Iterator[bulk.BulkItem]:
    for i, item in enumerate(items):
        if progress is not None and i % 100 == 0:
            progress(i, len(items))
        yield item


def _write_notes(path: Path, notes: list[Note]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("entry", "line", "kind", "field", "错误信息", "message"))
        writer.writerows((n.number, n.line, n.kind, n.field, n.zh, n.en) for n in notes)


def batch_values(type_id: str, sets: tuple[str, ...], codes: Any) -> dict[str, Any]:
    """``field=value`` words as document values; the field by its name or its Chinese label.

    Raises:
        OperationError: every wrong word at once, with the labels there are.
    """
    fields = {f.name: f for f in ALL_RECORDS[type_id].fields() if not isinstance(f, k.FileSlot | k.Shown | k.UnitRef)}
    by_label = {f.zh: f for f in fields.values()}
    chosen: dict[str, Any] = {}
    zh: list[str] = []
    en: list[str] = []
    for word in sets:
        name, equals, raw = word.partition("=")
        declared = fields.get(name.strip()) or by_label.get(name.strip())
        if not equals or declared is None:
            zh.append(f"“{word}”：没有这个字段；可用：{'、'.join(by_label)}")
            en.append(f"“{word}”: there is no such field; there are: {', '.join(fields)}")
            continue
        value, issues = values.parse(declared, raw.strip(), codes=codes)
        wrong = [issue for issue in issues if issue.severity == "error"]
        zh += [issue.zh for issue in wrong]
        en += [issue.en for issue in wrong]
        if not wrong:
            chosen[declared.name] = value
    if zh:
        raise OperationError("；".join(zh) + "。", "; ".join(en) + ".")
    return chosen


def _college(uow: UnitOfWork, actor: Principal, code: str) -> int:
    u = p.unit
    rows = uow.conn.execute(
        select(u.c.id, u.c.code, u.c.name).where(permissions.visible(actor, u), u.c.kind == "college").order_by(u.c.code)
    ).all()
    for row in rows:
        if code in (row.code, row.name):
            return int(row.id)
    there = "、".join(f"{row.code} {row.name}" for row in rows)
    if not rows:
        raise NotFound
    raise OperationError(f"没有学院“{code}”；可用：{there}。", f"There is no college “{code}”; there are: {there}.")
