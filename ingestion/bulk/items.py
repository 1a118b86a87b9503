"""What a caller says of one record to load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from ingestion import duplicates, permissions
from ingestion.catalog.kinds import Issue

Channel = Literal["own", "college", "office", "import", "cli"]
STATES_OF_ROLE: Mapping[str, frozenset[str]] = {
    "system": frozenset(permissions.STATES),
    "office_admin": frozenset(permissions.STATES),
    "college_admin": frozenset({"00", "20"}),
    "researcher": frozenset({"00", "10"}),
}
"""In which states a role may load records. Of a type without the college's step a researcher's go to the office
(see ``hidden`` of ``load``: there the caller has asked what the role may submit to)."""


@dataclass(frozen=True)
class Who:
    """An account as history names it."""

    account_id: int
    name: str
    role: str


@dataclass(frozen=True)
class BulkItem:
    """One record to load. Absent times are now; ``gaps`` become open findings; ``college`` and ``office`` are
    the reviewers named in the history of a record that passed their step; ``reason`` is that of a return or
    void. ``college_id`` None: the owner's college at the record's date. ``keys``: the document's natural keys, where the
    caller has them."""

    document: Mapping[str, Any]
    state: str = "30"
    college_id: int | None = None
    entered_by: Who | None = None
    channel: Channel = "import"
    created_at: datetime | None = None
    submitted_at: datetime | None = None
    approved_at: datetime | None = None
    closed_at: datetime | None = None
    in_statistics: bool = True
    out_reason: str | None = None
    gaps: Sequence[Issue] = field(default_factory=tuple)
    college: Who | None = None
    office: Who | None = None
    reason: str | None = None
    non_secret: bool = True
    keys: Sequence[duplicates.Key] | None = None
