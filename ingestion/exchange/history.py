"""Papers, books, standards and patents from a bibliographic file, filed as history by the research office: the
command's way. It is an import batch like any other (``importing``), and every entry of the file is spoken of.

Every entry ends as exactly one of: new, unchanged (the same entry stands already), duplicate (certainly the same as a
record or as an earlier entry: same natural key, same accession number, or all of title, year, source and pages) or
error (broken, or of another type than the import: then told where it belongs). What only looks alike (the same title
in another journal or year) is filed, reported with the record it repeats, and left as an open finding for a person to
decide: a bibliographic file is the source's own list, and dropping from it by likeness would lose papers.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion import permissions
from ingestion.catalog.kinds import Issue
from ingestion.exchange import bibliographic
from ingestion.exchange.importing import Options, running, work
from ingestion.exchange.importing.listed import Listing, is_listing
from ingestion.exchange.references import kinds
from ingestion.principal import Principal
from ingestion.store.engine import Store

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
    non_secret: bool = False,
    dry_run: bool = False,
    errors_out: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Files the entries of one type (paper, book, standard or patent) for the actor's university. ``sets``:
    ``field=value`` for what the file does not say; ``college``: a unit's code. ``errors_out`` gets every note as CSV.

    Raises:
        OperationError: the batch is not declared free of secrets, the file or a batch value is wrong.
    """
    permissions.require(actor, "import", type_id)
    path = Path(file)
    options = Options(sets=sets, college=college, as_history=True, non_secret=non_secret)
    running.refuse_what_may_not_be(actor, options, real=not dry_run)
    if not is_listing(path, name):
        bibliographic.read(path, name)  # says what is wrong with it
    source = work.prepare(store, actor, type_id, path, options, name)
    assert isinstance(source.sheet, Listing)
    done = work.import_source(store, actor, type_id, source, path, dry_run=dry_run, progress=progress)
    outcome = _outcome(source.sheet, done, dry_run)
    if errors_out is not None:
        _write_notes(errors_out, outcome.notes)
    return outcome


def import_papers(store: Store, actor: Principal, file: Path | str, **options: Any) -> Outcome:
    """``import_file`` for papers."""
    return import_file(store, actor, "paper", file, **options)


def _outcome(listing: Listing, done: work.Outcome, dry_run: bool) -> Outcome:
    found = listing.found
    elsewhere: Counter[str] = Counter(item.entry.kind for item in listing.items.values() if item.status == "elsewhere")
    lines = {row.number: row.entry.line if row.entry is not None else row.problems[0].line for row in listing.rows()}
    notes = [Note(0, problem.line, "error", "", problem.zh, problem.en) for problem in found.problems if not problem.number]
    for number, told in listing.told.items():
        notes += _notes(listing, number, lines[number], told)
    notes.sort(key=lambda note: (note.number, note.line))
    counts = {name: done.counts[name] for name in COUNTS}
    counts["error"] += done.counts.get("held", 0)
    return Outcome(counts, notes, found.encoding, found.format, done.batch_id, dry_run, dict(elsewhere))


def _notes(listing: Listing, number: int, line: int, told: list[tuple[str, Issue]]) -> Iterator[Note]:
    item = listing.items.get(number)
    lead, lead_en = f"第 {number} 条（第 {line} 行起）", f"Entry {number} (from line {line}): "
    for severity, issue in told:
        kind = {"gap": "gap", "error": "error"}.get(severity, "doubt")
        title = ""
        if item is not None and issue is item.note:
            kind, title = item.status, "" if item.marked else item.entry.title[:80]
        elif severity == "warning" and issue.rule != "I004":
            kind = "duplicate"
        if issue.rule == "broken":
            yield Note(number, line, "error", "", issue.zh, issue.en)
        else:
            yield Note(number, line, kind, issue.field, f"{lead}{issue.zh}{'：' if title else ''}{title}", f"{lead_en}{issue.en}{': ' if title else ''}{title}")


def _write_notes(path: Path, notes: list[Note]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("entry", "line", "kind", "field", "错误信息", "message"))
        writer.writerows((n.number, n.line, n.kind, n.field, n.zh, n.en) for n in notes)
