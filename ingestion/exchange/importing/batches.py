"""The rows of ``import_batch``: begun, moved on, listed. One mechanism for sheets and bibliographic files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from ingestion import audit, codes, derive, permissions, refreshes, running_as
from ingestion.exchange.importing import kept, tally
from ingestion.exchange.importing.findings import Verdict
from ingestion.exchange.importing.options import (
    STATE_WORDS,
    Batch,
    Candidate,
    Change,
    Difference,
    Effect,
    Finding,
    Named,
    Options,
    RowView,
)
from ingestion.principal import Conflict, NotFound, Principal
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

STALE = timedelta(minutes=10)
"""A run on another machine that has not said for so long that it lives is dead: a chunk takes seconds."""
OPEN = ("checking", "checked", "loading")


class CutOff(Conflict):
    """Another run took this batch over, or it was given up meanwhile."""

    def __init__(self) -> None:
        super().__init__("该批次已由另一个任务接管或已放弃。", "Another run took this batch over, or it was given up.")


def begin(
    uow: UnitOfWork,
    actor: Principal,
    type_id: str,
    file_name: str,
    sha256: str,
    *,
    format: str = "",
    state: str = "checking",
    options: Mapping[str, Any] | None = None,
    total: int | None = None,
) -> tuple[int, str]:
    """A new batch and the name of its run."""
    run = running_as.name()
    row = insert(p.import_batch).values(
        university_code=actor.university_code, type=type_id, file_name=file_name[:300], sha256=sha256, account_id=actor.account_id,
        role=actor.role, state=state, format=format, options=_json(options or {}), total=total, counts="{}", started_at=uow.now,
        run=run, beat_at=uow.now,
    )  # fmt: skip
    return int(uow.conn.execute(row.returning(p.import_batch.c.id)).scalar_one()), run


def take_over(uow: UnitOfWork, actor: Principal, batch_id: int, states: Sequence[str], state: str) -> tuple[Row[Any], str]:
    """Make this run the batch's: whoever worked on it before stops at its next chunk. Raises ``Conflict`` where the
    batch is in none of ``states``, or another run is alive."""
    row = row_of(uow, actor, batch_id, lock=True)
    if row.state not in states:
        raise Conflict(*not_now(row.state))
    if row.state in ("checking", "loading") and alive(row, uow.now):
        raise Conflict("该批次正在处理，请稍后再看。", "This batch is being worked on; look again later.")
    run = running_as.name()
    b = p.import_batch
    uow.conn.execute(update(b).where(b.c.id == batch_id).values(run=run, state=state, beat_at=uow.now))
    return row, run


def alive(row: Row[Any], now: datetime) -> bool:
    """Whether somebody works on the batch: its process is there, or said so lately from another machine."""
    if row.run is None or running_as.gone(row.run):
        return False
    return row.beat_at is not None and now - row.beat_at < STALE


def cut_off(uow: UnitOfWork, actor: Principal, type_id: str, sha256: str) -> int | None:
    """The account's own batch of the same file that was killed while it was loaded."""
    b = p.import_batch
    rows = uow.conn.execute(
        select(b)
        .where(
            permissions.visible(actor, b), b.c.account_id == actor.account_id, b.c.type == type_id, b.c.sha256 == sha256,
            b.c.state == "loading",
        )
        .order_by(b.c.id.desc())
    )  # fmt: skip
    return next((row.id for row in rows if not alive(row, uow.now)), None)


def let_go(uow: UnitOfWork, batch_id: int) -> None:
    """The run ends and leaves the batch to the next."""
    b = p.import_batch
    uow.conn.execute(update(b).where(b.c.id == batch_id).values(run=None, beat_at=None))


def not_now(state: str) -> tuple[str, str]:
    """Why nothing can be done with a batch in this state."""
    zh, en = STATE_WORDS.get(state, (state, state))
    return f"该批次{zh}，不能进行此操作。", f"This batch is {en}; this cannot be done now."


def beat(uow: UnitOfWork, batch_id: int, run: str, **values: Any) -> None:
    """The run lives, and this is how far it is. Raises ``CutOff`` where the batch is no longer its own."""
    b = p.import_batch
    fit = {name: value if not isinstance(value, (dict, list)) else _json(value) for name, value in values.items()}
    done = uow.conn.execute(update(b).where(b.c.id == batch_id, b.c.run == run).values(beat_at=uow.now, **fit))
    if done.rowcount != 1:
        raise CutOff


def applied(uow: UnitOfWork, actor: Principal, type_id: str, batch_id: int, counts: Mapping[str, int], detail: Mapping[str, Any]) -> None:
    """The marker: from now on the batch's rows are in effect. One audit row, and the numbers are asked anew."""
    b = p.import_batch
    uow.conn.execute(
        update(b).where(b.c.id == batch_id).values(state="applied", applied_at=uow.now, counts=_json(counts), run=None, beat_at=None)
    )
    audit.write(uow, actor, "import", type_id, batch_id, {"counts": dict(counts), **detail}, university_code=actor.university_code)
    refreshes.request(uow, "import")


def closed(uow: UnitOfWork, batch_id: int, state: str, message: tuple[str, str] | None = None) -> None:
    """A batch that came to nothing: ``failed`` or ``discarded``."""
    b = p.import_batch
    values: dict[str, Any] = {"state": state, "run": None, "beat_at": None}
    if message is not None:
        report = json.loads(uow.conn.execute(select(b.c.report).where(b.c.id == batch_id)).scalar_one())
        values["report"] = _json({**report, "message": list(message)})
    uow.conn.execute(update(b).where(b.c.id == batch_id).values(**values))


