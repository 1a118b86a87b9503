"""导入批次: every imported file, by whom, when, and what became of it. Its number opens it."""

from __future__ import annotations

import html

import streamlit as st

from dashboards import frame, navigation, paging
from dashboards.i18n import pick, t
from dashboards.screens.exchange import wizard
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange import importing
from ingestion.exchange.importing import COUNT_WORDS, STATE_WORDS, Batch
from ingestion.store.engine import local_time

SIZE = 50
SHOWN = ("read", "new", "changed", "unchanged", "duplicate", "error")
TONES = {"applied": "new", "checked": "changed", "checking": "changed", "loading": "changed", "undone": "mute", "discarded": "mute", "failed": "duplicate"}


def show() -> None:
    actor = frame.current()
    with frame.page(t("导入批次")):
        if st.button(t("批量导入"), icon=":material/upload_file:", type="primary", key="to_import"):
            navigation.go("imports")
    types = wizard.types_of(actor)
    if "type" not in st.session_state:
        st.session_state["type"] = st.query_params.get("type") if st.query_params.get("type") in types else None
    chosen = st.selectbox(t("类型"), types, key="type", format_func=wizard.type_word, placeholder=t("全部类型"), label_visibility="collapsed", width=300, on_change=paging.first)
    if chosen:
        st.query_params["type"] = chosen
    elif "type" in st.query_params:
        del st.query_params["type"]
    page = paging.number()
    with frame.store().read(actor.university_code) as uow:
        found, total = importing.batches_for(uow, actor, type_id=chosen, limit=SIZE, offset=(page - 1) * SIZE)
    if not total:
        card = frame.empty(t("还没有导入批次"), t("导入的每个文件在这里留下一行：谁、何时、改了什么。"))
        if card.button(t("批量导入"), icon=":material/upload_file:", key="first_import"):
            navigation.go("imports")
        return
    paging.within(-(-total // SIZE), page)
    _table(found, total)


def _table(found: list[Batch], total: int) -> None:
    words = (t("批次"), t("文件"), t("类型"), t("导入人"), t("时间"), t("状态"), *(_word(name) for name in SHOWN))
    heads = "".join(f'<th{" class=number" if at > 5 else ""}>{html.escape(word)}</th>' for at, word in enumerate(words))
    st.html(f'<div class="yanshu-scroll"><table class="yanshu-list yanshu-data"><thead><tr>{heads}</tr></thead><tbody>{"".join(map(_line, found))}</tbody></table></div>')
    with st.container(horizontal=True, vertical_alignment="center", key="pager"):
        st.markdown(t("共 **{n}** 个批次", n=f"{total:,}"), width="content")
        st.space("stretch")
        paging.pager(-(-total // SIZE))


def _line(one: Batch) -> str:
    declared = ALL_RECORDS[one.type_id]
    at = local_time(one.started_at).strftime("%Y-%m-%d %H:%M")
    cells = "".join(
        f'<td class="number" data-label="{html.escape(_word(name), quote=True)}">{one.counts.get(name, 0):,}</td>' for name in SHOWN
    )
    zh, en = STATE_WORDS[one.state]
    return (
        f'<tr><th scope="row"><a href="/imports?batch={one.id}">{t("批次 {n}", n=one.id)}</a></th><td>{html.escape(one.file_name)}</td><td>{html.escape(pick(declared.zh, declared.en))}</td>'
        f'<td>{html.escape(one.account)}</td><td class="mute">{at}</td><td class="{TONES[one.state]}">{html.escape(pick(zh, en[0].upper() + en[1:]))}</td>{cells}</tr>'
    )


def _word(name: str) -> str:
    zh, en = COUNT_WORDS[name]
    return pick(zh, en[0].upper() + en[1:])
