from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from ingestion import accounts, amendments, funds, records, review
from ingestion.accounts.administration import Grant
from ingestion.principal import Denied, Principal
from ingestion.records import RecordView, SubmissionRefused
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork
from tests.ingestion.records.conftest import T1, World
from tests.ingestion.records.test_submission import draft, send

YUAN = 100


def project_with(world: World, arrived: int) -> int:
    """A project in force with ``arrived`` fen on it."""
    with world.begin() as uow:
        project = world.target(uow, T1, "vertical_project")
    document = {**world.valid("fund_arrival", n=5), "project_id": project, "amount": arrived}
    with world.begin() as uow:
        view = send(uow, world.r1, draft(uow, world.r1, document, "fund_arrival"))
        approve_all(uow, world, view)
        assert funds.balance(uow, project).available == arrived
    return project


def approve_all(uow: UnitOfWork, world: World, view: RecordView) -> RecordView:
    view = review.approve(uow, world.s11, view.id, view.version)
    return review.approve(uow, world.o1, view.id, view.version)


def payment(world: World, project: int, fen: int, n: int, type_id: str = "fund_expense") -> RecordView:
    document = {**world.valid(type_id, n=n), "project_id": project, "amount": fen}
    with world.begin() as uow:
        return draft(uow, world.r1, document, type_id)


def test_an_arrival_counts_only_when_approved(world: World) -> None:
    project = project_with(world, 100 * YUAN)
    more = payment(world, project, 50 * YUAN, 6, "fund_arrival")
    with world.begin() as uow:
        sent = send(uow, world.r1, more)
        assert funds.balance(uow, project).arrived == 100 * YUAN
        approve_all(uow, world, sent)
        assert funds.balance(uow, project).arrived == 150 * YUAN


@pytest.mark.ac("AC-050", "AC-052")
@pytest.mark.parametrize("type_id", ["fund_expense", "fund_outward"])
def test_a_payment_freezes_then_posts_and_cannot_exceed_what_arrived(world: World, type_id: str) -> None:
    project = project_with(world, 100 * YUAN)
    first, second = payment(world, project, 60 * YUAN, 11, type_id), payment(world, project, 60 * YUAN, 12, type_id)
    with world.begin() as uow:
        sent = send(uow, world.r1, first)
        held = funds.balance(uow, project)
        assert (held.frozen, held.spent + held.outward, held.available) == (60 * YUAN, 0, 40 * YUAN)
    with pytest.raises(SubmissionRefused) as refused, world.begin() as uow:
        send(uow, world.r1, second)
    assert any(i.field == "amount" and "40.00" in i.zh for i in refused.value.issues)
    with world.begin() as uow:
        assert funds.balance(uow, project).frozen == 60 * YUAN
        approve_all(uow, world, sent)
        paid = funds.balance(uow, project)
        assert (paid.frozen, paid.spent + paid.outward, paid.available) == (0, 60 * YUAN, 40 * YUAN)
        ledger_agrees(uow, project)


@pytest.mark.ac("AC-138")
@pytest.mark.parametrize("way", ["return", "withdraw", "void"])
def test_what_does_not_pass_releases_its_money(world: World, way: str) -> None:
    project = project_with(world, 100 * YUAN)
    view = payment(world, project, 60 * YUAN, 21)
    with world.begin() as uow:
        sent = send(uow, world.r1, view)
        match way:
            case "return":
                review.return_(uow, world.s11, sent.id, sent.version, "缺少发票和说明")
            case "withdraw":
                review.withdraw(uow, world.r1, sent.id, sent.version)
            case _:
                records.void(uow, world.o1, sent.id, sent.version, "重复提交的支出")
        assert funds.balance(uow, project).available == 100 * YUAN
        ledger_agrees(uow, project)
        if way == "return":
            again = send(uow, world.r1, records.load(uow, world.r1, sent.id))
            assert again.state == "10" and funds.balance(uow, project).frozen == 60 * YUAN


