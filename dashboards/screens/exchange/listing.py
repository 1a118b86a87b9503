"""③ of a bibliographic file: its entries as they were read. Its fields are known, so there is nothing to match."""

from __future__ import annotations

import html

import streamlit as st

from dashboards import frame
from dashboards.i18n import listed, pick, t
from dashboards.screens.exchange import beside, choosing
from dashboards.screens.exchange.draft import Draft
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.bibliographic import KIND_WORDS
from ingestion.exchange.references import kinds
from ingestion.principal import Principal


def taken(begun: Draft) -> bool:
    """Whether references can become records of this type."""
    return begun.type_id in kinds.IMPORTABLE


def show(actor: Principal, begun: Draft) -> None:
    own = ALL_RECORDS[begun.type_id]
    if not taken(begun):
        there = listed(pick(ALL_RECORDS[one].zh, ALL_RECORDS[one].en) for one in kinds.IMPORTABLE)
        with st.container(border=True, gap="xsmall", key="problems"):
            st.markdown(f":red[:material/error: {frame.md(t('题录文件不能导入为“{own}”，可导入为：{types}。请换一个文件，或返回选择类型。', own=pick(own.zh, own.en), types=there))}]")
        return
    with st.container(border=True, gap="small", key="columns"):
        by_kind = listed(f"{pick(*KIND_WORDS[kind])} {n:,}" for kind, n in begun.kinds.items())
        st.markdown(f"**③ {t('题录内容')}** · {frame.md(by_kind)}")
        others = sum(n for kind, n in begun.kinds.items() if kinds.TYPES.get(kind) != begun.type_id)
        if others:
            st.markdown(f":orange[:material/info: {t('其中 {n} 条属于其他类型，不在本次导入，校验结果会逐条说明。', n=f'{others:,}')}]")
        _table(begun)
        beside.show(actor, begun)
    choosing.show(actor, begun, sheet=False)


def _table(begun: Draft) -> None:
    heads = "".join(f"<th>{html.escape(word)}</th>" for word in (t("条目"), t("文献类型"), t("题名"), t("作者"), t("来源"), t("发表时间"), t("卷期页"), "DOI"))
    lines = ""
    for number, kind, *rest in begun.chosen.samples:
        cells = "".join(f"<td>{html.escape(text)}</td>" for text in rest)
        lines += f'<tr><th scope="row">{html.escape(number)}</th><td class="mute">{html.escape(pick(*KIND_WORDS.get(kind, (kind, kind))))}</td>{cells}</tr>'
    st.html(f'<div class="yanshu-scroll"><table class="yanshu-list yanshu-data"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>')
    left = begun.chosen.rows - len(begun.chosen.samples)
    if left > 0:
        st.caption(t("还有 {n} 条，校验后逐条列出。", n=f"{left:,}"))
