"""Sheets of generated records, as templates and universities write them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from ingestion.exchange import importing, layout
from ingestion.exchange.importing import Options
from ingestion.principal import Principal
from ingestion.store import platform as p
from tests.documents import Document
from tests.ingestion.records.conftest import (
    T1,
    World,
    postgres_people,
    postgres_people_world,
    sqlite_people,
    sqlite_world,
    world,
)

__all__ = ["SHEETS", "T1", "World", "count", "fields", "postgres_people", "postgres_people_world", "sheet", "sqlite_people", "sqlite_world", "states", "taken", "world"]

DECLARED = Options(non_secret=True)
Sheets = Callable[..., Path]


def fields(world: World, type_id: str, document: Mapping[str, Any], header: Mapping[str, Any] | None = None, code: str = T1) -> dict[str, Any]:
    """The cells of a record by heading."""
    with world.store.read(code) as uow:
        actor = world.o1 if code == T1 else world.o2
        look = layout.load(uow, actor, type_id)
        cells = layout.cells(type_id, document, header or {}, look)
    known = layout.by_key(type_id)
    return {known[key].zh: value for key, value in cells.items()}


def write(path: Path, rows: Sequence[Mapping[str, Any]], headings: Sequence[str] = ()) -> Path:
    """A CSV file as a spreadsheet program saves it."""
    names = list(headings) or list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(names)
        writer.writerows([["" if row.get(name) is None else row[name] for name in names] for row in rows])
    return path


@pytest.fixture
def sheet(tmp_path: Path) -> Sheets:
    """``sheet(world, type_id, documents, name="a.csv", edit=None)``: the file of these records."""

    def made(
        world: World, type_id: str, documents: Sequence[Document], name: str = "a.csv",
        edit: Callable[[list[dict[str, Any]]], None] | None = None, numbers: Sequence[str] = (),
    ) -> Path:  # fmt: skip
        rows = [fields(world, type_id, one, {"record_no": numbers[i]} if numbers else None) for i, one in enumerate(documents)]
        if edit is not None:
            edit(rows)
        return write(tmp_path / name, rows)

    return made


SHEETS = sheet


def taken(world: World, actor: Principal, type_id: str, path: Path, **options: Any) -> importing.Outcome:
    """Import the file as the command does."""
    dry_run = options.pop("dry_run", False)
    return importing.import_file(world.store, actor, type_id, path, Options(**{"non_secret": True, **options}), dry_run=dry_run)


def states(world: World, type_id: str, code: str = T1) -> dict[str, int]:
    """Records of the type by state, whatever anybody may see."""
    with world.store.read(code) as uow:
        r = p.record
        rows = uow.conn.execute(
            select(r.c.state, func.count()).where(r.c.university_code == code, r.c.type == type_id).group_by(r.c.state)
        )
        return {row[0]: row[1] for row in rows}


def count(world: World, table: Any, *where: Any) -> int:
    with world.store.read("*") as uow:
        return int(uow.conn.execute(select(func.count()).select_from(table).where(*where)).scalar_one())
