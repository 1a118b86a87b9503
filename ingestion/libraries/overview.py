"""A library as its reader sees it: how many records, files and bytes, what is missing, and the records page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Literal, Self

from sqlalchemy import ColumnElement, Select, and_, exists, func, select

from ingestion import permissions, search
from ingestion.attachments import changes
from ingestion.catalog.kinds import FileSlot
from ingestion.catalog.registry import TYPE_IDS
from ingestion.derive import number_of
from ingestion.libraries import lacking as missing
from ingestion.people import like
from ingestion.principal import Principal
from ingestion.search import Query
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from ingestion.store.tables import TYPE_TABLES

PROJECT_TYPES = ("vertical_project", "horizontal_project", "university_project")
A, B, R = p.attachment.c, p.blob.c, p.record.c


@dataclass(frozen=True)
class Selection:
    """Whose files. ``types`` in menu order; the other filters as in ``search.Query``. ``file_name``: records with a
    file so named. ``only``: all of them, those with files, without, or lacking a required one. ``mine``: what the
    reader entered or owns."""

    types: tuple[str, ...]
    keyword: str = ""
    college_ids: tuple[int, ...] = ()
    years: tuple[int, ...] = ()
    states: tuple[str, ...] = ()
    file_name: str = ""
    only: Literal["", "with", "without", "lacking"] = ""
    mine: bool = False
    record_ids: tuple[int, ...] = ()

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """From a job's parameters (``dataclasses.asdict`` made them)."""
        known = {f.name for f in fields(cls)}
        values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in parameters.items() if n in known}
        return cls(**values)


@dataclass(frozen=True)
class Totals:
    """``size`` in bytes; ``lacking``: records that lack a required file, None where the types require none."""

    records: int
    with_files: int
    files: int
    size: int
    lacking: int | None


@dataclass(frozen=True)
class Holding:
    """One record of a library. ``lacks``: the required places without a file."""

    id: int
    type_id: str
    number: str
    project_no: str
    title: str
    owner: str
    college_id: int | None
    state: str
    filed_year: int | None
    files: int
    size: int
    lacks: tuple[FileSlot, ...] = field(default=())


@dataclass(frozen=True)
class Filed:
    """One file of a library with what its index says."""

    id: int
    record_id: int
    type_id: str
    project_no: str
    title: str
    owner: str
    college: str
    slot: str
    name: str
    size: int
    sha256: str
    restricted: bool
    added_by: str
    added_at: datetime

    @property
    def number(self) -> str:
        return number_of(self.type_id, self.record_id)


# --- conditions ---------------------------------------------------------------------------------------


def _chosen(actor: Principal, selection: Selection) -> ColumnElement[bool]:
    """The records of a selection, as a condition on ``record``."""
    types = tuple(t for t in TYPE_IDS if t in selection.types)
    query = Query(
        types[0], selection.keyword, college_ids=selection.college_ids, years=selection.years, states=selection.states, mine=selection.mine
    )
    parts = [search.matching(actor, query, types)]
    if selection.record_ids:
        parts.append(R.id.in_(selection.record_ids))
    if selection.file_name.strip():
        named = func.lower(A.name).like(like(selection.file_name.strip().casefold()), escape="\\")
        parts.append(_has_file(actor, named))
    match selection.only:
        case "with":
            parts.append(_has_file(actor))
        case "without":
            parts.append(~_has_file(actor))
        case "lacking":
            parts.append(missing.lacking(actor, types))
    return and_(*parts)


def _has_file(actor: Principal, *also: ColumnElement[bool]) -> ColumnElement[bool]:
    shown = permissions.visible(actor, p.attachment)
    return exists().where(A.record_id == R.id, changes.in_force(), shown, *also).correlate(p.record)


def _files(actor: Principal) -> ColumnElement[bool]:
    """The files in force the reader may download, as a condition on ``attachment``."""
    return and_(changes.in_force(), permissions.visible(actor, p.attachment))


# --- answers ------------------------------------------------------------------------------------------


def asked_for(types: tuple[str, ...]) -> bool:
    """Whether these types require any file at all."""
    return any(missing.demanding(type_id) for type_id in types)


def totals(uow: UnitOfWork, actor: Principal, selection: Selection) -> Totals:
    """The counts above a library; each opens with the same filters."""
    chosen = _chosen(actor, selection)
    records = uow.conn.execute(select(func.count()).select_from(p.record).where(chosen)).scalar_one()
    held = uow.conn.execute(
        select(func.count().label("n"), func.coalesce(func.sum(B.size), 0).label("size"), func.count(A.record_id.distinct()).label("records"))
        .select_from(p.attachment.join(p.blob, B.sha256 == A.sha256).join(p.record, R.id == A.record_id))
        .where(chosen, _files(actor))
    ).one()
    lacking = None
    if asked_for(selection.types):
        lacking = uow.conn.execute(
            select(func.count()).select_from(p.record).where(chosen, missing.lacking(actor, selection.types))
        ).scalar_one()
    return Totals(int(records), int(held.records), int(held.n), int(held.size), lacking)


