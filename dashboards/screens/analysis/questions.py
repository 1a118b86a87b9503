"""省厅询问: what the province asks about a number, and what the university's research office answers."""

from __future__ import annotations

import streamlit as st

from dashboards import acting, frame
from dashboards.i18n import pick, t
from dashboards.marts import definitions
from dashboards.marts.anomalies import Anomaly
from dashboards.marts.reader import Mart
from ingestion import figure_questions, permissions
from ingestion.figure_questions import FigureQuestion
from ingestion.principal import Principal
from ingestion.store.engine import UnitOfWork, local_time


def show() -> None:
    actor = frame.current()
    with frame.store().read(acting.scope(actor)) as uow:
        found = figure_questions.list_for(uow, actor)
    frame.page(t("省厅询问"), t("{n} 条待答复", n=sum(one.is_open for one in found)))
    if not found:
        frame.empty(t("没有询问"), t("省厅在“省级对比”里对异常的数提出询问后，会出现在这里。"), icon=":material/forum:")
        return
    for one in found:
        with st.container(border=True, gap="xsmall", key=f"figure_question_{one.id}"):
            _one(actor, one)


def _one(actor: Principal, one: FigureQuestion) -> None:
    head = pick(one.about_zh, one.about_en)
    if actor.is_province:
        head = f"{pick(one.university_zh, one.university_en)} · {head}"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.badge(t("待答复") if one.is_open else t("已答复"), color="blue" if one.is_open else "green", icon=":material/hourglass_top:" if one.is_open else ":material/check_circle:")
        st.markdown(f"**{frame.md(head)}**", width="content")
    st.caption(t("省厅 {at}", at=_when(one)))
    st.text(one.question)
    if one.answer is not None and one.answered_at is not None:
        st.caption(t("学校答复 {at}", at=local_time(one.answered_at).strftime("%Y-%m-%d %H:%M")))
        st.text(one.answer)
    elif permissions.can(actor, "answer_figures"):
        text = st.text_area(t("答复") + " *", key=f"answer_{one.id}", height=90, max_chars=figure_questions.LONGEST)

        def act(uow: UnitOfWork, who: Principal) -> None:
            figure_questions.answer(uow, who, one.id, text)

        if st.button(t("答复"), key=f"send_answer_{one.id}", type="primary", icon=":material/send:") and acting.attempt(act, t("已答复")):
            st.rerun()


def _when(one: FigureQuestion) -> str:
    return local_time(one.asked_at).strftime("%Y-%m-%d %H:%M")


def about(mart: Mart, odd: Anomaly) -> tuple[str, str]:
    """The number in words, as it is written down with the question."""
    found = definitions.definition(mart, odd.indicator)
    value, half = found.shown(odd.value), found.shown(odd.median)
    return (
        f"{odd.year} 年{found.zh} {value} {found.unit('zh')}（前五年中位数 {half}）",
        f"{found.en} of {odd.year}: {value} {found.unit('en')} (median of the five years before: {half})",
    )


def of_year(year: int) -> dict[tuple[str, str], FigureQuestion]:
    """The last question about each university's indicator of a year, an open one first."""
    actor = frame.current()
    with frame.store().read(acting.scope(actor)) as uow:
        found = figure_questions.list_for(uow, actor, year=year)
    return {(one.university_code, one.indicator): one for one in reversed(found)}


def state_word(one: FigureQuestion | None) -> str:
    if one is None:
        return "—"
    if one.answer is None:
        return t("已询问 {day}", day=local_time(one.asked_at).strftime("%m-%d"))
    return t("已答复：{text}", text=one.answer)


def ask_dialog(mart: Mart, odd: Anomaly) -> None:
    @st.dialog(t("询问"), width="medium")
    def dialog() -> None:
        zh, en = about(mart, odd)
        st.markdown(f"**{frame.md(pick(odd.name, odd.name_en))}** · {frame.md(pick(zh, en))}")
        st.caption(t("学校科研处会收到消息，答复后显示在“省厅询问”和这张表里。"))
        text = st.text_area(t("问题") + " *", key="question_text", height=110, max_chars=figure_questions.LONGEST, help=t("至少 5 个字"))

        def act(uow: UnitOfWork, who: Principal) -> None:
            figure_questions.ask(uow, who, odd.university_code, odd.indicator, odd.year, (zh, en), text)

        if st.button(t("发出询问"), key="question_send", type="primary", icon=":material/send:") and acting.attempt(act, t("已发出询问")):
            st.rerun()

    dialog()

