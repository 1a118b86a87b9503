"""报送状态: what was signed, signing it anew, fetching the file; and the annex every export of an evaluation carries."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

import streamlit as st

from dashboards import acting, frame
from dashboards.i18n import pick, t
from dashboards.marts import definitions, exports, numbers
from dashboards.marts.evaluation import framework
from dashboards.marts.exports import Sheet
from dashboards.marts.reader import Mart
from dashboards.screens.analysis import exporting
from dashboards.screens.evaluation import shared
from ingestion import audit, jobs, permissions, snapshots
from ingestion.principal import OperationError, Principal
from ingestion.snapshots import Snapshot
from ingestion.store.engine import UnitOfWork, local_time


def card(actor: Principal, mart: Mart, year: int, latest: Snapshot | None, changed: int, purpose: str = shared.PURPOSE) -> None:
    """What was signed for a year and purpose; ``changed``: how many of its numbers are others today."""
    st.markdown(f"**{t('报送状态')}**")
    if latest is None:
        st.badge(t("未报"), color="orange", icon=":material/draft:")
        st.caption(t("现在显示的是实时数据，未定稿。"))
    else:
        st.badge(shared.snapshot_words(latest), color="green", icon=":material/verified:")
        st.caption(f"r{latest.revision} · {frame.md(latest.made_by)} · {t('内容校验值 {hash}…', hash=latest.content_hash[:12])}")
        st.caption(t("签名后有 {n} 项指标变化，快照不变", n=changed) if changed else t("与快照一致"))
    with st.container(horizontal=True, gap="xsmall"):
        if permissions.can(actor, "sign_figures") and st.button(t("签名定稿"), key="sign_evaluation", icon=":material/signature:", type="primary" if latest is None else "secondary"):
            _dialog(mart, year, latest, purpose)
        if latest is not None and st.button(t("全部快照"), key="all_snapshots", icon=":material/history:", type="tertiary"):
            _history(actor, year, purpose)
    _waiting(actor, year, purpose)


def _dialog(mart: Mart, year: int, latest: Snapshot | None, purpose: str) -> None:
    @st.dialog(t("签名定稿"), width="medium")
    def dialog() -> None:
        st.markdown(t("把 **{year} 年**{what}的数据签名定稿：数据截至 {at}，批次 #{n}。", year=year, what=pick(*snapshots.PURPOSES[purpose]), at=numbers.as_of(mart), n=mart.meta.generation))
        st.caption(t("快照含数值、每条记录的贡献、口径、程序版本、检查结果和校验值，不含人员姓名。签名后不能修改，更正后可再次签名为新的修订；省厅以最近一次为准。"))
        if latest is not None:
            st.caption(t("上次签名：{number}", number=latest.number))

        def act(uow: UnitOfWork, who: Principal) -> None:
            permissions.require(who, "sign_figures")
            jobs.enqueue(uow, who, "snapshot", {"year": year, "purpose": purpose})

        if st.button(t("确认签名"), key="sign_evaluation_ok", type="primary") and acting.attempt(act, t("正在签名，一般几秒")):
            st.rerun()

    dialog()


def _mine(actor: Principal, year: int, purpose: str) -> jobs.Job | None:
    with frame.store().read(acting.scope(actor)) as uow:
        found = [one for one in jobs.list_for(uow, actor) if one.kind == "snapshot" and one.parameters == {"year": year, "purpose": purpose}]
    return found[0] if found else None


def _waiting(actor: Principal, year: int, purpose: str) -> None:
    """How the signing asked for goes; the page is drawn again once it is done."""
    latest = _mine(actor, year, purpose)
    if latest is None:
        return
    if latest.state in ("queued", "running"):
        st.fragment(_progress, run_every="1s")(actor, year, purpose)
    elif latest.state == "failed":
        st.markdown(f":orange[:material/error:] {frame.md(latest.message or t('没有成功'))}")


def _progress(actor: Principal, year: int, purpose: str) -> None:
    latest = _mine(actor, year, purpose)
    if latest is not None and latest.state in ("queued", "running"):
        st.progress(0.5 if latest.state == "running" else 0.1, text=t("正在签名"))
    else:
        st.rerun()


def _history(actor: Principal, year: int, purpose: str) -> None:
    with frame.store().read(actor.university_code) as uow:
        found = snapshots.list_for(uow, actor, purpose, year)

    @st.dialog(t("全部快照"), width="large")
    def dialog() -> None:
        for one in found:
            with st.container(border=True, gap="xxsmall", key=f"snapshot_{one.id}"):
                with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                    st.markdown(f"**{one.number}**", width="content")
                    st.space("stretch")
                    if st.button(t("下载"), key=f"fetch_{one.id}", icon=":material/download:", type="tertiary"):
                        _fetch(actor, one)
                when, shows = f"{local_time(one.made_at):%Y-%m-%d %H:%M}", f"{local_time(one.as_of):%Y-%m-%d %H:%M:%S}"
                st.caption(t("{who} 于 {at} 签名 · 数据截至 {shows} · 批次 #{n} · {size}", who=one.made_by, at=when, shows=shows, n=one.generation, size=" ".join(frame.size_words(one.size))))
                st.caption(t("内容校验值 {hash}", hash=one.content_hash))
        st.caption(t("用 yanshu snapshot verify 可核验文件并重新计算全部数字。"))

    dialog()


def _fetch(actor: Principal, one: Snapshot) -> None:
    try:
        snapshots.read(one)
        export_id, path = exports.new(actor, one.number, "zip")
        shutil.copyfile(one.path, path)
    except OSError:
        st.error(frame.said(snapshots.Broken(one.number)))
        return
    except OperationError as broken:
        st.error(frame.said(broken))
        return
    with frame.store().begin(actor.university_code) as uow:
        audit.write(uow, actor, "export", "signed_snapshot", one.id, {"number": one.number})
    exporting.give(export_id, t("已导出 {number}", number=one.number))


# --- what every export of an evaluation carries (AC-233) ------------------------------------------------------


def annex(found: Sequence[Snapshot], others: Sequence[tuple[str, str]] = ()) -> Sheet:
    """附录: the snapshots the figures are of, with their hashes; ``others``: universities without one (code, name)."""
    header = [t("学校代码"), t("高校"), t("报送状态"), t("快照编号"), t("数据截至"), t("内容校验值"), t("文件校验值（SHA-256）"), t("签名公钥"), t("程序版本")]
    signed = [
        (one.university_code, pick(one.university_zh, one.university_en), shared.snapshot_words(one), one.number, f"{local_time(one.as_of):%Y-%m-%d %H:%M:%S}", one.content_hash, one.file_sha256, one.signing_key, one.code_version)
        for one in found
    ]
    return t("附录 快照与校验值"), header, [*signed, *[(code, name, t("未定稿（实时数据）"), *[None] * 6) for code, name in others]]


def definitions_sheet(mart: Mart, scheme: str) -> Sheet:
    """附录: each leaf's indicator as the published file defines it: the same one every other file and page uses."""
    known = definitions.every(mart)
    header = [t("编号"), t("指标"), t("指标权重"), t("统计指标"), t("统计规则"), t("公式"), t("计数方式"), t("时间口径"), t("计量单位"), t("版本"), t("生效日期"), t("分类与权重")]
    rows = []
    for leaf in framework.leaves(scheme):
        found = known.get(leaf.indicator)
        if found is None:
            continue
        said = {key: pick(zh, en) for key, zh, en in definitions.card(mart, leaf.indicator)}
        rows.append((
            leaf.code, shared.name(leaf), leaf.points, f"{found.indicator} {pick(found.zh, found.en)}", said.get("definition"), said.get("formula"), said.get("counting"),
            said.get("date"), pick(found.unit("zh"), found.unit("en")), found.version, str(found.valid_from or ""), framework.told(leaf),
        ))  # fmt: skip
    return t("附录 指标口径"), header, rows
