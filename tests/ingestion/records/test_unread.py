"""What was typed and could not be read stays with the draft, and in the way of its submission."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ingestion import amendments, audit, records, review
from ingestion.principal import Denied, NotFound
from ingestion.records import SecrecyRefused, SubmissionRefused
from ingestion.store import platform as p
from tests.ingestion.records.conftest import World
from tests.ingestion.records.test_amendments import in_force, number
from tests.ingestion.records.test_submission import draft, send

TEXTS = {"published_on": "二〇二五年三月", "indexings[1].index_year": "去年", "contributors[0].share": "三成"}


def test_a_text_nobody_can_read_is_kept_and_stops_the_submission(world: World) -> None:
    paper = world.valid("paper")
    paper["indexings"] = [paper["indexings"][0], {}]
    unreadable = {**paper, "published_on": None}
    with world.begin() as uow:
        view = records.create_draft(uow, world.r1, "paper", unreadable, TEXTS)
        assert records.unread_texts_of(uow, world.r1, view.id) == TEXTS
        found = {i.field: i.zh for i in records.problems(uow, world.r1, view.id) if i.field in TEXTS}
        assert found == {
            "published_on": "发表或出版时间 “二〇二五年三月” 不是有效的日期，应如 2025-03-01",
            "indexings[1].index_year": "论文收录第 2 行：收录时间（年） “去年” 不是年份，应为四位数字，如 2025",
            "contributors[0].share": "第 1 位的贡献率（%） “三成” 不是数字，应为不小于 0 的数字",
        }  # fmt: skip
        with pytest.raises(SubmissionRefused) as refused:
            send(uow, world.r1, view)
        assert set(TEXTS) <= {i.field for i in refused.value.issues}
        for other in (world.s11, world.r2, world.o1):
            with pytest.raises((Denied, NotFound)):
                records.unread_texts_of(uow, other, view.id)
        left = records.save_draft(uow, world.r1, view.id, view.version, unreadable)  # said nothing about them
        assert records.unread_texts_of(uow, world.r1, view.id) == TEXTS
        mended = records.save_draft(uow, world.r1, view.id, left.version, {**paper, "indexings": paper["indexings"][:1]}, unread_texts={})
        assert records.unread_texts_of(uow, world.r1, view.id) == {}
        assert send(uow, world.r1, mended).state == "10"


def test_texts_are_encrypted_scanned_and_bounded(world: World) -> None:
    with world.begin() as uow:
        view = records.create_draft(uow, world.r1, "paper", {"title": "题名甲"}, {"published_on": "四二〇一〇一"})
        cipher = uow.conn.execute(select(p.unread_text.c.cipher)).scalar_one()
        assert "四二".encode() not in cipher and b"published_on" not in cipher
        for texts in ({"published_on": "年" * 20_001}, {f"keywords[{i}].x": "?" for i in range(201)}):
            with pytest.raises(SubmissionRefused):
                records.save_draft(uow, world.r1, view.id, view.version, {"title": "题名甲"}, unread_texts=texts)
    with pytest.raises(SecrecyRefused), audit.refusals(world.store, world.r1, "save", "paper", view.id), world.begin() as uow:
        records.save_draft(uow, world.r1, view.id, view.version, {"title": "题名甲"}, unread_texts={"published_on": "机密★3年"})
    with world.begin() as uow:
        assert records.unread_texts_of(uow, world.r1, view.id) == {"published_on": "四二〇一〇一"}
        assert uow.conn.execute(select(p.audit_row.c.detail).where(p.audit_row.c.detail.contains("机密"))).all() == []
        records.delete_draft(uow, world.r1, view.id)
        assert uow.conn.execute(select(p.unread_text)).all() == []


def test_a_change_keeps_its_texts_until_it_ends(world: World) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = in_force(uow, world, paper)
        opened = amendments.open(uow, world.r1, view.id, "填写有误需要更正")
        saved = amendments.save(uow, world.r1, view.id, number(opened), {**opened.document, "published_on": None}, unread_texts={"published_on": "上月"})
        assert records.unread_texts_of(uow, world.r1, view.id) == {"published_on": "上月"}
        with pytest.raises(SubmissionRefused, match="上月"):
            amendments.submit(uow, world.r1, view.id, number(saved), non_secret=True)
        review.withdraw(uow, world.r1, view.id, number(saved))
        assert uow.conn.execute(select(p.unread_text)).all() == []


def test_a_text_that_can_be_read_by_now_is_asked_for_again(world: World) -> None:
    with world.begin() as uow:
        view = draft(uow, world.r1, {"title": "题名乙"})
        records.save_draft(uow, world.r1, view.id, view.version, {"title": "题名乙"}, unread_texts={"published_on": "2025-03-01", "title": "甲"})
        found = {i.field: i.zh for i in records.problems(uow, world.r1, view.id)}
        assert found["published_on"] == "发表或出版时间“2025-03-01”还没有填入，请重新填写"
