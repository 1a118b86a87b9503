"""④ 校验 → ⑤ 确认 → ⑥ 结果: one imported file from its check on, whatever state it is in."""

from __future__ import annotations

import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import language, listed, pick, t
from dashboards.screens.exchange import draft, rows, waiting, wizard
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange import import_jobs, importing
from ingestion.exchange.importing import COUNT_WORDS, STATE_WORDS, Batch
from ingestion.jobs import Job
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import local_time

AT_ONCE = 20_000  # rows: a larger file is marked as a job
STEP = {"checking": 4, "checked": 4, "loading": 5, "applied": 6, "undone": 6, "discarded": 6, "failed": 6}
TONE = {"applied": ("green", "check_circle"), "checked": ("blue", "fact_check"), "checking": ("blue", "hourglass_top"),
        "loading": ("blue", "hourglass_top"), "undone": ("gray", "undo"), "discarded": ("gray", "block"), "failed": ("orange", "error")}  # fmt: skip


def show(actor: Principal, batch_id: int) -> None:
    with frame.store().read(actor.university_code) as uow:
        batch = importing.batch(uow, actor, batch_id)
        work = import_jobs.of_batch(uow, actor, batch_id)
    wizard.steps(5 if batch.state == "checked" and not batch.counts.get("held") and not batch.counts.get("error") else STEP[batch.state])
    open_job = work if work is not None and work.state in waiting.OPEN else None
    _head(batch)
    if open_job is not None or batch.state in ("checking", "loading"):
        waiting.show(batch, open_job)
        return
    _refused(work)
    match batch.state:
        case "checked":
            _checked(actor, batch)
        case "applied":
            _applied(actor, batch)
        case _:
            _ended(actor, batch)


def badge(state: str) -> None:
    color, icon = TONE[state]
    zh, en = STATE_WORDS[state]
    st.badge(pick(zh, en[0].upper() + en[1:]), color=color, icon=f":material/{icon}:")  # type: ignore[arg-type]


