"""An import before its check: the uploaded file, what was seen in it, and what was decided about its columns. One for
each account and type, kept in the store, so that F5 and leaving the page lose nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from dashboards import frame
from ingestion import preferences
from ingestion.exchange import bibliographic, tabular, uploads
from ingestion.exchange.importing import listed
from ingestion.exchange.tabular import Sheet
from ingestion.exchange.tabular import limits as tabular_limits
from ingestion.principal import Principal

SAMPLES = 3
SAMPLE_ROWS = 50
SAMPLE_LENGTH = 40
SHOWN = 20  # entries of a bibliographic file


@dataclass
class Glance:
    """What was seen of one sheet. ``samples``: a few values of each column, as words; ``problems``: (zh, en)."""

    name: str
    rows: int
    header: int
    headings: list[str]
    letters: list[str]
    samples: list[list[str]]
    problems: list[list[str]]
    unit: str = ""


@dataclass
class Draft:
    """``columns``: heading → what somebody said it means (see ``importing.mapping``); ``options``: how to go on; ``job``:
    the check under way; ``replaced``: another file is awaited, for which all this was decided. Of a bibliographic file (``kind``
    "listing") ``words`` names the format in both languages, ``kinds`` counts its entries, and the samples are the first
    entries."""

    type_id: str
    name: str
    sha256: str
    size: int
    kind: str
    encoding: str = ""
    template: str = ""
    sheets: list[Glance] = field(default_factory=list)
    sheet: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    job: int | None = None
    replaced: bool = False
    words: list[str] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)

    @property
    def chosen(self) -> Glance:
        return next((one for one in self.sheets if one.name == self.sheet), self.sheets[0])

    def headings_of_all(self) -> list[list[str]]:
        return [one.headings for one in self.sheets]


def _key(type_id: str) -> str:
    return f"import:{type_id}"


def load(actor: Principal, type_id: str) -> Draft | None:
    """What was begun for this type and is still there."""
    with frame.store().read(actor.university_code) as uow:
        raw = preferences.get(uow, actor, _key(type_id))
    if not isinstance(raw, dict) or not uploads.kept(actor.university_code, str(raw.get("sha256", ""))):
        return None
    return Draft(**{**raw, "sheets": [Glance(**one) for one in raw["sheets"]]})


def save(actor: Principal, draft: Draft) -> None:
    with frame.store().begin(actor.university_code) as uow:
        preferences.put(uow, actor, _key(draft.type_id), asdict(draft))


def forget(actor: Principal, draft: Draft, *, file: bool = True) -> None:
    """The draft goes, and its file unless another page has taken it over."""
    with frame.store().begin(actor.university_code) as uow:
        preferences.put(uow, actor, _key(draft.type_id), None)
    if file:
        uploads.discard(actor.university_code, draft.sha256)


def take(actor: Principal, type_id: str, name: str, content: BinaryIO, *, as_history: bool = False) -> Draft:
    """Keeps an uploaded file and looks into it.

    Raises:
        OperationError: it is too large, or no table; nothing is kept then.
    """
    with frame.store().read(actor.university_code) as uow:
        limits = tabular_limits.of(uow)
    upload = uploads.keep(actor, content, limits.packed)
    try:
        with uploads.opened(actor.university_code, upload.sha256) as path:
            draft = _seen(type_id, name, path, upload, limits)
    except BaseException:
        uploads.discard(actor.university_code, upload.sha256)
        raise
    before = load(actor, type_id)
    if before is not None and before.sha256 != draft.sha256:
        uploads.discard(actor.university_code, before.sha256)
    if before is not None and before.headings_of_all() == draft.headings_of_all():
        draft.columns, draft.options = before.columns, before.options  # a corrected file goes on where the first one was
        draft.sheet = before.sheet
    if as_history:
        draft.options = merged(draft.options, as_history=True)
    draft.options.pop("refused", None)
    save(actor, draft)
    return draft


def _seen(type_id: str, name: str, path: Path, upload: uploads.Upload, limits: tabular.Limits) -> Draft:
    if listed.is_listing(path, name):
        return _listing(type_id, name, path, upload)
    book = tabular.read(path, name, limits)
    chosen = book.sheet()
    return Draft(
        type_id, book.name, upload.sha256, upload.size, book.kind, book.encoding or "", book.template[0] if book.template else "",
        [_glance(one) for one in book.sheets if not one.hidden or one is chosen], chosen.name,
    )  # fmt: skip


def _listing(type_id: str, name: str, path: Path, upload: uploads.Upload) -> Draft:
    """A bibliographic file: its entries for rows, as far as a glance shows them."""
    found = bibliographic.read(path, name)
    problems = [[problem.zh, problem.en] for problem in found.problems if not problem.number]
    entries = [
        [str(one.number), one.kind, one.title[:200], "；".join(author.name for author in one.authors[:6]) + ("…" if len(one.authors) > 6 else ""),
         one.venue[:100], one.published, one.volume_issue_pages[:60], one.doi]
        for one in found.entries[:SHOWN]
    ]  # fmt: skip
    kinds: Counter[str] = Counter(one.kind for one in found.entries)
    format_ = next((one for one in bibliographic.FORMATS if one.id == found.format), None)
    return Draft(
        type_id, name, upload.sha256, upload.size, "listing", found.encoding, "",
        [Glance("", found.read, 0, [], [], entries, problems)], "",
        words=[format_.zh if format_ else found.format, format_.en if format_ else found.format], kinds=dict(kinds),
    )  # fmt: skip


def _glance(sheet: Sheet) -> Glance:
    seen: list[dict[str, None]] = [{} for _ in sheet.headings]
    for number, row in enumerate(sheet.rows()):
        if number >= SAMPLE_ROWS:
            break
        for at, value in enumerate(row.values):
            if value is not None and len(seen[at]) < SAMPLES:
                seen[at].setdefault(_word(value))
    above = len(sheet.header_rows) + len(sheet.left_out)
    for at, some in enumerate(seen):
        if not some and sheet.filled(at) > above:
            some["…"] = None  # farther down
    return Glance(
        sheet.name, sheet.row_count, sheet.header_rows.stop - 1, list(sheet.headings), [sheet.letter(at) for at in range(len(sheet.headings))],
        [list(one) for one in seen], [[problem.zh, problem.en] for problem in sheet.problems],
        sheet.unit_above,
    )  # fmt: skip


def _word(value: Any) -> str:
    words = value.isoformat(" ") if hasattr(value, "hour") else value.isoformat() if hasattr(value, "isoformat") else str(value)
    return " ".join(words.split())[:SAMPLE_LENGTH]


def merged(options: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Options with some of them set anew; what is empty is left out."""
    return {name: value for name, value in {**options, **more}.items() if value not in (None, "", [], {}, ())}
