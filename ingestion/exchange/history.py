"""Papers from a bibliographic file, filed as history by the research office.

Every entry of the file ends as exactly one of: new, unchanged (the same entry stands already), duplicate
(certainly the same paper as a record or as an earlier entry: same DOI, same accession number, or all of title,
year, journal and pages) or error. What only looks alike (the same title in another journal or year) is filed,
reported with the record it repeats, and left as an open finding for a person to decide: a bibliographic file is
the source's own list, and dropping from it by likeness would lose papers. Filing is one transaction.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from ingestion import bulk, codes, derive, duplicates, permissions, refreshes
from ingestion.catalog import kinds as k
from ingestion.catalog import secrecy, validate, values
from ingestion.catalog.kinds import Issue
from ingestion.exchange import bibliographic, papers
from ingestion.exchange.bibliographic import Entry
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.store import platform as p
from ingestion.store.engine import Store, UnitOfWork, today
from ingestion.store.tables import CHILD_TABLES, TYPE_TABLES

PAPER = TYPE_TABLES["paper"]
INDEXINGS = CHILD_TABLES["paper", "indexings"]
SIMILAR = "D002"
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
    """One thing to know about one entry (``number`` 0: about the file). ``kind``: error, duplicate, similar, gap."""

    number: int
    line: int
    kind: str
    field: str
    zh: str
    en: str


@dataclass
class Outcome:
    """What became of a file. ``counts`` has the keys of COUNTS; read is the sum of the others."""

    counts: dict[str, int]
    notes: list[Note] = field(default_factory=list)
    encoding: str = ""
    format: str = ""
    batch_id: int | None = None
    dry_run: bool = False

    def of(self, kind: str) -> list[Note]:
        return [note for note in self.notes if note.kind == kind]

    def as_dict(self, language: str) -> dict[str, Any]:
        words = [
            {"entry": n.number, "line": n.line, "kind": n.kind, "field": n.field, "text": n.zh if language == "zh" else n.en}
            for n in self.notes
            if n.kind != "gap"
        ]
        return {**self.counts, "similar": len(self.of("similar")), "findings": len(self.of("gap")), "batch": self.batch_id, "notes": words}

    def text(self, language: str) -> str:
        """Every error and duplicate, then the counts; gaps only as a number."""
        zh = language == "zh"
        told = [note.zh if zh else note.en for note in self.notes if note.kind != "gap"]
        counts = "，".join(f"{COUNT_WORDS[c][0]} {self.counts[c]}" for c in COUNTS) if zh else ", ".join(
            f"{COUNT_WORDS[c][1]} {self.counts[c]}" for c in COUNTS
        )  # fmt: skip
        alike, gaps = len(self.of("similar")), len(self.of("gap"))
        if alike:
            counts += f"；题名相同待核对 {alike}" if zh else f"; same title, to be looked at {alike}"
        if gaps:
            counts += f"；待补事项 {gaps}" if zh else f"; open findings {gaps}"
        if self.dry_run:
            counts += "（仅检查，未写入）" if zh else " (checked only, nothing written)"
        return "\n".join([*told, counts])


def import_papers(
    store: Store,
    actor: Principal,
    file: Path | str,
    *,
    sets: tuple[str, ...] = (),
    college: str | None = None,
    non_secret: bool = False,
    dry_run: bool = False,
    errors_out: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Files a CSSCI or Web of Science file for the actor's university. ``sets``: ``field=value`` for what the
    file does not say; ``college``: a unit's code. ``errors_out`` gets every note as CSV.

    Raises:
        OperationError: the batch is not declared free of secrets, the file or a batch value is wrong.
    """
    permissions.require(actor, "import", "paper")
    if not non_secret and not dry_run:
        raise OperationError(
            "请先确认本批信息不涉密（--non-secret）。涉密数据不得上网。",
            "Declare first that the batch holds nothing secret (--non-secret).",
        )
    path = Path(file)
    found = bibliographic.read(path)
    with store.read(actor.university_code) as uow:
        filing = _Filing(uow, actor, sets, college)
        filing.sort(found)
    outcome = Outcome(filing.counts(found.read), filing.notes, found.encoding, found.format, dry_run=dry_run)
    if errors_out is not None:
        _write_notes(errors_out, outcome.notes)
    if dry_run or not filing.items:
        return outcome
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    with store.begin(actor.university_code) as uow:
        outcome.batch_id = _batch(uow, actor, path.name, sha)
        bulk.load(uow, actor, "paper", _told(filing.items, progress), outcome.batch_id)
        uow.conn.execute(
            update(p.import_batch)
            .where(p.import_batch.c.id == outcome.batch_id)
            .values(state="applied", applied_at=uow.now, counts=json.dumps(outcome.counts))
        )
        refreshes.request(uow, "import")
    return outcome


