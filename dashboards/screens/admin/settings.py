"""设置: what the office may decide for its university, and the province for all. Saved together, refused together."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import acting, frame
from dashboards.i18n import N_, pick, t
from ingestion import permissions, settings
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Principal
from ingestion.settings import SETTINGS, Setting
from ingestion.store.engine import UnitOfWork

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("录入与审核"), ("reviewers_step_aside", "others_may_enter", "types_without_college_level")),
    (N_("附件"), ("attachment_megabytes", "attachments_per_record")),
    (N_("登录与密码"), ("password_profile", "link_hours", "session_idle_minutes", "session_hours", "lock_after", "lock_window_minutes", "lock_minutes", "address_tries_per_minute")),
    (N_("服务"), ("support_phone", "support_mail")),
)  # fmt: skip


def show() -> None:
    actor = frame.current()
    permissions.require(actor, "manage_settings")
    whose = None if actor.is_province else actor.university_code
    offered = {key: one for key, one in SETTINGS.items() if one.own or whose is None}
    with frame.store().read(acting.scope(actor)) as uow:
        values = {key: settings.get(uow, key, whose) for key in offered}
        own = settings.own_keys(uow, whose)
    about = t("全省默认值，各校可另设其中一部分") if whose is None else t("只对本校有效；未设的用全省默认值")
    with frame.page(t("设置"), about):
        st.button(t("保存"), icon=":material/save:", type="primary", key="save_settings", shortcut="Ctrl+S", on_click=_save, args=(values,))
    wrong = st.session_state.pop("settings_wrong", "")
    if wrong:
        st.error(frame.md(wrong))
    grouped = {key for _word, keys in GROUPS for key in keys}
    rest = tuple(key for key in offered if key not in grouped)
    for word, keys in (*GROUPS, (N_("其他"), rest)):
        mine = [key for key in keys if key in offered]
        if mine:
            with st.container(border=True, gap="small", key=f"settings-{mine[0]}"):
                st.markdown(f"**{t(word)}**")
                grid = st.grid(2, min_column_width=300, gap="medium")
                for key in mine:
                    with grid.container(gap="xxsmall"):
                        _one(offered[key], values[key], key in own, whose is None)


def _one(one: Setting, value: Any, own: bool, installation: bool) -> None:
    key, label = f"set-{one.key}", pick(one.zh, one.en)
    if isinstance(one.default, bool):
        st.toggle(label, value=value, key=key)
    elif isinstance(one.default, int):
        st.number_input(label, one.minimum, one.maximum, value, step=1, key=key)
    elif isinstance(one.default, list):
        st.multiselect(label, one.choices, default=value, key=key, select_all=False, placeholder=t("无"), format_func=_word_of(one))
    elif one.choices:
        st.selectbox(label, one.choices, index=one.choices.index(value), key=key, format_func=_word_of(one))
    else:
        st.text_input(label, value, max_chars=300, key=key)
    hint = pick(*one.hint)
    allowed = t("{low} 到 {high}", low=one.minimum, high=one.maximum) if one.maximum is not None else ""
    source = t("已设置") if own else t("系统默认") if installation else t("全省默认")
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(frame.md(" · ".join(x for x in (hint, allowed, source) if x)))
        if own:
            st.button(t("恢复默认"), key=f"reset-{one.key}", type="tertiary", on_click=_reset, args=(one.key,), help=label)


def _word_of(one: Setting) -> Any:
    words = dict(zip(one.choices, one.words, strict=True)) if one.words else {}

    def word(choice: str) -> str:
        if choice in ALL_RECORDS and not words:
            return pick(ALL_RECORDS[choice].zh, ALL_RECORDS[choice].en)
        return pick(*words[choice]) if choice in words else choice

    return word


def _save(before: dict[str, Any]) -> None:
    """Every changed value; the first refused one undoes the others."""

    def act(uow: UnitOfWork, actor: Principal) -> None:
        for key, old in before.items():
            new = st.session_state.get(f"set-{key}", old)
            if new != old:
                settings.put(uow, actor, key, new, None if actor.is_province else actor.university_code)

    _attempt(act, t("设置已保存"))


def _reset(key: str) -> None:
    if _attempt(lambda uow, actor: settings.reset(uow, actor, key, None if actor.is_province else actor.university_code), t("已恢复默认")):
        st.session_state.pop(f"set-{key}", None)


def _attempt(act: Any, done: str) -> bool:
    """In a callback nothing can be drawn yet: a refusal is kept for the page."""
    actor = frame.current()
    try:
        with frame.store().begin(acting.scope(actor)) as uow:
            act(uow, actor)
    except acting.OperationError as refused:
        st.session_state["settings_wrong"] = pick(refused.zh, refused.en)
        return False
    st.session_state["said"] = done
    return True
