"""Units of work: all or nothing, one writer after another, days and times as the universities count them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from ingestion.store import engine
from ingestion.store.engine import Store, open_store
from tests.ingestion.store import rows


def test_an_error_undoes_everything(store: Store) -> None:
    with pytest.raises(RuntimeError), store.begin("*") as uow:
        rows.university(uow, "99001")
        raise RuntimeError
    with store.read("*") as uow:
        assert uow.conn.scalar(text("SELECT count(*) FROM university")) == 0


def test_read_then_write_never_fails_among_writers(store: Store) -> None:
    with store.begin("*") as uow:
        rows.university(uow, "99001")
        rows.add(uow, "setting", university_code="99001", key="n", value="0")

    def add_one(_: int) -> None:
        with store.begin("99001") as uow:
            lock = " FOR UPDATE" if uow.dialect == "postgresql" else ""
            n = int(uow.conn.scalar(text(f"SELECT value FROM setting WHERE key = 'n'{lock}")) or 0)
            rows.run(uow, "UPDATE setting SET value = :n WHERE key = 'n'", n=str(n + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(200)))
    with store.read("99001") as uow:
        assert uow.conn.scalar(text("SELECT value FROM setting WHERE key = 'n'")) == "200"


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    with store.begin("*") as writer:
        rows.university(writer, "99001")
        with store.read("*") as reader:
            assert reader.conn.scalar(text("SELECT count(*) FROM university")) == 0


def test_a_reference_cannot_leave_its_university(store: Store) -> None:
    with store.begin("*") as uow:
        first = rows.university(uow, "99001")
        rows.university(uow, "99002")
        foreign = uow.conn.scalar(text("SELECT id FROM unit WHERE university_code = '99002'"))
    with pytest.raises(Exception, match="(?i)foreign key"), store.begin("*") as uow:
        record = rows.paper(uow, "99001", first)
        rows.run(uow, "UPDATE record SET college_id = :unit WHERE id = :id", unit=foreign, id=record)


@pytest.mark.parametrize(
    "change",
    [
        "state = '31'",
        "state = '30', submitted_at = created_at",
        "state = '90', submitted_at = created_at",
        "voided_at = created_at",
        "state = '10'",
        "channel = 'other'",
    ],
)
def test_impossible_states_are_impossible(store: Store, change: str) -> None:
    with store.begin("*") as uow:
        account = rows.university(uow, "99001")
        rows.paper(uow, "99001", account)
    with pytest.raises(Exception, match="(?i)check constraint"), store.begin("*") as uow:
        rows.run(uow, f"UPDATE record SET {change}")


def test_a_balance_cannot_be_overdrawn(store: Store) -> None:
    with store.begin("*") as uow:
        account = rows.university(uow, "99001")
        project = rows.paper(uow, "99001", account)
        rows.add(uow, "project_balance", project_id=project, university_code="99001", arrived=100)
    for change in ("spent = 101", "outward = 60, frozen = 41", "frozen = -1"):
        with pytest.raises(Exception, match="(?i)check constraint"), store.begin("99001") as uow:
            rows.run(uow, f"UPDATE project_balance SET {change}")


def test_a_record_has_one_open_amendment(store: Store) -> None:
    with store.begin("*") as uow:
        account = rows.university(uow, "99001")
        record = rows.paper(uow, "99001", account)

    def open_one(state: str = "00", is_open: bool = True) -> None:
        with store.begin("99001") as uow:
            rows.add(
                uow,
                "amendment",
                university_code="99001",
                record_id=record,
                state=state,
                document="{}",
                is_open=is_open,
                opened_by=account,
                opened_at=rows.AT,
                state_since=rows.AT,
            )

    open_one("applied", False)
    open_one()
    with pytest.raises(Exception, match="(?i)unique"):
        open_one()
    with pytest.raises(Exception, match="(?i)check constraint"):
        open_one("applied", True)


def test_the_day_begins_where_the_universities_are(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime(2025, 12, 31, 17, 0, tzinfo=UTC).astimezone(tz)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "datetime", Clock)
    assert engine.today() == date(2026, 1, 1)
    assert engine.utc_now() == datetime(2025, 12, 31, 17, 0)
    assert engine.local_time(datetime(2025, 12, 31, 17, 0)).isoformat() == "2026-01-01T01:00:00+08:00"


def test_the_store_stands_below_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path / "new"))
    opened = open_store()
    assert opened.engine.url.database == str(tmp_path / "new" / "yanshu.sqlite")
    opened.dispose()
