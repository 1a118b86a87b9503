"""Checks as data: what is expected, how bad it is when not so, and the words for a finding.

A check becomes one Great Expectations expectation (``expectations/engine.py``). ``rule`` is its stable name
in findings. An ``error`` means numbers would be wrong: it holds back the university it names. A ``warning``
is a finding to mend.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from ingestion.findings import Severity


@dataclass(frozen=True)
class Where:
    """Only rows whose ``column`` holds one of ``values`` (none of them, where negated) are looked at."""

    column: str
    values: tuple[Any, ...]
    negated: bool = False


@dataclass(frozen=True)
class Check:
    """``expectation`` is the class name in ``great_expectations.expectations``, ``arguments`` its arguments.
    ``field`` is the field a finding points at. ``where`` limits the rows."""

    rule: str
    field: str
    severity: Severity
    zh: str
    en: str
    expectation: str
    arguments: dict[str, Any] = dataclasses.field(default_factory=dict)
    where: Where | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the frame this check reads."""
        named = self.arguments.get("column_list") or [self.arguments[k] for k in _COLUMNS if k in self.arguments]
        return (*named, *([self.where.column] if self.where else ()))


_COLUMNS = ("column", "column_A", "column_B")


@dataclass(frozen=True)
class Suite:
    """Checks on one frame. ``name`` is the raw table or mart; ``key`` the column whose values name the rows
    that fail (a record id), or None where a row is not a record."""

    name: str
    checks: tuple[Check, ...]
    key: str | None = "record_id"

    @property
    def columns(self) -> tuple[str, ...]:
        wanted = {column for check in self.checks for column in check.columns}
        return tuple(sorted(wanted | {"university_code"} | ({self.key} if self.key else set())))


@dataclass(frozen=True)
class Failure:
    """One check that did not hold for one university; ``record_ids`` of the rows, empty where it is about a
    whole. ``values`` are a few of the unexpected values."""

    check: Check
    suite: str
    university_code: str
    record_ids: tuple[int, ...]
    values: tuple[str, ...] = ()