def in_statistics(uow: UnitOfWork, actor: Principal, selection: Selection) -> int:
    """The selection's records that the published figures count: approved, in statistics, filed under a year."""
    chosen = _chosen(actor, replace(selection, only=""))
    counted = select(func.count()).select_from(p.record).where(chosen, R.state == "30", R.in_statistics.is_(True), R.filed_year.is_not(None))
    n: int = uow.conn.execute(counted).scalar_one()
    return n


def holdings(uow: UnitOfWork, actor: Principal, selection: Selection, page: int = 1, size: int = 50) -> list[Holding]:
    """One page of the records, newest first, each with what it holds and lacks."""
    owner = p.record.alias("owner")
    rows = uow.conn.execute(
        select(R.id, R.type, R.title, R.college_id, R.state, R.filed_year, owner.c.title.label("owner"))
        .outerjoin(owner, owner.c.id == R.owner_person_id)
        .where(_chosen(actor, selection))
        .order_by(R.dated_on.desc().nulls_last(), R.id.desc())
        .limit(size)
        .offset((max(1, page) - 1) * size)
    ).all()
    ids = [row.id for row in rows]
    held = {row.record_id: row for row in uow.conn.execute(_counted(actor, ids))}
    lacks = _lacks(uow, actor, ids, selection.types)
    numbers = _project_numbers(uow, selection.types, R.id.in_(ids))
    return [
        Holding(
            row.id, row.type, number_of(row.type, row.id), numbers.get(row.id, ""), row.title, row.owner or "", row.college_id, row.state,
            row.filed_year, held[row.id].n if row.id in held else 0, int(held[row.id].size) if row.id in held else 0, lacks.get(row.id, ()),
        )
        for row in rows
    ]  # fmt: skip


def _counted(actor: Principal, ids: list[int]) -> Select[Any]:
    return (
        select(A.record_id, func.count().label("n"), func.sum(B.size).label("size"))
        .select_from(p.attachment.join(p.blob, B.sha256 == A.sha256))
        .where(A.record_id.in_(ids), _files(actor))
        .group_by(A.record_id)
    )


def _lacks(uow: UnitOfWork, actor: Principal, ids: list[int], types: tuple[str, ...]) -> dict[int, tuple[FileSlot, ...]]:
    out: dict[int, tuple[FileSlot, ...]] = {}
    for type_id in types:
        for slot in missing.demanding(type_id):
            found = select(R.id).where(R.id.in_(ids), missing.lacks(type_id, slot), permissions.may(actor, "download_restricted"))
            for row in uow.conn.execute(found):
                out[row.id] = (*out.get(row.id, ()), slot)
    return out


def _project_numbers(uow: UnitOfWork, types: tuple[str, ...], chosen: ColumnElement[bool]) -> dict[int, str]:
    """The number each record of a type with project numbers carries, by record."""
    out: dict[int, str] = {}
    for type_id in types:
        column = TYPE_TABLES[type_id].c.get("project_no")
        if column is not None:
            table = TYPE_TABLES[type_id]
            rows = select(table.c.record_id, column.label("number")).join(p.record, R.id == table.c.record_id)
            out.update({row.record_id: row.number for row in uow.conn.execute(rows.where(chosen, column.is_not(None)))})
    return out


def files(uow: UnitOfWork, actor: Principal, selection: Selection, limit: int | None = None, offset: int = 0) -> list[Filed]:
    """The files of a selection in the order of the zip: by type, project number, record, place."""
    return list(filed(uow, actor, selection, limit, offset))


def filed(uow: UnitOfWork, actor: Principal, selection: Selection, limit: int | None = None, offset: int = 0) -> Iterator[Filed]:
    """As ``files``, one after the other."""
    chosen = _chosen(actor, selection)
    numbers = _project_numbers(uow, selection.types, chosen)
    owner = p.record.alias("owner")
    rows = (
        select(
            A.id, A.record_id, A.slot, A.name, A.sha256, A.restricted, A.added_at, B.size, R.type, R.title, owner.c.title.label("owner"),
            p.unit.c.name.label("college"), p.account.c.name.label("adder"),
        )
        .select_from(
            p.attachment.join(p.blob, B.sha256 == A.sha256).join(p.record, R.id == A.record_id).join(p.account, p.account.c.id == A.added_by)
            .outerjoin(owner, owner.c.id == R.owner_person_id).outerjoin(p.unit, p.unit.c.id == R.college_id)
        )
        .where(chosen, _files(actor))
        .order_by(R.type, R.id, A.id)
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    for row in uow.conn.execute(rows):
        yield Filed(
            row.id, row.record_id, row.type, numbers.get(row.record_id, ""), row.title, row.owner or "", row.college or "", row.slot, row.name,
            row.size, row.sha256, row.restricted, row.adder, row.added_at,
        )  # fmt: skip
