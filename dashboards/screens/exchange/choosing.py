"""更多选项 of an import: how rows are taken that do not say all, and what every row has in common. Kept at once."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from dashboards import frame
from dashboards.forms import choices
from dashboards.i18n import pick, t
from dashboards.screens.exchange import draft
from dashboards.screens.exchange.draft import Draft
from ingestion.exchange.importing import fields_of
from ingestion.exchange.layout import by_key
from ingestion.principal import Principal


def _language() -> str:
    return pick("zh", "en")


def show(actor: Principal, begun: Draft, *, taken: Collection[str] = (), sheet: bool = True) -> None:
    """``taken``: columns the file gives itself; ``sheet``: a table, not a bibliographic file, whose fields are known."""
    with st.expander(t("更多选项"), key="import_options", expanded=bool(begun.options)):
        office = actor.role == "office_admin"
        if office and sheet:
            _tick(begun, "as_history", t("作为历史数据导入"), t("直接归档为已通过；原文件没有的必填项记为待补事项，不影响导入。"))
        if sheet:
            _tick(begun, "alike", t("疑似重复的也导入"), t("与已有记录题名相近的行默认不导入；导入后列为待核对。"))
            _tick(begun, "keep", t("不更新已有记录"), t("文件中已有的记录默认按文件更新；选中后只新增。"))
        words = {"": t("默认"), "hold": t("先选人再导入"), "unlinked": t("先按校外人员导入，以后补")}
        _choice(begun, "people", t("只有姓名、没有工号的人员"), words)
        if office:
            colleges = {"": t("按每行填写"), **{name: name for name in choices.colleges(actor).values()}}
            _choice(begun, "college", t("没有填写学院的行归入"), colleges)
        _sets(begun, taken)


def _set(begun: Draft, name: str, key: str) -> None:
    begun.options = draft.merged(begun.options, **{name: st.session_state[key]})
    if begun.options.get(name) is False:
        del begun.options[name]
    draft.save(frame.current(), begun)


def _tick(begun: Draft, name: str, label: str, about: str) -> None:
    key = f"option-{name}"
    st.session_state[key] = bool(begun.options.get(name))
    st.checkbox(label, key=key, help=about, on_change=_set, args=(begun, name, key))


def _choice(begun: Draft, name: str, label: str, words: dict[str, str]) -> None:
    key = f"option-{name}"
    held = str(begun.options.get(name, ""))
    st.session_state[key] = held if held in words else ""
    st.selectbox(label, list(words), key=key, format_func=lambda said: words[said], width=360, on_change=_set, args=(begun, name, key))


def _sets(begun: Draft, taken: Collection[str]) -> None:
    """整批统一填写: what every row has in common and the file does not say."""
    given: list[str] = list(begun.options.get("sets", []))
    known = by_key(begun.type_id)
    for said in given:
        key, _eq, value = said.partition("=")
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.text(f"{known[key].heading(_language()) if key in known else key} = {value}", width="content")
            st.button(t("去掉"), key=f"unset-{key}", type="tertiary", icon=":material/close:", on_click=_unset, args=(begun, said))
    known_already = {*taken, *(said.partition("=")[0] for said in given)}
    free = [column for column in fields_of(begun.type_id) if column.kind == "field" and column.key not in known_already]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(t("整批统一填写"), [column.key for column in free], key="set_key", index=None, format_func=lambda key: known[key].heading(_language()), placeholder=t("选择文件中没有的一项"), width=280)
        st.text_input(t("值"), key="set_value", width=220)
        st.button(t("加入"), key="set_add", icon=":material/add:", on_click=_add_set, args=(begun,))


def _unset(begun: Draft, said: str) -> None:
    begun.options = draft.merged(begun.options, sets=[one for one in begun.options.get("sets", []) if one != said])
    draft.save(frame.current(), begun)


def _add_set(begun: Draft) -> None:
    key, value = st.session_state.get("set_key"), str(st.session_state.get("set_value") or "").strip()
    if key and value:
        begun.options = draft.merged(begun.options, sets=[*begun.options.get("sets", []), f"{key}={value}"])
        draft.save(frame.current(), begun)
        st.session_state["set_value"] = ""
        st.session_state["set_key"] = None