@pytest.mark.ac("AC-053")
def test_a_void_after_approval_is_a_contra_entry(world: World) -> None:
    project = project_with(world, 100 * YUAN)
    view = payment(world, project, 60 * YUAN, 31)
    with world.begin() as uow:
        passed = approve_all(uow, world, send(uow, world.r1, view))
        arrival = uow.conn.execute(
            select(p.record.c.id, p.record.c.version).where(p.record.c.type == "fund_arrival", p.record.c.state == "30")
        ).one()
    with pytest.raises(SubmissionRefused), world.begin() as uow:  # its money is spent already
        records.void(uow, world.o1, arrival.id, arrival.version, "到账登记有误")
    with world.begin() as uow:
        records.void(uow, world.o1, passed.id, passed.version, "支出登记有误")
        assert funds.balance(uow, project).available == 100 * YUAN
        kinds = uow.conn.execute(
            select(p.fund_entry.c.kind, p.fund_entry.c.fen).where(p.fund_entry.c.record_id == passed.id).order_by(p.fund_entry.c.id)
        ).all()
        assert [tuple(k) for k in kinds] == [
            ("frozen", 6000), ("released", 6000), ("spent", 6000), ("reversal", 6000),
        ]  # fmt: skip
        records.void(uow, world.o1, arrival.id, arrival.version, "到账登记有误")
        assert funds.balance(uow, project).available == 0
        ledger_agrees(uow, project)


def test_an_amended_amount_replaces_the_old_one(world: World) -> None:
    project = project_with(world, 100 * YUAN)
    view = payment(world, project, 60 * YUAN, 41)
    with world.begin() as uow:
        passed = approve_all(uow, world, send(uow, world.r1, view))
        opened = amendments.open(uow, world.r1, passed.id, "金额填写错误")
        assert opened.amendment is not None
        saved = amendments.save(uow, world.r1, passed.id, opened.amendment["version"], {**opened.document, "amount": 90 * YUAN})
        assert saved.amendment is not None
        sent = amendments.submit(uow, world.r1, passed.id, saved.amendment["version"], non_secret=True)
        for reviewer in (world.s11, world.o1):
            assert sent.amendment is not None
            sent = amendments.approve(uow, reviewer, passed.id, sent.amendment["version"])
        assert funds.balance(uow, project).spent == 90 * YUAN
        ledger_agrees(uow, project)


@pytest.mark.ac("AC-051")
def test_two_payments_of_60_on_100_at_the_same_moment(world: World) -> None:
    project = project_with(world, 100 * YUAN)
    views = [payment(world, project, 60 * YUAN, 50 + i, "fund_outward") for i in range(2)]
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def press(view: RecordView) -> None:
        start.wait()
        try:
            with world.begin() as uow:
                send(uow, world.r1, view)
            outcomes.append("sent")
        except SubmissionRefused as refused:
            outcomes.append("refused" if any("40.00" in i.zh for i in refused.issues) else refused.zh)

    threads = [threading.Thread(target=press, args=(view,)) for view in views]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["refused", "sent"]
    with world.begin() as uow:
        assert funds.balance(uow, project).frozen == 60 * YUAN


def test_finance_takes_the_last_step_where_somebody_holds_it(world: World) -> None:
    project = project_with(world, 100 * YUAN)
    view = payment(world, project, 60 * YUAN, 61)
    with world.begin() as uow:
        account = accounts.create_account(uow, None, T1, "f1", "冯涛", grants=(Grant("finance"),))
        finance = Principal(account, T1, "f1", "冯涛", "finance")
        sent = send(uow, world.r1, view)
        sent = review.approve(uow, world.s11, sent.id, sent.version)
        assert review.counts(uow, finance) == {"fund_expense": 1} and review.counts(uow, world.o1) == {}
        with pytest.raises(Denied):
            review.approve(uow, world.o1, sent.id, sent.version)
        assert review.approve(uow, finance, sent.id, sent.version).state == "30"


def ledger_agrees(uow: UnitOfWork, project: int) -> None:
    """The running sums are the sums of the entries, as the marts will add them."""
    e = p.fund_entry
    rows = uow.conn.execute(
        select(e.c.kind, func.sum(e.c.fen).label("fen")).where(e.c.project_id == project).group_by(e.c.kind)
    )
    sums = {row.kind: int(row.fen) for row in rows}
    signs = {"arrived": 1, "outward": -1, "spent": -1, "frozen": -1, "released": 1, "reversal": 1}
    assert sum(signs[kind] * fen for kind, fen in sums.items()) == funds.balance(uow, project).available
