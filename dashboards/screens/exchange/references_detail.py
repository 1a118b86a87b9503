"""One reference beside the record it becomes, and the colleagues its authors may be."""

from __future__ import annotations

import html

import streamlit as st

from dashboards import frame, navigation
from dashboards.forms import choices
from dashboards.i18n import N_, language, listed, pick, t
from dashboards.screens.exchange.references_state import Begun
from ingestion.exchange.references import comparing, drafts
from ingestion.exchange.references.comparing import Pair
from ingestion.exchange.references.drafts import Offer
from ingestion.principal import Principal

HOW = {"same": "", "changed": N_("已规范"), "added": N_("补出"), "missing": N_("待填"), "left_out": N_("未录入")}
SHORT = 300
"""Characters of a value shown; an abstract is recognised by its beginning."""
COLLEAGUES = 12


def show(actor: Principal, begun: Begun, picked: list[Offer], ranks: dict[int, int | None]) -> None:
    numbers = {offer.entry.number: offer for offer in picked}
    offer = picked[0]
    if len(picked) > 1:
        number = st.selectbox(t("对照第几条"), list(numbers), key=f"compare-{begun.stamp}", format_func=lambda n: frame_title(numbers[n]))
        offer = numbers.get(number, offer)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{t('文件内容 / 将录入')}**", width="content")
        st.caption(t("第 {n} 条，文件第 {line} 行起", n=offer.entry.number, line=offer.entry.line), width="content")
    _told(actor, offer)
    if offer.item.work is not None and offer.item.type_id is not None and offer.item.status != "error":
        document = drafts.drafted(offer, actor, ranks.get(offer.entry.number))
        found = comparing.pairs(
            offer.item.type_id, offer.entry, document, offer.left if offer.item.filed else [], offer.prefilled, choices.codes(actor), language()
        )
        st.html(table(found))
        left = [pair for pair in found if pair.how == "missing"]
        if offer.item.filed:
            names = listed(pick(pair.zh, pair.en) for pair in left)
            st.caption(t("生成草稿后还要填：{list}；再勾选“本信息不涉密”即可提交。", list=frame.md(names)) if left else t("生成草稿后勾选“本信息不涉密”即可提交。"))


def frame_title(offer: Offer) -> str:
    return f"{offer.entry.number} {'******' if offer.item.marked else offer.entry.title[:50]}"


def _told(actor: Principal, offer: Offer) -> None:
    """Why it is not simply new, and what the file leaves doubtful."""
    item = offer.item
    for at, issue in enumerate(item.errors):
        with st.container(key=f"told-error-{at}"):
            st.markdown(f":red[:material/error:] {frame.md(pick(issue.zh, issue.en))}")
    if item.note is not None:
        st.markdown(f":orange[:material/content_copy:] {frame.md(pick(item.note.zh, item.note.en))}")
    if item.same is not None and item.same.record_id and st.button(t("打开已有记录"), icon=":material/open_in_new:", key="open_same", type="tertiary"):
        navigation.go("record", id=str(item.same.record_id))
    for doubt in offer.entry.doubts:
        st.caption(f":orange[:material/help:] {frame.md(pick(doubt.zh, doubt.en))}")


def table(pairs: list[Pair]) -> str:
    """Both sides line by line, escaped: everything in it is data."""
    heads = "".join(f"<th scope='col'>{html.escape(word)}</th>" for word in (t("字段"), t("文件内容"), t("将录入")))
    body = "".join(_line(pair) for pair in pairs)
    return f"<table class='yanshu-pairs yanshu-data'><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _line(pair: Pair) -> str:
    def cell(text: str, label: str) -> str:
        shown = text if len(text) <= SHORT else text[:SHORT] + "…"
        return f"<td data-label='{html.escape(label, quote=True)}'>{html.escape(shown) or '—'}"

    word = t(HOW[pair.how]) if HOW[pair.how] else ""
    why = pick(pair.why_zh, pair.why_en)
    mark = f"<span class='{pair.how}'>{html.escape(word)}</span>" if word else ""
    about = f"<small>{html.escape(why)}</small>" if why else ""
    return (
        f"<tr class='{pair.how}'><th scope='row'>{html.escape(pick(pair.zh, pair.en))}</th>{cell(pair.said, t('文件内容'))}</td>"
        f"{cell(pair.filed, t('将录入'))}{mark}{about}</td></tr>"
    )


def colleagues(begun: Begun, good: list[Offer]) -> dict[tuple[int, int], int]:
    """Co-authors who may be people of the university, with staff number and college: linked only where ticked."""
    found = [(offer.entry.number, rank, name, who) for offer in good for rank, name, who in offer.colleagues]
    if not found:
        return {}
    links: dict[tuple[int, int], int] = {}
    with st.expander(t("可能的本校作者（{n}）", n=len(found)), key="colleagues"):
        st.caption(t("同名不等于同一人：核对工号和学院后再选；不选也可在草稿的作者信息中关联。"))
        for number, rank, name, who in found[:COLLEAGUES]:
            words = {one.id: one.label for one in who}
            chosen = st.selectbox(
                frame.md(t("第 {n} 条第 {rank} 作者 {name}", n=number, rank=rank, name=name)), list(words), index=None, key=f"link-{begun.stamp}-{number}-{rank}",
                format_func=words.__getitem__, placeholder=t("不关联"),
            )  # fmt: skip
            if chosen is not None:
                links[(number, rank)] = chosen
        if len(found) > COLLEAGUES:
            st.caption(t("还有 {n} 位，可在草稿的作者信息中关联。", n=len(found) - COLLEAGUES))
    return links
