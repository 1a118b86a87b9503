"""Natural keys that are held already: refused before the database does, naming which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from ingestion import serializer
from ingestion.principal import Conflict
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork


class TakenKey(Conflict):
    """A natural key is already held, by ``record_id``, or by an earlier item of the same batch (None)."""

    def __init__(self, kind: str, value: str, record_id: int | None) -> None:
        self.kind, self.value, self.record_id = kind, value, record_id
        where = "批次内重复" if record_id is None else "本校已登记"
        where_en = "repeated within the batch" if record_id is None else "already filed"
        super().__init__(f"“{value}” {where}。", f"“{value}” is {where_en}.")


def refuse(uow: UnitOfWork, wanted: Sequence[dict[str, Any]]) -> None:
    """One clear refusal instead of a database error: which key, and whether the batch itself repeats it. Asked one
    kind at a time, as the unique index is ordered: without the kind every key of the university is read."""
    by_kind: dict[str, set[str]] = {}
    for row in wanted:
        values = by_kind.setdefault(row["kind"], set())
        if row["value"] in values:
            raise TakenKey(row["kind"], row["value"], None)
        values.add(row["value"])
    k = p.record_key
    for kind, values in by_kind.items():
        ordered = sorted(values)
        for start in range(0, len(ordered), serializer.CHUNK):
            held = uow.conn.execute(
                select(k.c.value, k.c.record_id).where(
                    k.c.university_code == wanted[0]["university_code"],
                    k.c.kind == kind,
                    k.c.value.in_(ordered[start : start + serializer.CHUNK]),
                )
            ).first()
            if held is not None:
                raise TakenKey(kind, held.value, held.record_id)
