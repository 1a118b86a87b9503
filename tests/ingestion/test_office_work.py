"""Notices, units and jobs: the small operations of offices and of the worker."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from ingestion import accounts, jobs, messages, notices, units
from ingestion.principal import Denied, NotFound, OperationError, Principal
from ingestion.store.engine import ALL, Store, today, utc_now
from ingestion.store.platform import job, record
from tests.ingestion.access import (
    Province,
    cheap_argon,
    province,
    province_on_postgres,
    province_on_sqlite,
)

__all__ = ["cheap_argon", "province", "province_on_postgres", "province_on_sqlite"]


def who(province: Province, name: str) -> Principal:
    return province.login(name).principal


# --- notices ------------------------------------------------------------------------------------------


@pytest.mark.ac("AC-006", "AC-007")
def test_a_province_notice_is_public_and_a_universitys_is_its_own(province: Province) -> None:
    p1, o1, r1, q1 = (who(province, name) for name in ("p1", "o1", "r1", "q1"))
    with province.store.begin(ALL) as uow:
        notices.publish(uow, p1, "上一条", "内容", today() - timedelta(days=3))
        whole = notices.publish(uow, p1, "全省通知", "内容")
        own = notices.publish(uow, o1, "本校通知", "内容")
    with province.store.read(ALL) as uow:
        assert [n.title for n in notices.public(uow)] == ["全省通知", "上一条"]
        assert {n.title for n in notices.list_for(uow, r1)} == {"全省通知", "上一条", "本校通知"}
        assert {n.title for n in notices.list_for(uow, q1)} == {"全省通知", "上一条"}
        assert notices.public_one(uow, whole).publisher == "江汉省教育厅"
        for reader, number in ((None, own), (q1, own), (None, 10**9)):
            with pytest.raises(NotFound):
                notices.public_one(uow, number) if reader is None else notices.one(uow, reader, number)


@pytest.mark.ac("AC-008")
def test_future_and_withdrawn_notices_exist_for_managers_only(province: Province) -> None:
    p1, r1 = who(province, "p1"), who(province, "r1")
    with province.store.begin(ALL) as uow:
        later = notices.publish(uow, p1, "明天的通知", "内容", today() + timedelta(days=1))
        gone = notices.publish(uow, p1, "撤下的通知", "内容")
        notices.withdraw(uow, p1, gone)
    with province.store.read(ALL) as uow:
        assert notices.public(uow) == [] and notices.list_for(uow, r1) == []
        assert {n.title for n in notices.list_for(uow, p1)} == {"明天的通知", "撤下的通知"}
        for number in (later, gone):
            with pytest.raises(NotFound):
                notices.public_one(uow, number)
            with pytest.raises(NotFound):
                notices.one(uow, r1, number)


def test_notices_are_published_and_withdrawn_by_their_office_only(province: Province) -> None:
    o1, o2 = who(province, "o1"), who(province, "o2")
    with province.store.begin(ALL) as uow:
        number = notices.publish(uow, o1, "本校通知", "内容")
    for name in ("r1", "s11", "a1"):
        actor = who(province, name)
        with pytest.raises(Denied), province.store.begin(ALL) as uow:
            notices.publish(uow, actor, "标题", "内容")
    with pytest.raises(NotFound), province.store.begin(ALL) as uow:
        notices.withdraw(uow, o2, number)
    for title, body in (("", "内容"), ("标题", "\u3000 "), ("长" * 101, "内容")):
        with pytest.raises(notices.BadNotice), province.store.begin(ALL) as uow:
            notices.publish(uow, o1, title, body)


# --- units --------------------------------------------------------------------------------------------


@pytest.mark.ac("AC-044")
def test_a_unit_in_use_is_closed_with_a_successor_never_deleted(province: Province) -> None:
    o1 = who(province, "o1")
    c1, c2 = province.units["C1"], province.units["C2"]
    with province.store.begin("99001") as uow:
        now = utc_now()
        uow.conn.execute(
            insert(record).values(
                university_code="99001", type="paper", state="00", title="x", entered_by=o1.account_id, channel="office",
                college_id=c1, created_at=now, updated_at=now, state_since=now,
            )
        )  # fmt: skip
        spare = units.create(uow, o1, "C9", "误建学院")
        units.remove(uow, o1, spare)
        with pytest.raises(units.BadUnit, match="不能删除"):
            units.remove(uow, o1, c1)
        units.close(uow, o1, c1, today(), c2)
        closed = units.get(uow, o1, c1)
        assert (closed.valid_to, closed.successor_id) == (today(), c2)
        assert [u.code for u in units.list_for(uow, o1, on=today() + timedelta(days=1))] == ["C2"]
        for successor in (c1,):
            with pytest.raises(units.BadUnit):
                units.close(uow, o1, c1, today(), successor)


def test_units_of_another_university_do_not_exist(province: Province) -> None:
    o1, o2, r1 = who(province, "o1"), who(province, "o2"), who(province, "r1")
    with province.store.read(ALL) as uow:
        assert [u.code for u in units.list_for(uow, o2)] == ["D1"]
    for call in (
        lambda uow: units.close(uow, o2, province.units["C1"]),
        lambda uow: units.rename(uow, o2, province.units["C1"], "新名"),
        lambda uow: units.close(uow, o1, province.units["C1"], today(), province.units["D1"]),
    ):
        with pytest.raises(NotFound), province.store.begin(ALL) as uow:
            call(uow)
    with pytest.raises(Denied), province.store.begin(ALL) as uow:
        units.create(uow, r1, "X", "新学院")
    for code, name in (("", "无代码"), ("C1", "重复"), ("C3", " ")):
        with pytest.raises(units.BadUnit), province.store.begin("99001") as uow:
            units.create(uow, o1, code, name)


# --- jobs ---------------------------------------------------------------------------------------------


def enqueue(store: Store, actor: Principal, count: int = 1) -> list[int]:
    with store.begin(actor.university_code) as uow:
        return [jobs.enqueue(uow, actor, "import", {"file": f"{n}.xlsx"}) for n in range(count)]


def test_jobs_run_in_order_report_progress_and_tell_their_owner(province: Province) -> None:
    o1, o2 = who(province, "o1"), who(province, "o2")
    first, second, third = enqueue(province.store, o1, 3)
    seen: list[int] = []

    def handle(store: Store, work: jobs.Job) -> jobs.Outcome:
        seen.append(work.id)
        jobs.progress(store, work.id, 3, 10)
        if work.id == second:
            raise OperationError("文件缺少必填列“论文名称”。", "The column Title is missing.")
        if work.id == third:
            raise RuntimeError("/secret/path SELECT")
        return {"new": 3}, "导入完成：新增 3 条。", "Import finished: 3 new."

    assert jobs.run_pending(province.store, {"import": handle}) == 3
    assert seen == [first, second, third]
    with province.store.read("99001") as uow:
        done, refused, failed = (jobs.get(uow, o1, n) for n in (first, second, third))
        assert (done.state, done.progress, done.total, done.result) == ("done", 3, 10, {"new": 3})
        assert refused.state == "failed" and refused.message == "文件缺少必填列“论文名称”。"
        assert failed.state == "failed" and "secret" not in str(failed.message) and str(third) in str(failed.message)
        assert messages.unread_count(uow, o1) == 3
        with pytest.raises(NotFound):
            jobs.get(uow, o2, first)
    assert jobs.run_pending(province.store, {"import": handle}) == 0


def test_two_workers_never_take_the_same_job(province: Province) -> None:
    numbers = enqueue(province.store, who(province, "o1"), 12)
    taken: list[int] = []
    lock = threading.Lock()

    def work() -> None:
        while (found := jobs.claim_next(province.store, ("import",))) is not None:
            with lock:
                taken.append(found.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == numbers


def test_a_dead_workers_job_comes_back(province: Province) -> None:
    [number] = enqueue(province.store, who(province, "o1"))
    assert jobs.claim_next(province.store, ("import",)) is not None
    assert jobs.claim_next(province.store, ("import",)) is None and jobs.reclaim(province.store) == 0
    with province.store.begin(ALL) as uow:
        uow.conn.execute(update(job).values(started_at=utc_now() - timedelta(hours=3)))
    assert jobs.reclaim(province.store) == 1
    again = jobs.claim_next(province.store, ("import",))
    assert again is not None and again.id == number
    with province.store.read(ALL) as uow:
        assert uow.conn.execute(select(job.c.state)).scalar_one() == "running"


def test_a_job_acts_with_the_role_it_was_asked_in_as_long_as_that_is_held(province: Province) -> None:
    s11, o1 = who(province, "s11"), who(province, "o1")
    with province.store.begin("99001") as uow:
        jobs.enqueue(uow, s11, "x", {})
    work = jobs.claim_next(province.store, ("x",))
    assert work is not None
    with province.store.begin(ALL) as uow:
        assert jobs.actor_of(uow, work) == s11
        accounts.set_enabled(uow, o1, s11.account_id, False)
    with province.store.read("99001") as uow, pytest.raises(Denied):
        jobs.actor_of(uow, work)
