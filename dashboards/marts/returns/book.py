"""All year-end tables of a university and a year together: drafts, project lists and checks. What the page shows, the
export writes and a snapshot signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dashboards.marts.reader import Mart
from dashboards.marts.returns import cells, checks, facts, opened, projects, records
from dashboards.marts.returns.cells import Draft, Entries
from dashboards.marts.returns.checks import Check, Previous
from dashboards.marts.returns.projects import FUNDS, Project
from dashboards.marts.returns.records import Line
from dashboards.marts.returns.tables import Table, tables

PROJECT_TABLES = {"ST": "ST4", "SK": "SK-PROJ"}


@dataclass(frozen=True)
class Book:
    """``entered``: table → the values the office entered; ``previous``: last year's signed tables. Everything is computed when first asked for."""

    mart: Mart
    year: int
    entered: Mapping[str, Entries]
    previous: Previous | None = None

    def table(self, code: str) -> Table:
        return tables()[code]

    @cached_property
    def _drafts(self) -> dict[str, Draft]:
        return {}

    def draft(self, code: str) -> Draft:
        """The draft of a vector or matrix. Raises KeyError for others."""
        if code not in self._drafts:
            self._drafts[code] = cells.draft(self.mart, self.table(code), self.year, self.entered.get(code, {}))
        return self._drafts[code]

    @cached_property
    def _projects(self) -> dict[str, list[Project]]:
        return {}

    def projects(self, system: str) -> list[Project]:
        """The projects a system's table weighs, those left out among them."""
        if system not in self._projects:
            self._projects[system] = projects.projects(self.mart, system, self.year)
        return self._projects[system]

    @cached_property
    def _lines(self) -> dict[str, list[Line]]:
        return {}

    def lines(self, code: str) -> list[Line]:
        """The records of a table with one a line, those left out among them."""
        if code not in self._lines:
            self._lines[code] = records.lines(self.mart, self.table(code), self.year)
        return self._lines[code]

    @cached_property
    def _checks(self) -> dict[str, list[Check]]:
        return {}

    def checks(self, code: str) -> list[Check]:
        """The checks of a table."""
        if code not in self._checks:
            self._checks[code] = self._judge(code)
        return self._checks[code]

    def _judge(self, code: str) -> list[Check]:
        table = self.table(code)
        if code in PROJECT_TABLES.values():
            everyone = [effort for system in FUNDS for one in self.projects(system) if not one.reason for effort in one.people]
            fund = self.draft(FUNDS[table.system])
            found = checks.of_projects(self.projects(table.system), table, fund, everyone, checks.staff_years(self.mart, self.year))
            return [*found, checks.carried_of_projects(self.projects(table.system), table, self.year, self.previous)]
        if code in records.LISTS:
            return checks.of_lines(self.lines(code), table)
        draft = self.draft(code)
        left = opened.ids_left_out(self.mart, table, self.year)
        return [*checks.of_draft(draft), *checks.carried(draft, self.previous), *checks.of_blocks(draft, self.mart), *checks.without_place(draft, left)]


def offered() -> list[Table]:
    """The tables that can be drafted, in the order of the form book."""
    return [table for table in tables().values() if table.code in facts.SOURCES or table.code in PROJECT_TABLES.values() or table.code in records.LISTS]
