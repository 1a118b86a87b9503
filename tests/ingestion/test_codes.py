"""Code lists in the store, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from ingestion import codes
from ingestion.catalog.codelists import BUILT_IN
from ingestion.store.engine import Store
from ingestion.store.platform import code_item, university


def own(uow: Any, code: str, label: str, owner: str = "99001", **more: Any) -> None:
    uow.conn.execute(
        insert(code_item).values(list="journal_level", owner=owner, code=code, label_zh=label, **more)
    )


@pytest.fixture
def loaded(store: Store) -> Store:
    with store.begin("*") as uow:
        codes.load_built_in(uow)
        for code, name in (("99001", "江城大学"), ("99002", "楚天学院")):
            known = uow.conn.execute(select(university.c.code).where(university.c.code == code)).first()
            if known is None:
                uow.conn.execute(insert(university).values(code=code, name=name, created_at=uow.now))
    return store


@pytest.mark.ac("AC-187")
def test_all_built_in_codes_arrive_and_loading_again_changes_nothing(loaded: Store) -> None:
    with loaded.begin("*") as uow:
        count = uow.conn.execute(
            select(func.count()).select_from(code_item).where(code_item.c.owner == "*")
        ).scalar_one()
        assert count == sum(len(BUILT_IN[name].items) for name in BUILT_IN)
        assert codes.load_built_in(uow) == 0
        one = (code_item.c.list == "paper_type", code_item.c.code == "1")
        uow.conn.execute(update(code_item).where(*one).values(label_zh="改过"))
        assert codes.load_built_in(uow) == 1
        assert uow.conn.execute(select(code_item.c.label_zh).where(*one)).scalar_one() == "期刊论文"


@pytest.mark.ac("AC-168")
def test_a_university_sees_its_own_codes_and_another_does_not(loaded: Store) -> None:
    with loaded.begin("*") as uow:
        before = codes.for_university(uow, "99001")
        own(uow, "TEST2", "测试2")
        after = codes.for_university(uow, "99001")
        assert not before.valid("journal_level", "TEST2") and after.valid("journal_level", "TEST2")
        assert "TEST2" in {item.code for item in codes.items(uow, "99001", "journal_level")}
        assert "TEST2" not in {item.code for item in codes.items(uow, "99002", "journal_level")}
        assert codes.label(uow, "99001", "journal_level", "TEST2") == "测试2"
        assert codes.for_university(uow, "99001") is after, "built once for one state of the codes"


def test_loading_leaves_own_codes_alone(loaded: Store) -> None:
    with loaded.begin("*") as uow:
        own(uow, "A", "本校A类")
        codes.load_built_in(uow)
        assert codes.label(uow, "99001", "journal_level", "A") == "本校A类"
        assert codes.label(uow, "99002", "journal_level", "A") == "A类"


@pytest.mark.ac("AC-190")
def test_a_code_gone_from_its_file_is_closed_not_deleted(loaded: Store) -> None:
    with loaded.begin("*") as uow:
        uow.conn.execute(insert(code_item).values(list="paper_type", owner="*", code="9", label_zh="旧类型"))
        assert codes.load_built_in(uow) == 1
        assert codes.load_built_in(uow) == 0
        row = uow.conn.execute(
            select(code_item.c.label_zh, code_item.c.valid_to).where(
                code_item.c.code == "9", code_item.c.list == "paper_type"
            )
        ).one()
        assert row.label_zh == "旧类型" and row.valid_to is not None
