"""导入题录: a researcher's own references from a file or pasted text, seen beside what they become, then drafts.

What was uploaded is kept for a week under the account, so that F5 and leaving the page lose nothing.
"""

from __future__ import annotations

import io

import pandas as pd
import streamlit as st

from dashboards import frame, navigation
from dashboards.forms import file_steps
from dashboards.i18n import N_, language, listed, pick, t
from dashboards.screens.exchange import references_detail
from dashboards.screens.exchange.references_state import MOST_BYTES, Begun, forget, load, take
from ingestion import audit
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.bibliographic import FORMATS, KIND_WORDS
from ingestion.exchange.references import drafts
from ingestion.exchange.references.drafts import APPENDED, Made, Offer
from ingestion.principal import OperationError, Principal

EXTENSIONS = ["bib", "ris", "enw", "net", "nbib", "txt", "csv", "ciw", "tsv", "xls", "xlsx"]
STATUS = {
    "new": N_("可导入"), "similar": N_("题名相同"), "unchanged": N_("已有"), "duplicate": N_("重复"), "error": N_("有错误"), "elsewhere": N_("不登记"),
}  # fmt: skip
TINTS = {"new": "#C4E7D2", "similar": "#FBDDBE", "unchanged": "#E3E7EC", "duplicate": "#E3E7EC", "error": "#F7C9CC", "elsewhere": "#E3E7EC"}
CONFIRMED_HERE = 20
"""Chosen entries whose author is asked for on the page one by one; of more, only those nobody was found for."""


def show() -> None:
    actor = frame.current()
    begun = load(actor)
    with frame.page(t("导入题录"), t("把自己的成果从题录文件转为草稿")):
        if begun is not None and st.button(t("换一份题录"), icon=":material/restart_alt:", key="again"):
            forget(actor, begun)
            st.rerun()
        if st.button(t("论文列表"), icon=":material/list:", key="to_papers"):
            navigation.go("paper")
    if begun is None:
        _take(actor)
    else:
        _results()
        _chosen(actor, begun)


# --- the file ---------------------------------------------------------------------------------------------


def _take(actor: Principal) -> None:
    left, right = st.columns([1.3, 1], gap="small")
    with left.container(border=True, gap="small", height="stretch"):
        st.markdown(f"**{t('上传文件或粘贴题录')}**")
        way = st.segmented_control(
            t("方式"), ["file", "text"], default="file", required=True, key="way", label_visibility="collapsed",
            format_func=lambda w: t("上传文件") if w == "file" else t("粘贴文字"),
        )  # fmt: skip
        if way == "file":
            st.caption(t("每个文件不超过 {mb} MB；编码不限（UTF-8、GBK、GB18030、UTF-16 等自动识别）。", mb=MOST_BYTES >> 20))
            file_steps.refusals(EXTENSIONS, MOST_BYTES >> 20)
            upload = st.file_uploader(t("题录文件"), EXTENSIONS, key="reference_file", label_visibility="collapsed", max_upload_size=MOST_BYTES >> 20)
            if upload is not None:
                _keep(actor, upload.name, upload)
        else:
            text = st.text_area(t("粘贴题录文字"), height=220, key="reference_text", placeholder="@article{…}", max_chars=500_000)
            if st.button(t("识别"), type="primary", icon=":material/search:", key="recognise"):
                _keep(actor, t("粘贴的题录"), io.BytesIO(text.encode("utf-8")))
    with right.container(border=True, gap="small", height="stretch"):
        st.markdown(f"**{t('可导入的格式')}**")
        st.caption(listed(pick(one.zh, one.en) for one in FORMATS))
        st.markdown(f"**{t('怎样得到文件')}**")
        st.caption(t("知网：勾选文献 → 导出与分析 → 导出文献 → NoteExpress、EndNote、RefWorks 或自定义。"))
        st.caption(t("Web of Science、Scopus、PubMed、CSSCI：在检索结果页选择导出，格式任选上面一种。"))
        st.caption(t("期刊论文和会议论文转为论文草稿，图书、标准、专利转为相应类型的草稿；学位论文和报纸文章不登记。"))


def _keep(actor: Principal, name: str, content: io.IOBase) -> None:
    try:
        take(actor, name, content)
    except OperationError as refused:
        st.warning(frame.said(refused), icon=":material/error:")
        return
    st.rerun()