# --- reading -------------------------------------------------------------------------------------------------------


def row_of(uow: UnitOfWork, actor: Principal, batch_id: int, *, lock: bool = False) -> Row[Any]:
    """The stored row. Raises ``NotFound`` for a batch the actor may not see."""
    b = p.import_batch
    statement = select(b).where(b.c.id == batch_id, permissions.visible(actor, b))
    row = uow.conn.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise NotFound
    return row


def get(uow: UnitOfWork, actor: Principal, batch_id: int) -> Batch:
    """One batch. Raises ``NotFound`` for a batch the actor may not see."""
    row = row_of(uow, actor, batch_id)
    name: str = uow.conn.execute(select(p.account.c.name).where(p.account.c.id == row.account_id)).scalar_one()
    return _batch(uow, row, name, whole=True)


def list_for(
    uow: UnitOfWork, actor: Principal, *, type_id: str | None = None, limit: int = 50, offset: int = 0
) -> tuple[list[Batch], int]:
    """The batches the actor may see, the newest first, and how many there are."""
    b = p.import_batch
    where = [permissions.visible(actor, b), *([b.c.type == type_id] if type_id else [])]
    total: int = uow.conn.execute(select(func.count()).select_from(b).where(*where)).scalar_one()
    rows = uow.conn.execute(
        select(b, p.account.c.name.label("account_name"))
        .join(p.account, p.account.c.id == b.c.account_id)
        .where(*where)
        .order_by(b.c.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    return [_batch(uow, row, row.account_name, whole=False) for row in rows], total


def _batch(uow: UnitOfWork, row: Row[Any], account: str, *, whole: bool) -> Batch:
    options, report = json.loads(row.options), json.loads(row.report)
    told = report.get("tally", {}) if whole else {}
    known = codes.for_university(uow, row.university_code)
    message = report.get("message")
    return Batch(
        id=row.id, type_id=row.type, file_name=row.file_name, format=row.format, sha256=row.sha256, account_id=row.account_id,
        account=account, state=row.state, counts=json.loads(row.counts), options=Options.from_dict(options.get("options", {})),
        mapping=options.get("mapping", []), sheet=options.get("sheet", ""), total=row.total, done=row.done,
        effect=tally.effect(told, row.type, known) if told else Effect(), quality=tally.quality(told),
        differences=[Difference(d["year"], d["expected"], d["actual"], tuple(d["rows"])) for d in report.get("differences", [])],
        started_at=row.started_at, beat_at=row.beat_at, applied_at=row.applied_at, undone_at=row.undone_at,
        message=(message[0], message[1]) if message else None, has_file=kept.there(row.id), first_column=int(options.get("first_column", 0)),
    )  # fmt: skip


def rows_of(
    uow: UnitOfWork, actor: Principal, batch_id: int, *, results: Sequence[str] = (), limit: int = 100, offset: int = 0
) -> tuple[list[RowView], int]:
    """Rows of the file about which there is something to say, in the file's order, and how many there are."""
    batch = row_of(uow, actor, batch_id)
    r = p.import_row
    where = [r.c.batch_id == batch_id, *([r.c.result.in_(results)] if results else [])]
    total: int = uow.conn.execute(select(func.count()).select_from(r).where(*where)).scalar_one()
    rows = uow.conn.execute(
        select(r, p.record.c.type.label("record_type"))
        .outerjoin(p.record, p.record.c.id == r.c.record_id)
        .where(*where)
        .order_by(r.c.row)
        .limit(limit)
        .offset(offset)
    )
    return [row_view(row.record_type or batch.type, row) for row in rows], total


def row_view(type_id: str, row: Row[Any]) -> RowView:
    """``type_id``: of the record the row is about."""
    return RowView(
        row=row.row, result=row.result, title=row.title, record_id=row.record_id,
        number="" if row.record_id is None else derive.number_of(type_id, row.record_id), repeats_row=row.repeats_row,
        filed_year=row.filed_year, issues=tuple(Finding(**one) for one in json.loads(row.issues)),
        people=tuple(
            Named(**{**one, "candidates": tuple(Candidate(**c) for c in one["candidates"])}) for one in json.loads(row.people)
        ),
        changes=tuple(Change(**one) for one in json.loads(row.changes)),
    )  # fmt: skip


def view_of(type_id: str, verdict: Verdict, findings: tuple[Finding, ...]) -> RowView:
    """A row just judged, as ``rows_of`` would show it."""
    kind = verdict.header["type"] if verdict.header is not None else type_id
    number = "" if verdict.record_id is None else derive.number_of(kind, verdict.record_id)
    return RowView(
        verdict.row, verdict.result, verdict.title, verdict.record_id, number, verdict.repeats_row, verdict.year, findings,
        tuple(verdict.people), verdict.changes,
    )  # fmt: skip


def repeated(
    uow: UnitOfWork, actor: Principal, type_id: str, sha256: str, except_id: int | None = None
) -> tuple[int, datetime] | None:
    """The batch in effect that came from the very same file, for a warning before it is read again."""
    b = p.import_batch
    row = uow.conn.execute(
        select(b.c.id, b.c.applied_at)
        .where(permissions.visible(actor, b), b.c.type == type_id, b.c.sha256 == sha256, b.c.state == "applied", b.c.id != (except_id or 0))
        .order_by(b.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None or row.applied_at is None else (row.id, row.applied_at)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def as_json(items: Sequence[Any]) -> str:
    """Dataclasses as JSON."""
    return json.dumps(items, ensure_ascii=False, default=vars) if items else "[]"