def _batch(uow: UnitOfWork, actor: Principal, name: str, sha: str) -> int:
    row = insert(p.import_batch).values(
        university_code=actor.university_code, type="paper", file_name=name, sha256=sha, account_id=actor.account_id,
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


class _Filing:
    """Sorts a file's entries into what is new and what is not, against the university's papers."""

    def __init__(self, uow: UnitOfWork, actor: Principal, sets: tuple[str, ...], college: str | None) -> None:
        self.actor = actor
        self.codes = codes.for_university(uow, actor.university_code)
        self.batch = batch_values(sets, self.codes)
        self.college_id = None if college is None else _college(uow, actor, college)
        row = uow.conn.execute(
            select(p.university.c.name, p.university.c.name_en).where(p.university.c.code == actor.university_code)
        ).one()
        self.own_names = tuple(name for name in row if name)
        self.context = validate.Context(codes=self.codes, today=today())
        self.standing = _Standing(uow, actor.university_code)
        self.items: list[bulk.BulkItem] = []
        self.notes: list[Note] = []
        self.unchanged = self.duplicate = self.error = 0

    def counts(self, read: int) -> dict[str, int]:
        return {
            "read": read, "new": len(self.items), "changed": 0, "unchanged": self.unchanged,
            "duplicate": self.duplicate, "error": self.error,
        }  # fmt: skip

    def sort(self, found: bibliographic.Entries) -> None:
        for problem in found.problems:
            self.error += bool(problem.number)
            self.notes.append(Note(problem.number, problem.line, "error", "", problem.zh, problem.en))
        for entry in found.entries:
            self._sort(entry)
        self.notes.sort(key=lambda note: (note.number, note.line))

    def _sort(self, entry: Entry) -> None:
        paper = papers.from_entry(entry, self.own_names, self.batch, self.codes)
        rule = next((r for text in _texts(entry) if (r := secrecy.scan(text)) is not None), None)
        if rule is not None:
            paper.errors.append(
                Issue("title", f"含有涉密标志（规则 {rule}），未录入", f"carries a secrecy mark (rule {rule}); not filed", rule=str(rule))
            )
        if paper.errors:
            self.error += 1
            self._note(entry, "error", paper.errors)
            return
        identity = Identity.of(paper.document, entry.accession)
        same, where = self.standing.same(identity)
        if same == "entry":
            self.duplicate += 1
            self._note(entry, "duplicate", [Issue("title", f"与本文件{where[0]}重复，未录入：{entry.title}", f"repeats {where[1]} of this file; not filed: {entry.title}")])
            return
        if same == "record":
            self.unchanged += 1
            return
        if same == "key":
            self.duplicate += 1
            self._note(entry, "duplicate", [Issue("doi", f"与已有记录 {where[0]} 重复，未录入：{entry.title}", f"repeats record {where[1]}; not filed: {entry.title}")])
            return
        gaps = [*paper.gaps, *self._missing(paper.document)]
        alike = self.standing.alike(identity)
        if alike is not None:
            issue = Issue("title", f"与{alike[0]}题名相同，已录入待核对：{entry.title}", f"has the title of {alike[1]}; filed, to be looked at: {entry.title}", "warning", SIMILAR)
            self._note(entry, "similar", [issue])
            gaps.append(issue)
        self._note(entry, "gap", [gap for gap in gaps if gap.rule != SIMILAR])
        self.standing.add(identity, entry.number)
        self.items.append(
            bulk.BulkItem(
                paper.document, state="30", college_id=self.college_id, channel="import", non_secret=True,
                gaps=tuple(Issue(g.field, g.zh, g.en, "warning", g.rule) for g in gaps),
            )
        )  # fmt: skip

    def _missing(self, document: dict[str, Any]) -> list[Issue]:
        """What a person would have been asked for: open findings. The college is the header's, not the document's."""
        asked = {**document, "college_id": self.college_id or -1}
        return [issue for issue in validate.problems("paper", asked, self.context) if issue.severity == "error" and issue.field != "college_id"]

    def _note(self, entry: Entry, kind: str, issues: list[Issue]) -> None:
        zh, en = f"第 {entry.number} 条（第 {entry.line} 行起）", f"Entry {entry.number} (from line {entry.line}): "
        self.notes += [Note(entry.number, entry.line, kind, issue.field, zh + issue.zh, en + issue.en) for issue in issues]


def _texts(entry: Entry) -> tuple[str, ...]:
    return (entry.title, entry.title_en, entry.venue, entry.abstract, *entry.keywords)


@dataclass(frozen=True)
class Identity:
    """By what a paper is known: certain keys, the whole printing, and the title alone."""

    keys: frozenset[tuple[str, str]]
    accession: str
    printing: str
    title: str

    @classmethod
    def of(cls, document: dict[str, Any], accession: str) -> Identity:
        title = duplicates.folded(document["title"])
        parts = (title, str(document.get("published_on") or "")[:4], duplicates.folded(document.get("venue") or ""),
                 duplicates.folded(document.get("volume_issue_pages") or ""))  # fmt: skip
        keys = frozenset((key.kind, key.value) for key in duplicates.keys("paper", document))
        return cls(keys, accession, "|".join(parts), title)


class _Standing:
    """The university's papers, and the entries of the file already taken."""

    def __init__(self, uow: UnitOfWork, university_code: str) -> None:
        self._printings: dict[str, int] = {}
        self._titles: dict[str, int] = {}
        r = p.record
        rows = uow.conn.execute(
            select(PAPER.c.record_id, PAPER.c.title, PAPER.c.published_on, PAPER.c.venue, PAPER.c.volume_issue_pages)
            .join(r, r.c.id == PAPER.c.record_id)
            .where(r.c.university_code == university_code, r.c.state != "00")
            .order_by(PAPER.c.record_id.desc())
        )
        for row in rows:
            day = row.published_on.isoformat() if row.published_on else ""
            seen = Identity.of(
                {"title": row.title or "", "published_on": day, "venue": row.venue, "volume_issue_pages": row.volume_issue_pages}, ""
            )
            self._printings[seen.printing] = self._titles[seen.title] = row.record_id
        self._accessions: dict[str, int] = dict(
            uow.conn.execute(
                select(INDEXINGS.c.accession_no, INDEXINGS.c.record_id)
                .join(r, r.c.id == INDEXINGS.c.record_id)
                .where(r.c.university_code == university_code, r.c.state != "00", INDEXINGS.c.accession_no.is_not(None))
            ).all()
        )
        key = p.record_key
        self._keys = {
            (row.kind, row.value): row.record_id
            for row in uow.conn.execute(
                select(key.c.kind, key.c.value, key.c.record_id).where(
                    key.c.university_code == university_code, key.c.kind.in_(("doi", "paper_title"))
                )
            )
        }
        self._entries: dict[Any, int] = {}

    def same(self, identity: Identity) -> tuple[str, tuple[str, str]]:
        """``("entry" | "record" | "key" | "", where)``: repeated in this file, standing unchanged, held by another
        record under the same natural key, or none of these."""
        for mark in (identity.accession, identity.printing, *identity.keys):
            if mark and mark in self._entries:
                number = self._entries[mark]
                return "entry", (f"第 {number} 条", f"entry {number}")
        if identity.accession in self._accessions or identity.printing in self._printings:
            return "record", ("", "")
        for key in identity.keys:
            if key in self._keys:
                number_ = derive.number_of("paper", self._keys[key])
                return "key", (number_, number_)
        return "", ("", "")

    def alike(self, identity: Identity) -> tuple[str, str] | None:
        """Where the same title stands: an earlier entry of the file, or a record."""
        if ("title", identity.title) in self._entries:
            number = self._entries["title", identity.title]
            return f"本文件第 {number} 条", f"entry {number} of this file"
        if identity.title in self._titles:
            record = derive.number_of("paper", self._titles[identity.title])
            return f"已有记录 {record} ", f"record {record}"
        return None

    def add(self, identity: Identity, number: int) -> None:
        for mark in (identity.accession, identity.printing, *identity.keys):
            if mark:
                self._entries[mark] = number
        self._entries.setdefault(("title", identity.title), number)


def batch_values(sets: tuple[str, ...], codes: Any) -> dict[str, Any]:
    """``field=value`` words as document values; the field by its name or its Chinese label.

    Raises:
        OperationError: every wrong word at once, with the labels there are.
    """
    fields = {f.name: f for f in papers.PAPER.fields() if not isinstance(f, k.FileSlot | k.Shown | k.UnitRef)}
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
