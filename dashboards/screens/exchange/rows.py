"""What is said of single rows of an imported file: by row, by kind of fault, and whom a name stands for."""

from __future__ import annotations

import html
from dataclasses import replace

import streamlit as st

from dashboards import frame, paging
from dashboards.i18n import listed, pick, t
from ingestion import duplicates
from ingestion.exchange import bibliographic, import_jobs, importing
from ingestion.exchange.importing import COUNT_WORDS, Batch, Finding, Named, Options, RowView
from ingestion.exchange.tabular import letters
from ingestion.principal import OperationError, Principal

SIZE = 50
NAMES = 30  # asked at once
RESULTS = ("error", "held", "duplicate", "changed", "new", "unchanged")
COLORS = {"error": "red", "held": "violet", "duplicate": "orange", "changed": "blue", "new": "green", "unchanged": "gray"}


def show(actor: Principal, batch: Batch) -> None:
    if not any(batch.counts.get(name) for name in ("error", "held", "duplicate", "changed")) and not batch.quality:
        return
    by_row, by_kind = st.tabs([t("逐行"), t("按错误类型汇总")])
    with by_kind:
        _kinds(batch)
    with by_row:
        _rows(actor, batch)


# --- by row -------------------------------------------------------------------------------------------


def _rows(actor: Principal, batch: Batch) -> None:
    there = [name for name in RESULTS if batch.counts.get(name)]
    key = f"results-{batch.id}"
    if key not in st.session_state:
        st.session_state[key] = "error" if batch.counts.get("error") else (there[0] if there else None)
    chosen = st.pills(t("结果"), there, key=key, format_func=lambda name: f"{_result(name)} {batch.counts[name]:,}", label_visibility="collapsed", on_change=paging.first)
    page = paging.number()
    with frame.store().read(actor.university_code) as uow:
        found, total = importing.rows(uow, actor, batch.id, results=(chosen,) if chosen else (), limit=SIZE, offset=(page - 1) * SIZE)
    if not total:
        st.caption(t("这些行没有需要说明的内容。"))
        return
    paging.within(-(-total // SIZE), page)
    listing = is_listing(batch)
    st.html(f'<div class="yanshu-scroll"><table class="yanshu-list yanshu-data">{_head(listing)}<tbody>{"".join(_line(row, batch, listing) for row in found)}</tbody></table></div>')
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(t("共 **{n}** 行", n=f"{total:,}"), width="content")
        st.space("stretch")
        paging.pager(-(-total // SIZE))


def _result(name: str) -> str:
    zh, en = COUNT_WORDS[name]
    return pick(zh, en[0].upper() + en[1:])


def is_listing(batch: Batch) -> bool:
    """Whether the batch's rows are the entries of a bibliographic file."""
    return any(batch.format == one.id for one in bibliographic.FORMATS)


def _head(listing: bool) -> str:
    return "<thead><tr>" + "".join(f"<th>{html.escape(word)}</th>" for word in (t("条目") if listing else t("行"), t("结果"), t("名称"), t("说明"))) + "</tr></thead>"


def _line(row: RowView, batch: Batch, listing: bool) -> str:
    said = "".join(f'<div class="{one.severity}">{html.escape(_finding(one, batch))}</div>' for one in row.issues)
    said += "".join(f"<div>{html.escape(_change(one.zh, one.en, one.old, one.new))}</div>" for one in row.changes)
    if row.repeats_row:
        said += f"<div>{html.escape(t('与本文件第 {n} 行重复', n=row.repeats_row))}</div>"
    if row.people:
        names = listed(f"“{one.name}”" for one in row.people)
        said += f"<div>{html.escape(t('待选人员：{names}', names=names))}</div>"
    number = f'<a href="/record?id={row.record_id}" target="_blank" rel="noopener">{html.escape(row.number)}</a> ' if row.record_id else ""
    return (
        f'<tr><th scope="row">{t("第 {n} 条", n=row.row) if listing else t("第 {n} 行", n=row.row)}</th><td class="{html.escape(row.result)}">{html.escape(_result(row.result))}</td>'
        f"<td>{number}{html.escape(row.title[:120])}</td><td>{said}</td></tr>"
    )


def _finding(one: Finding, batch: Batch) -> str:
    """E 列 · ISSN号 “1234-5678” 校验位不符: the column by its letter, and by its heading where the words do not say it."""
    words = pick(one.zh, one.en)
    if one.index is None:
        return words
    where = t("{letter} 列", letter=letters(batch.first_column + one.index))
    if one.heading and one.heading not in words:
        where += f"“{one.heading}”"
    return f"{where} · {words}"


def _change(zh: str, en: str, old: str, new: str) -> str:
    return t("{field}：{old} → {new}", field=pick(zh, en), old=old or "—", new=new or "—")


# --- by kind ------------------------------------------------------------------------------------------


def _kinds(batch: Batch) -> None:
    """The data-quality report: each fault with how often and where."""
    if not batch.quality:
        st.caption(t("没有错误或提示。"))
        return
    words = {"error": t("错误"), "warning": t("提示"), "gap": t("待补")}
    words_of = (t("列名"), t("错误类型"), t("级别"), t("个数"), t("行"))
    heads = "".join(f'<th{" class=number" if at == 3 else ""}>{html.escape(word)}</th>' for at, word in enumerate(words_of))
    lines = "".join(
        f'<tr><th scope="row">{html.escape(one.heading or "—")}</th><td>{html.escape(pick(one.zh, one.en))}</td><td class="{one.severity}">{html.escape(words.get(one.severity, one.severity))}</td>'
        f'<td class="number">{one.count:,}</td><td class="mute">{html.escape(listed(str(row) for row in one.rows[:12]) + ("…" if one.count > 12 else ""))}</td></tr>'
        for one in batch.quality
    )
    st.html(f'<div class="yanshu-scroll"><table class="yanshu-list yanshu-data"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>')


# --- whom a name stands for ---------------------------------------------------------------------------


def people(actor: Principal, batch: Batch) -> None:
    """Nobody is linked by name alone: each name once, with the people who may be meant."""
    with frame.store().read(actor.university_code) as uow:
        found, _ = importing.rows(uow, actor, batch.id, results=("held",), limit=1000)
    asked: dict[tuple[str, str], tuple[Named, list[int]]] = {}
    for row in found:
        for one in row.people:
            asked.setdefault((one.name, one.hint), (one, []))[1].append(row.row)
    with st.container(border=True, gap="small", key="people"):
        about = t("{n} 行只写了姓名，不按姓名关联。选定后重新校验。", n=f"{batch.counts['held']:,}")
        st.markdown(f"**{t('待选人员')}** · {about}")
        for number, ((name, hint), (one, numbers)) in enumerate(list(asked.items())[:NAMES]):
            _name(batch, number, name, hint, one, numbers)
        if len(asked) > NAMES:
            st.caption(t("还有 {n} 个姓名，选定这些并重新校验后列出。", n=len(asked) - NAMES))
        st.button(t("按选择重新校验"), icon=":material/refresh:", key="recheck", on_click=_recheck, args=(batch,))


def _name(batch: Batch, number: int, name: str, hint: str, one: Named, numbers: list[int]) -> None:
    words = {c.person_id: " ".join(part for part in (c.staff_no, c.name, c.college) if part) for c in one.candidates}
    options = [*words, *([0] if one.none_allowed else [])]
    where = t("第 {rows} 行", rows=listed(str(row) for row in numbers[:5]) + ("…" if len(numbers) > 5 else ""))
    key = f"person-{batch.id}-{number}"
    st.selectbox(
        frame.md(f"{name}{f'（{hint}）' if hint else ''} · {where}"), options, index=None, key=key, width=460, placeholder=t("请选择人员"),
        format_func=lambda i: words[i] if i else t("不是本校人员"), on_change=_chosen, args=(batch.type_id, batch.sha256, name, hint, key),
    )  # fmt: skip


def _chosen(type_id: str, sha256: str, name: str, hint: str, key: str) -> None:
    chosen = st.session_state.get(key)
    if chosen is None:
        return
    actor = frame.current()
    try:
        with frame.store().begin(actor.university_code) as uow:
            importing.choose(uow, actor, type_id, sha256, name, hint, chosen or None)
    except OperationError as refused:
        st.session_state["said"] = pick(refused.zh, refused.en)


def _recheck(batch: Batch, options: Options | None = None) -> None:
    actor = frame.current()
    with frame.store().begin(actor.university_code) as uow:
        import_jobs.check(uow, actor, batch.type_id, batch.sha256, batch.file_name, options or batch.options, batch.total or 0, batch.id)


# --- what may be there already ------------------------------------------------------------------------


def alike(batch: Batch) -> None:
    """Rows whose title a record nearly has: left out, unless somebody wants them all the same."""
    found = sum(one.count for one in batch.quality if one.rule == duplicates.NEAR)
    if not found:
        return
    wanted = batch.options.alike
    if is_listing(batch):  # what only has the title of another is loaded, and left open as a finding
        st.markdown(f"**{t('疑似重复')}** · {t('{n} 行与已有记录名称相同或相近，导入后列为待核对。', n=f'{found:,}')}", width="content")
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small", key="alike"):
        about = t("{n} 行与已有记录名称相同或相近，导入后列为待核对。", n=f"{found:,}") if wanted else t("{n} 行与已有记录名称相同或相近，不导入。", n=f"{found:,}")
        st.markdown(f"**{t('疑似重复')}** · {about}", width="content")
        st.button(
            t("疑似重复的不导入") if wanted else t("疑似重复的也导入"), icon=":material/refresh:", key="alike_go",
            on_click=_recheck, args=(batch, replace(batch.options, alike=not wanted)),
        )  # fmt: skip