# --- what it holds ----------------------------------------------------------------------------------------


def _chosen(actor: Principal, begun: Begun) -> None:
    _summary(begun)
    offers = begun.offers
    if not offers:
        _problems(begun)
        return
    picked = _grid(begun)
    good = [offer for offer in picked if offer.item.filed]
    if len(good) < len(picked):
        st.caption(t("已选 {n} 条，其中 {m} 条不能导入，生成草稿时跳过。", n=len(picked), m=len(picked) - len(good)))
    _problems(begun)
    if not picked:
        st.caption(t("勾选要导入的题录，可在旁边对照文件内容和将录入的内容。"))
        return
    left, right = st.columns([1, 1.35], gap="small")
    with left.container(border=True, gap="small"):
        ranks = _mine(begun, good)
        links = references_detail.colleagues(begun, good)
        _make(actor, begun, good, ranks, links)
    with right.container(border=True, gap="small", key="comparison"):
        references_detail.show(actor, begun, picked, ranks)


def _summary(begun: Begun) -> None:
    found = begun.found
    name = next(pick(one.zh, one.en) for one in FORMATS if one.id == found.format)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="summary"):
        st.markdown(f"**{frame.md(begun.name)}** · {name} · {found.encoding}", width="content")
        st.markdown(t("读取 **{n}** 条", n=found.read), width="content")
        for status, word in STATUS.items():
            n = sum(offer.item.status == status for offer in begun.offers)
            if n:
                st.badge(f"{t(word)} {n}", color="green" if status == "new" else "orange" if status == "similar" else "red" if status == "error" else "gray")
        broken = found.read - len(begun.offers)
        if broken:
            st.badge(f"{t('无法读取')} {broken}", color="red")


def _grid(begun: Begun) -> list[Offer]:
    offers = sorted(begun.offers, key=lambda o: (o.mine is None or not o.item.filed, not o.item.filed, o.entry.number))
    rows = [
        {
            "number": offer.entry.number, "status": [t(STATUS[offer.item.status])], "title": "******" if offer.item.marked else offer.entry.title, "type": _type(offer),
            "authors": listed(name for _rank, name in offer.authors[:4]) or "—", "mine": _mine_word(offer),
            "venue": offer.entry.venue or offer.entry.publisher or "—", "published": offer.entry.published or "—",
        }
        for offer in offers
    ]  # fmt: skip
    c = st.column_config
    ready = [i for i, offer in enumerate(offers) if offer.item.filed and (offer.mine is not None or len(offers) == 1)]
    event = st.dataframe(
        pd.DataFrame(rows), key=f"entries-{begun.stamp}", hide_index=True, width="stretch", row_height=33, height=min(35 + 33 * len(rows) + 3, 35 + 33 * 12 + 3),
        on_select="rerun", selection_mode="multi-row", placeholder="—", alt=t("题录清单"),
        selection_default={"selection": {"rows": ready if len(ready) <= CONFIRMED_HERE else []}},
        column_config={
            "number": c.NumberColumn(t("序号"), width=55), "title": c.TextColumn(t("题名"), width=330), "type": c.TextColumn(t("类型"), width=90),
            "authors": c.TextColumn(t("作者"), width=170), "mine": c.TextColumn(t("我是"), width=120), "venue": c.TextColumn(t("来源"), width=150),
            "published": c.TextColumn(t("时间"), width=90),
            "status": c.MultiselectColumn(t("情况"), options=[t(w) for w in STATUS.values()], color=[TINTS[s] for s in STATUS], width=95 if language() == "zh" else 140),
        },
    )  # fmt: skip
    return [offers[i] for i in event.selection.rows if i < len(offers)]


def _type(offer: Offer) -> str:
    if offer.item.type_id is not None:
        declared = ALL_RECORDS[offer.item.type_id]
        return pick(declared.zh, declared.en)
    return pick(*KIND_WORDS[offer.entry.kind])


def _mine_word(offer: Offer) -> str:
    if not offer.item.filed:
        return "—"
    return t("第 {n} 位 {name}", n=offer.mine, name=dict(offer.authors)[offer.mine]) if offer.mine is not None else t("待选择")


