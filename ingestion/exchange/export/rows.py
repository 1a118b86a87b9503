"""The rows of an export: records in order, as far as the actor may see them, in the words of the sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from ingestion import attachments, permissions, search, serializer
from ingestion.attachments import changes
from ingestion.catalog import kinds as k
from ingestion.derive import number_of
from ingestion.duplicates import STATE_WORDS
from ingestion.exchange import layout
from ingestion.exchange.export.request import Request
from ingestion.exchange.layout import Cell, Look
from ingestion.exchange.layout.look import know
from ingestion.exchange.layout.writing import NO, YES
from ingestion.principal import OperationError, Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork, local_time

CHUNK = 500


@dataclass(frozen=True)
class Record:
    """One record: its header's columns, and its document with secrets masked or in clear."""

    id: int
    header: Mapping[str, Any]
    document: dict[str, Any]
    revealed: bool = False


def ids_of(uow: UnitOfWork, actor: Principal, request: Request) -> list[int]:
    """The records of a request, in order. Raises OperationError where it is not what whoever asked was shown."""
    if request.ids:
        found = _visible(uow, actor, request.type_id, request.ids)
        if len(found) != len(set(request.ids)):
            missing = len(set(request.ids)) - len(found)
            raise OperationError(
                f"所选记录中有 {missing} 条已不存在或无权查看，未生成文件，请重新选择。",
                f"{missing} of the records chosen do not exist any more or are not yours to see; no file was made. Choose again.",
            )
        return found
    found = search.ids(uow, actor, request.query or search.Query(request.type_id))
    if request.expected is not None and len(found) != request.expected:
        raise OperationError(
            f"点击导出时符合条件的为 {request.expected:,} 条，现为 {len(found):,} 条，未生成文件，请重新导出。",
            f"{request.expected:,} records fitted when you asked, {len(found):,} do now; no file was made. Export again.",
        )
    return found


def _visible(uow: UnitOfWork, actor: Principal, type_id: str, wanted: Sequence[int]) -> list[int]:
    r = p.record
    seen: set[int] = set()
    unique = list(dict.fromkeys(wanted))
    for start in range(0, len(unique), CHUNK):
        chunk = select(r.c.id).where(r.c.id.in_(unique[start : start + CHUNK]), r.c.type == type_id, permissions.visible(actor, r))
        seen.update(uow.conn.execute(chunk).scalars())
    return [i for i in unique if i in seen]


def records(uow: UnitOfWork, actor: Principal, request: Request, ids: Sequence[int]) -> Iterator[Record]:
    """The records one after the other; memory holds a chunk."""
    secret = any(isinstance(f, k.Secret) for f in serializer.plain_fields(request.type_id).values())
    for start in range(0, len(ids), CHUNK):
        chunk = list(ids[start : start + CHUNK])
        documents = serializer.read(uow, request.type_id, chunk)
        told = headers(uow, chunk)
        open_ones = [i for i in chunk if secret and request.reveal and permissions.can(actor, "reveal", request.type_id, told[i])]
        clear = serializer.read(uow, request.type_id, open_ones, "clear") if open_ones else {}
        for i in chunk:
            yield Record(i, told[i], clear.get(i) or documents.get(i, {}), revealed=i in clear)


def headers(uow: UnitOfWork, ids: list[int]) -> dict[int, dict[str, Any]]:
    """What the header of each record tells beside its document."""
    r, owner = p.record, p.record.alias("owner")
    a = p.amendment
    changing = select(a.c.id).where(a.c.record_id == r.c.id, a.c.is_open).exists().label("changing")
    statement = (
        select(r, owner.c.title.label("owner_name"), p.account.c.name.label("enterer_name"), changing)
        .outerjoin(owner, owner.c.id == r.c.owner_person_id)
        .outerjoin(p.account, p.account.c.id == r.c.entered_by)
        .where(r.c.id.in_(ids))
    )
    return {row["id"]: dict(row) for row in uow.conn.execute(statement).mappings()}


class Sheet:
    """Records into the cells of the columns chosen."""

    def __init__(self, uow: UnitOfWork, actor: Principal, request: Request, look: Look) -> None:
        self.uow, self.actor, self.request, self.look = uow, actor, request, look
        known = {c.key: c for c in layout.columns(request.type_id)}
        self.columns = [known[key] for key in request.columns] if request.columns else list(known.values())
        self._files = any(c.key == "files" for c in self.columns)
        self.revealed = 0

    def rows(self, ids: Sequence[int]) -> Iterator[list[Cell]]:
        """One list of cells a record, aligned with ``columns``."""
        for start in range(0, len(ids), CHUNK):
            yield from self.lines(list(records(self.uow, self.actor, self.request, ids[start : start + CHUNK])))

    def lines(self, found: Sequence[Record]) -> Iterator[list[Cell]]:
        """The same of records that are read already, a chunk at a time."""
        keys = [c.key for c in self.columns]
        know(self.uow, self.actor, self.request.type_id, (one.document for one in found), self.look)
        files = self._counted([one.id for one in found]) if self._files else {}
        for one in found:
            self.revealed += one.revealed
            cells = layout.cells(self.request.type_id, one.document, self._told(one.header, files), self.look)
            yield [cells.get(key) for key in keys]

    def _told(self, header: Mapping[str, Any], files: Mapping[int, str | int]) -> dict[str, Any]:
        at = 1 if self.look.language == "en" else 0
        names = self.look.own_names
        return {
            "record_no": number_of(header["type"], header["id"]),
            "university": names[-1] if at else names[0],
            "state": STATE_WORDS["40" if header["changing"] and header["state"] == "30" else header["state"]][at],
            "owner_name": header["owner_name"] or ("未归属", "Unattributed")[at],
            "filed_year": header["filed_year"],
            "entered_by": header["enterer_name"],
            "updated_at": local_time(header["updated_at"]).strftime("%Y-%m-%d %H:%M"),
            "in_statistics": (YES if header["in_statistics"] else NO)[at] if header["state"] == "30" else None,
            "files": files.get(header["id"]),
        }

    def _counted(self, ids: Sequence[int]) -> dict[int, str | int]:
        """Files of each record as far as the actor may know of them (AC-066): 3, or "3（含受限附件 1 个）"."""
        a = p.attachment
        counted = (
            select(a.c.record_id, func.count().label("n"))
            .where(a.c.record_id.in_(ids), changes.in_force(), permissions.visible(self.actor, a))
            .group_by(a.c.record_id)
        )
        out: dict[int, str | int] = {row.record_id: row.n for row in self.uow.conn.execute(counted)}
        for record_id, kept in attachments.restricted_counts(self.uow, self.actor, out).items():
            words = (f"{out[record_id]}（含受限附件 {kept} 个）", f"{out[record_id]} ({kept} restricted)")
            out[record_id] = words[self.look.language == "en"]
        return out
