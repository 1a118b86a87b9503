"""The province asks about a number, the university's office answers; both stay with the number."""

from __future__ import annotations

import pytest

from ingestion import figure_questions, messages
from ingestion.principal import Denied, NotFound, OperationError
from ingestion.store.engine import ALL
from tests.universe import T1, T2, Universe

ABOUT = ("2025 年 到账经费 868.0 万元", "2025 funds received 868.0")


def _ask(universe: Universe, who: str = "p1", code: str = T1, text: str = "比前五年高出很多，请核对单位。") -> int:
    with universe.store.begin(ALL) as uow:
        return figure_questions.ask(uow, getattr(universe, who), code, "F01", 2025, ABOUT, text)


def test_a_question_reaches_the_office_and_its_answer_the_province(universe: Universe) -> None:
    asked = _ask(universe)
    with universe.store.read(T1) as uow:
        assert [one.zh for one in messages.list_for(uow, universe.o1)][:1] == [f"省厅询问：{ABOUT[0]}"]
        (mine,) = figure_questions.list_for(uow, universe.o1)
        assert mine.is_open and (mine.indicator, mine.year, mine.about_en) == ("F01", 2025, ABOUT[1])
    with pytest.raises(OperationError, match="正在等待学校答复"):
        _ask(universe)
    with universe.store.begin(T1) as uow:
        figure_questions.answer(uow, universe.o1, asked, " 单位应为元，已更正。 ")
    again = _ask(universe)
    with universe.store.read(ALL) as uow:
        found = figure_questions.list_for(uow, universe.p1, year=2025)
        assert [(one.id, one.answer) for one in found] == [(again, None), (asked, "单位应为元，已更正。")]
        assert found[0].university_zh == "江城大学"
        assert not figure_questions.list_for(uow, universe.p1, year=2024)


def test_only_the_university_asked_sees_and_answers_and_once(universe: Universe) -> None:
    asked = _ask(universe)
    with universe.store.read(T2) as uow:
        assert not figure_questions.list_for(uow, universe.o2)
    for who, code, refusal in (("o2", T2, NotFound), ("s11", T1, Denied), ("a1", T1, Denied), ("p1", ALL, Denied)):
        with pytest.raises(refusal), universe.store.begin(code) as uow:
            figure_questions.answer(uow, getattr(universe, who), asked, "已经核对过了。")
    with universe.store.read(T1) as uow:
        assert not figure_questions.list_for(uow, universe.s11) and not figure_questions.list_for(uow, universe.r1)
    with universe.store.begin(T1) as uow:
        figure_questions.answer(uow, universe.o1, asked, "已经核对过了。")
    with pytest.raises(NotFound), universe.store.begin(T1) as uow:
        figure_questions.answer(uow, universe.o1, asked, "再答一次可以吗")


def test_a_question_says_something_and_goes_to_a_university(universe: Universe) -> None:
    with pytest.raises(OperationError, match="5 到 500 字"):
        _ask(universe, text="  ？ ")
    with pytest.raises(OperationError, match="5 到 500 字"):
        _ask(universe, text="长" * 501)
    for code in ("99999", "42"):
        with pytest.raises(NotFound):
            _ask(universe, code=code)
    for who in ("o1", "a1"):
        with pytest.raises(Denied):
            _ask(universe, who)