def _problems(begun: Begun) -> None:
    """Everything that became no entry, and what is known of the file as a whole: nothing is left out in silence."""
    told = [pick(problem.zh, problem.en) for problem in begun.found.problems]
    if told:
        with st.expander(t("无法读取的题录和文件问题（{n}）", n=len(told)), expanded=not begun.offers, icon=":material/error:", key="broken"):
            for at, text in enumerate(told[:100]):
                with st.container(key=f"told-{at}"):
                    st.markdown(frame.md(text))
            if len(told) > 100:
                st.caption(t("还有 {n} 条，未在此列出。", n=len(told) - 100))


# --- who one is -------------------------------------------------------------------------------------------


def _mine(begun: Begun, good: list[Offer]) -> dict[int, int | None]:
    """Which author the reader is, entry by entry: found by name, confirmed by the reader."""
    ranks: dict[int, int | None] = {offer.entry.number: offer.mine for offer in good}
    asked = good if len(good) <= CONFIRMED_HERE else [offer for offer in good if offer.mine is None][:CONFIRMED_HERE]
    if not good:
        st.caption(t("所选题录都不能导入；原因见右侧。"))
        return ranks
    st.markdown(f"**{t('确认我是哪位作者')}**")
    for offer in asked:
        names = dict(offer.authors)
        options = [*names, *([APPENDED] if offer.may_append else [])]
        words = {**{rank: f"{rank} {name}" for rank, name in names.items()}, APPENDED: t("名单中未列出，我是其后的完成人")}
        ranks[offer.entry.number] = st.selectbox(
            frame.md(f"{offer.entry.number} {offer.entry.title[:40]}{'…' if len(offer.entry.title) > 40 else ''}"), options,
            index=options.index(offer.mine) if offer.mine in options else None, key=f"me-{begun.stamp}-{offer.entry.number}",
            format_func=lambda rank, w=words: w.get(rank, str(rank)), placeholder=t("请选择"),
        )  # fmt: skip
    if len(good) > len(asked):
        st.caption(t("另有 {n} 条已按姓名找到您，请在上表“我是”一列核对。", n=len(good) - len(asked)))
    return ranks


def _make(actor: Principal, begun: Begun, good: list[Offer], ranks: dict[int, int | None], links: dict[tuple[int, int], int]) -> None:
    waiting = [number for number, rank in ranks.items() if rank is None]
    if waiting:
        st.caption(t("还有 {n} 条没有选择您是哪位作者；作者中没有您的成果不能导入。", n=len(waiting)))
    ready = {number: rank for number, rank in ranks.items() if rank is not None}
    if st.button(t("生成草稿（{n} 条）", n=len(ready)), type="primary", icon=":material/note_add:", key="make", disabled=not ready):
        try:
            store = frame.store()
            with audit.refusals(store, actor, "create", "references"), store.begin(actor.university_code) as uow:
                made = drafts.make(uow, actor, begun.found, ready, links)
        except OperationError as refused:
            st.warning(frame.said(refused), icon=":material/error:")
            return
        begun.renew()
        views = [one.view for one in made if one.view is not None]
        if len(made) == 1 and views:
            st.session_state["said"] = t("{number} 已生成草稿", number=views[0].number)
            navigation.go("form", id=str(views[0].id))
        st.session_state["references_made"] = made
        st.rerun()


def _results() -> None:
    """What became of the entries chosen last."""
    made: list[Made] = st.session_state.get("references_made") or []
    if not made:
        return
    done = [one for one in made if one.view is not None]
    with st.container(border=True, gap="xsmall", key="made"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":green[:material/check_circle:] **{t('已生成 {n} 条草稿', n=len(done))}**", width="content")
            st.space("stretch")
            if st.button(t("查看草稿"), icon=":material/edit_note:", key="to_drafts", type="tertiary"):
                navigation.go("search", own="1", state="00")
            if st.button(t("收起"), icon=":material/close:", key="made_close", type="tertiary"):
                st.session_state.pop("references_made", None)
                st.rerun()
        for one in done[:CONFIRMED_HERE]:
            if one.view is not None and st.button(f"{one.view.number} {frame.md(one.title[:80])}", key=f"open-{one.view.id}", type="tertiary", icon=":material/edit:"):
                navigation.go("form", id=str(one.view.id))
        for at, one in enumerate(one for one in made if one.refused is not None):
            with st.container(key=f"told-refused-{at}"):
                st.markdown(frame.md(t("第 {n} 条未生成：{why}", n=one.number, why=pick(*one.refused or ("", "")))))
