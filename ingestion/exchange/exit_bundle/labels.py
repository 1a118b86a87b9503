"""Words beside numbers in the workbooks: labels of codes, names of units, people and accounts. Kept in memory for one
bundle: a hundred bytes a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ingestion import codes
from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import Codes
from ingestion.derive import number_of
from ingestion.exchange.exit_bundle.contents import Carried, Kept
from ingestion.exchange.exit_bundle.tables import Beside
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from ingestion.store.tables import TYPE_TABLES


@dataclass(frozen=True)
class Labels:
    codes: Codes
    units: dict[int, str]
    people: dict[int, str]
    accounts: dict[int, str]

    def beside(self, table: Carried) -> tuple[Sequence[tuple[int, str]], Beside] | None:
        """The extra columns of a table's workbook, None where it needs none."""
        wanted = [(index, kept) for index, kept in enumerate(table.kept) if kept.beside]
        if not wanted:
            return None
        position = {kept.name: index for index, kept in enumerate(table.kept)}

        def words(row: Sequence[Any]) -> list[str]:
            return [self._word(kept, row[index], row, position) for index, kept in wanted]

        headings = {"code": "名称", "unit": "单位名称", "person": "姓名", "account": "账号姓名", "number": "显示编号"}
        return [(index, f"{kept.zh}·{headings[kept.beside]}") for index, kept in wanted], words

    def _word(self, kept: Kept, value: Any, row: Sequence[Any], position: dict[str, int]) -> str:
        if value is None:
            return ""
        match kept.beside:
            case "code":
                assert isinstance(kept.field, k.Code)
                name = kept.field.code_list
                if (by := kept.field.list_by) is not None and by.field in position:
                    name = dict(by.lists).get(str(row[position[by.field]]), name)
                return self.codes.label(name, value) if name else ""
            case "unit":
                return self.units.get(value, "")
            case "person":
                return self.people.get(value, "")
            case "account":
                return self.accounts.get(value, "")
            case _:
                return number_of(row[position["type"]], value)


def load(uow: UnitOfWork, code: str) -> Labels:
    person, unit, account = TYPE_TABLES["person"].c, p.unit.c, p.account.c
    units = uow.conn.execute(select(unit.id, unit.code, unit.name).where(unit.university_code == code))
    people = uow.conn.execute(select(person.record_id, person.staff_no, person.name).where(person.university_code == code))
    accounts = uow.conn.execute(select(account.id, account.username, account.name).where(account.university_code == code))
    return Labels(
        codes.for_university(uow, code),
        {row.id: f"{row.code} {row.name}" for row in units},
        {row.record_id: f"{row.staff_no or ''} {row.name or ''}".strip() for row in people},
        {row.id: f"{row.username} {row.name}" for row in accounts},
    )
