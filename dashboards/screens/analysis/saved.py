"""收藏: the filters of a page kept under a name, opened again, shared in one's scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboards import frame
from dashboards.i18n import pick, t
from ingestion import statistics
from ingestion.principal import OperationError, Principal
from ingestion.statistics import SavedStatistic


def controls(actor: Principal, page: str, filters: Mapping[str, str]) -> None:
    """The button with the kept statistics and the form that keeps this one."""
    with frame.store().read(actor.university_code) as uow:
        kept = statistics.list_for(uow, actor, page)
    with st.popover(t("收藏 {n}", n=len(kept)) if kept else t("收藏"), icon=":material/bookmark:", key=f"saved_{page}"):
        if not kept:
            st.caption(t("还没有收藏。选好条件，起个名字保存，下次一点就开。"))
        for one in kept:
            _line(page, one)
        st.divider()
        name = st.text_input(t("名称"), max_chars=statistics.NAME_LIMIT, key=f"saved_{page}_name", live="300ms")
        shared = statistics.may_share(actor) and st.checkbox(_share_word(actor), key=f"saved_{page}_shared")
        wrong = st.session_state.pop(f"saved_{page}_wrong", "")
        if wrong:
            st.error(frame.md(wrong))
        st.button(t("保存"), key=f"saved_{page}_save", type="primary", icon=":material/save:", on_click=_save, args=(page, name, dict(filters), bool(shared)))


def _share_word(actor: Principal) -> str:
    if actor.is_province:
        return t("共享给省厅同事")
    return t("共享给本院") if actor.role == "college_admin" else t("共享给本校")


def _line(page: str, one: SavedStatistic) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        said = one.name if one.mine else f"{one.name} · {one.owner}"
        icon = ":material/group:" if one.shared else ":material/bookmark:"
        st.button(frame.md(said), key=f"saved_open_{one.id}", type="tertiary", icon=icon, on_click=_open, args=(one.filters,), help=t("已共享") if one.shared else None)
        st.space("stretch")
        if one.mine:
            st.button(t("删除"), key=f"saved_drop_{one.id}", type="tertiary", icon=":material/delete:", on_click=_drop, args=(page, one.id), help=t("删除“{name}”", name=one.name))


def _open(filters: dict[str, str]) -> None:
    """Address and boxes take the kept values; those it does not name go back to their defaults."""
    for key in [*st.query_params.to_dict()]:
        st.session_state.pop(key, None)
    st.query_params.from_dict(filters)
    for key, value in filters.items():
        st.session_state[key] = value


def _save(page: str, name: str, filters: dict[str, str], shared: bool) -> None:
    def act(actor: Principal) -> None:
        with frame.store().begin(actor.university_code) as uow:
            statistics.save(uow, actor, page, name, filters, shared=shared)

    if _attempt(page, act):
        st.session_state[f"saved_{page}_name"] = ""
        st.session_state["said"] = t("已保存“{name}”", name=name.strip())


def _drop(page: str, statistic_id: int) -> None:
    def act(actor: Principal) -> None:
        with frame.store().begin(actor.university_code) as uow:
            statistics.remove(uow, actor, statistic_id)

    if _attempt(page, act):
        st.session_state["said"] = t("已删除")


def _attempt(page: str, act: Callable[[Principal], None]) -> bool:
    try:
        act(frame.current())
    except OperationError as refused:
        st.session_state[f"saved_{page}_wrong"] = pick(refused.zh, refused.en)
        return False
    return True