def _head(batch: Batch) -> None:
    with st.container(border=True, gap="xsmall", key="batch_head"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            badge(batch.state)
            st.text(batch.file_name, width="content")
            about = [t("批次 {n}", n=batch.id), pick(ALL_RECORDS[batch.type_id].zh, ALL_RECORDS[batch.type_id].en), batch.sheet, batch.account,
                     local_time(batch.started_at).strftime("%Y-%m-%d %H:%M")]  # fmt: skip
            if batch.options.as_history:
                about.append(t("历史数据"))
            st.caption(frame.md(" · ".join(one for one in about if one)), width="content")
        if batch.message:
            st.markdown(f":orange[:material/error: {frame.md(pick(*batch.message))}]")


def _refused(work: Job | None) -> None:
    told = (work.result or {}).get("refused") if work is not None else None
    if told:
        with st.container(key="err-batch"):
            st.markdown(f":material/error: {frame.md(pick(*told))}")


# --- figures --------------------------------------------------------------------------------------------


def counts(batch: Batch) -> None:
    """Every row of the file is in exactly one of these."""
    shown = [name for name in ("read", "new", "changed", "unchanged", "duplicate", "error", "held") if batch.counts.get(name) or name in ("read", "new", "error")]
    grid = st.grid(len(shown), min_column_width=110, gap="small")
    for name in shown:
        with grid.container(border=True, gap="xxsmall", key=f"count-{name}"):
            zh, en = COUNT_WORDS[name]
            st.metric(pick(zh, en[0].upper() + en[1:]), t("{n} 行", n=f"{batch.counts.get(name, 0):,}"))


def effect_words(batch: Batch) -> str:
    """预计影响: 论文 +37 · SCI +12."""
    name, found = pick(ALL_RECORDS[batch.type_id].zh, ALL_RECORDS[batch.type_id].en), batch.effect
    words = []
    if found.records:
        words.append(f"{name} +{found.records:,}")
        words += [f"{pick(zh, en)} +{n:,}" for _fz, _fe, zh, en, n in found.by_code[:6]]
    if found.waiting:
        words.append(t("提交审核 {n} 条，通过后计入", n=f"{found.waiting:,}"))
    if found.later:
        words.append(t("{n} 条未正式发表，暂不计入", n=f"{found.later:,}"))
    return " · ".join(words)


def _effect(batch: Batch, label: str) -> None:
    words = effect_words(batch)
    if not words:
        return
    with st.container(key="sentence"):
        st.markdown(f"**{label}** {frame.md(words)}")
    if batch.effect.by_year and len(batch.effect.by_year) > 1:
        st.caption(t("按年度：{years}", years=frame.md(listed(f"{year or '—'} +{n:,}" for year, n in batch.effect.by_year.items()))))


def _totals(batch: Batch) -> None:
    """Control totals typed before, compared now."""
    if not batch.options.totals:
        return
    if not batch.differences:
        st.markdown(f":green[:material/check_circle: {t('控制数全部一致')}]")
        return
    for one in batch.differences:
        words = t("{year} 年控制数 {expected}，导入后 {actual}，相差 {n}", year=one.year, expected=f"{one.expected:,}", actual=f"{one.actual:,}", n=f"{one.actual - one.expected:+,}")
        if one.rows:
            words += t("；本文件未导入的行：{rows}", rows=listed(str(row) for row in one.rows[:20]) + ("…" if len(one.rows) > 20 else ""))
        st.markdown(f":orange[:material/balance: {frame.md(words)}]")


# --- ④ and ⑤ ------------------------------------------------------------------------------------------


def _checked(actor: Principal, batch: Batch) -> None:
    counts(batch)
    _effect(batch, t("预计影响"))
    _totals(batch)
    _files(actor, batch)
    if batch.counts.get("held"):
        rows.people(actor, batch)
    rows.alike(batch)
    _confirm(actor, batch)
    rows.show(actor, batch)


def _files(actor: Principal, batch: Batch) -> None:
    """下载标注后的原文件 and 只下载错误行."""
    bad = batch.counts.get("error", 0)
    told = bad + batch.counts.get("duplicate", 0) + batch.counts.get("held", 0)
    if not told or not batch.has_file:
        return
    with st.container(horizontal=True, gap="small", key="marked"):
        if st.button(t("下载标注后的原文件"), icon=":material/download:", key="marked_all"):
            _mark(actor, batch, only_errors=False)
        if bad and st.button(t("只下载错误行（{n}）", n=f"{bad:,}"), icon=":material/download:", key="marked_errors"):
            _mark(actor, batch, only_errors=True)
    waiting.marked(batch)


def _mark(actor: Principal, batch: Batch, *, only_errors: bool) -> None:
    if (batch.total or 0) > AT_ONCE:
        with frame.store().begin(actor.university_code) as uow:
            import_jobs.mark(uow, actor, batch.id, only_errors=only_errors, language=language())
        st.toast(t("正在生成，可以离开本页，完成后有消息"), icon=":material/hourglass_top:")
        return
    try:
        with st.spinner(t("正在生成标注文件…")):
            export_id, found = import_jobs.marked(frame.store(), actor, batch.id, only_errors=only_errors, language=language())
    except OperationError as refused:
        st.warning(frame.said(refused), icon=":material/error:")
        return
    frame.command("go", to=f"/exports/{export_id}")
    st.toast(t("已标注 {n} 行错误", n=f"{found.rows:,}"), icon=":material/download_done:")


def _confirm(actor: Principal, batch: Batch) -> None:
    bad, held = batch.counts.get("error", 0), batch.counts.get("held", 0)
    good = batch.counts.get("new", 0) + batch.counts.get("changed", 0)
    with st.container(border=True, gap="small", key="confirm"):
        st.markdown(f"**⑤ {t('确认')}**")
        _repeated(actor, batch)
        if not good:
            st.caption(t("没有可导入的行。改正文件后重新上传。"))
        how = "good"
        if good and bad + held:
            words = {"good": t("先导入正确的 {n} 行", n=f"{good:,}"), "all": t("全部改正后再导入（现有 {n} 行未通过）", n=f"{bad + held:,}")}
            how = st.radio(t("导入方式"), list(words), key="how", format_func=lambda one: words[one], label_visibility="collapsed")
        tick = st.checkbox(t("我确认本批信息不涉密。涉密数据不得上网。"), key="non_secret") if good else False
        with st.container(horizontal=True, gap="small"):
            if good and how == "good":
                st.button(t("确认导入 {n} 行", n=f"{good:,}"), type="primary", icon=":material/done_all:", key="apply", disabled=not tick, on_click=_apply, args=(batch.id, good, not bad + held))
            st.button(t("上传改正后的文件"), icon=":material/upload_file:", key="again", on_click=_again, args=(batch.type_id, batch.options.as_history))
            if st.button(t("返回列对应"), icon=":material/view_column:", key="back", disabled=not _has_draft(actor, batch)):
                navigation.go("imports", type=batch.type_id)
            st.button(t("放弃本批"), type="tertiary", icon=":material/delete:", key="discard", on_click=_discard, args=(batch.id,))


def _has_draft(actor: Principal, batch: Batch) -> bool:
    begun = draft.load(actor, batch.type_id)
    return begun is not None and begun.sha256 == batch.sha256


def _repeated(actor: Principal, batch: Batch) -> None:
    with frame.store().read(actor.university_code) as uow:
        same = importing.repeated(uow, actor, batch.type_id, batch.sha256)
    if same is not None:
        at = local_time(same[1]).strftime("%Y-%m-%d %H:%M")
        st.markdown(f":orange[:material/content_copy: {frame.md(t('同一文件已于 {at} 导入（批次 {n}），已有的记录不会重复。', at=at, n=same[0]))}]")


def _apply(batch_id: int, good: int, whole: bool) -> None:
    actor = frame.current()
    with frame.store().begin(actor.university_code) as uow:
        import_jobs.apply(uow, actor, batch_id, good, all_or_nothing=whole, non_secret=bool(st.session_state.get("non_secret")))


def _again(type_id: str, as_history: bool) -> None:
    actor = frame.current()
    begun = draft.load(actor, type_id)
    if begun is not None:
        begun.replaced = True
        draft.save(actor, begun)
    st.query_params.clear()
    st.query_params["type"] = type_id
    if as_history:
        st.query_params["history"] = "1"


def _discard(batch_id: int) -> None:
    actor = frame.current()
    try:
        importing.discard(frame.store(), actor, batch_id)
    except OperationError as refused:
        st.session_state["said"] = pick(refused.zh, refused.en)


# --- ⑥ -------------------------------------------------------------------------------------------------


def _applied(actor: Principal, batch: Batch) -> None:
    counts(batch)
    _effect(batch, t("已产生的影响"))
    _totals(batch)
    _files(actor, batch)
    begun = draft.load(actor, batch.type_id)
    if begun is not None and begun.sha256 == batch.sha256:
        draft.forget(actor, begun)
    with st.container(horizontal=True, gap="small", key="after"):
        if st.button(t("查看{type}列表", type=pick(ALL_RECORDS[batch.type_id].zh, ALL_RECORDS[batch.type_id].en)), type="primary", icon=":material/list:", key="see"):
            navigation.go(batch.type_id)
        if st.button(t("继续导入"), icon=":material/upload_file:", key="more"):
            navigation.go("imports", type=batch.type_id)
        if st.button(t("撤销本批"), icon=":material/undo:", key="undo"):
            _ask_undo(actor, batch)
    rows.show(actor, batch)


def _ask_undo(actor: Principal, batch: Batch) -> None:
    with frame.store().read(actor.university_code) as uow:
        found = importing.blockers(uow, actor, batch.id)

    @st.dialog(t("撤销本批"))
    def dialog() -> None:
        if found:
            st.markdown(f":orange[:material/lock: {t('以下记录在导入之后已有变动，整批不能撤销：')}]")
            for one in found[:20]:
                st.markdown(frame.md(f"{one.number} 《{one.title}》 {pick(one.zh, one.en)}"))
            if len(found) > 20:
                st.caption(t("等 {n} 条", n=len(found)))
            return
        new, changed = batch.counts.get("new", 0), batch.counts.get("changed", 0)
        st.markdown(frame.md(t("将作废本批新增的 {new} 条记录，并恢复被更新的 {changed} 条。", new=f"{new:,}", changed=f"{changed:,}")))
        if st.button(t("确认撤销"), type="primary", key="undo_go"):
            who = frame.current()
            with frame.store().begin(who.university_code) as uow:
                import_jobs.undo(uow, who, batch.id, new + changed)
            st.rerun()

    dialog()


def _ended(actor: Principal, batch: Batch) -> None:
    if batch.counts:
        counts(batch)
    with st.container(horizontal=True, gap="small", key="after"):
        if st.button(t("重新导入"), type="primary", icon=":material/upload_file:", key="more"):
            navigation.go("imports", type=batch.type_id)
    rows.show(actor, batch)
