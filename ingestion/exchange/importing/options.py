"""What somebody decides about an import, and what an import answers: plain values, kept as JSON with the batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

Result = Literal["new", "changed", "unchanged", "duplicate", "error", "held"]
COUNTS: tuple[str, ...] = ("read", "new", "changed", "unchanged", "duplicate", "error", "held")
COUNT_WORDS: dict[str, tuple[str, str]] = {
    "read": ("读取", "read"),
    "new": ("新增", "new"),
    "changed": ("更新", "changed"),
    "unchanged": ("未变", "unchanged"),
    "duplicate": ("重复", "duplicate"),
    "error": ("错误", "error"),
    "held": ("待选人员", "held for choosing people"),
}
STATE_WORDS: dict[str, tuple[str, str]] = {
    "checking": ("正在校验", "being checked"),
    "checked": ("已校验，待确认", "checked, waits to be confirmed"),
    "loading": ("正在导入，尚未生效", "being loaded, not in effect"),
    "applied": ("已生效", "in effect"),
    "undone": ("已撤销", "undone"),
    "discarded": ("已放弃，没有数据生效", "given up, nothing is in effect"),
    "failed": ("未成功，没有数据生效", "did not succeed, nothing is in effect"),
}


@dataclass(frozen=True)
class Options:
    """How a file is to be taken.

    ``sheet``: which one, the first with rows by default. ``columns``: heading → what it means, over what is
    suggested (see ``ColumnMap.chosen``). ``sets``: ``field=value`` for rows that say nothing there. ``college``:
    code or name of the college of rows that name none. ``as_history`` (office): filed as history, what the file
    cannot know becomes open findings. ``people``: rows that only name somebody are ``held`` until a person is
    chosen, or loaded ``unlinked`` with a finding. ``alike``: rows that look like what stands already are loaded
    too. ``update``: rows about a record that stands change it. ``all_or_nothing``: one wrong row stops the whole
    file. ``non_secret``: somebody declared that the file holds nothing secret. ``totals``: year → how many
    records there must be afterwards."""

    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    sets: tuple[str, ...] = ()
    college: str | None = None
    as_history: bool = False
    people: Literal["", "hold", "unlinked"] = ""
    alike: bool = False
    update: bool = True
    all_or_nothing: bool = False
    non_secret: bool = False
    totals: Mapping[int, int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return self.people == "hold" or (self.people == "" and not self.as_history)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Options:
        known = {name: raw[name] for name in cls.__dataclass_fields__ if name in raw}
        known["sets"] = tuple(known.get("sets", ()))
        known["totals"] = {int(year): int(n) for year, n in (known.get("totals") or {}).items()}
        return cls(**known)


@dataclass(frozen=True)
class Finding:
    """One thing to say about a row. ``index``: the column of the file, from 0 (None: the whole row); ``heading``: as
    the file has it; ``key``: the column it means; ``value``: as typed, never of a secret. A ``gap`` stops nothing
    and stays open as a finding of the record."""

    index: int | None
    heading: str
    key: str
    value: str
    zh: str
    en: str
    severity: Literal["error", "warning", "gap"] = "error"
    rule: str = ""


@dataclass(frozen=True)
class Candidate:
    person_id: int
    staff_no: str
    name: str
    college: str


@dataclass(frozen=True)
class Named:
    """A name in a row for which somebody must be chosen. ``hint``: staff number and college as typed, so that two
    of the same name who differ there are chosen apart. ``none_allowed``: they may also be nobody of the university."""

    name: str
    hint: str
    key: str
    rank: int
    candidates: tuple[Candidate, ...]
    none_allowed: bool = True


@dataclass(frozen=True)
class Change:
    """One field of a record that stands: words of the old and of the new value."""

    field: str
    zh: str
    en: str
    old: str
    new: str


@dataclass(frozen=True)
class RowView:
    """What became, or would become, of one row."""

    row: int
    result: str
    title: str
    record_id: int | None
    number: str
    repeats_row: int | None
    filed_year: int | None
    issues: tuple[Finding, ...]
    people: tuple[Named, ...]
    changes: tuple[Change, ...]


@dataclass
class Effect:
    """What the new and changed records add to numbers once they count: ``records`` in force, ``waiting`` for
    review, ``later`` for their printing, ``by_year``, and ``by_code``: (field's label zh, en, code's label zh, en) → records."""

    records: int = 0
    waiting: int = 0
    by_year: dict[str, int] = field(default_factory=dict)
    by_code: list[tuple[str, str, str, str, int]] = field(default_factory=list)
    later: int = 0


@dataclass(frozen=True)
class Quality:
    """One line of the data-quality report: a rule at a column, how often, in which rows (the first few)."""

    key: str
    heading: str
    severity: str
    rule: str
    zh: str
    en: str
    count: int
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Difference:
    """A control total that is not met. ``rows``: rows of the batch of that year that were not loaded."""

    year: int
    expected: int
    actual: int
    rows: tuple[int, ...] = ()


@dataclass
class Batch:
    """One imported file, as its page shows it."""

    id: int
    type_id: str
    file_name: str
    format: str
    sha256: str
    account_id: int
    account: str
    state: str
    counts: dict[str, int]
    options: Options
    mapping: list[dict[str, Any]]
    sheet: str
    total: int | None
    done: int
    effect: Effect
    quality: list[Quality]
    differences: list[Difference]
    started_at: datetime
    beat_at: datetime | None
    applied_at: datetime | None
    undone_at: datetime | None
    message: tuple[str, str] | None = None
    has_file: bool = False
    first_column: int = 0  # of the table in its sheet: a finding's index counts from there

    @property
    def in_effect(self) -> bool:
        return self.state == "applied"
