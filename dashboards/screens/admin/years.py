"""年度锁定: past years closed for entry, opened again with a reason, and who may still enter until a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import acting, frame
from dashboards.forms.pickers import person_word
from dashboards.i18n import listed, pick, t
from ingestion import accounts, people, permissions, years
from ingestion.catalog.registry import ALL_RECORDS, TYPE_IDS
from ingestion.principal import Principal
from ingestion.store.engine import UnitOfWork, local_time, today
from ingestion.years import LockedYear


def show() -> None:
    actor = frame.current()
    permissions.require(actor, "manage_years")
    with frame.store().read(acting.scope(actor)) as uow:
        found = years.locked(uow, actor)
        running = years.exceptions(uow, actor) if not actor.is_province else []
    with frame.page(t("年度锁定"), t("锁定后不能录入和变更该年度的记录；已提交的继续审核")):
        if st.button(t("锁定年度"), icon=":material/lock:", type="primary", key="lock_year"):
            _lock(actor)
    if not found:
        frame.empty(t("没有锁定的年度"), t("年度数据报送后可以锁定，避免再改动。"), icon=":material/lock_open:")
    else:
        _locked(actor, found)
    if not actor.is_province and found:
        _exceptions(actor, found, running)


def _types(ids: tuple[str, ...]) -> str:
    if len(ids) == len(TYPE_IDS):
        return t("全部类型")
    return listed(pick(ALL_RECORDS[i].zh, ALL_RECORDS[i].en) for i in ids)


def _locked(actor: Principal, found: list[LockedYear]) -> None:
    words = {"university": t("单位"), "year": t("年度"), "types": t("类型"), "by": t("锁定人"), "at": t("锁定时间")}
    rows: list[dict[str, Any]] = [
        {"university": one.university_code, "year": str(one.year), "types": _types(one.types), "by": one.locked_by, "at": local_time(one.locked_at).strftime("%Y-%m-%d %H:%M")}
        for one in found
    ]
    table = pd.DataFrame(rows)
    if not actor.is_province:
        table = table.drop(columns="university")
    event = st.dataframe(
        table, hide_index=True, key="years_grid", on_select="rerun", selection_mode="single-row", row_height=33,
        column_config={k: st.column_config.TextColumn(w, width="large" if k == "types" else None) for k, w in words.items()},
    )  # fmt: skip
    picked = [found[r] for r in event.selection.rows if r < len(found)]
    if st.button(t("重新开放"), key="reopen", icon=":material/lock_open:", disabled=not picked):
        _reopen(picked[0])
    if not picked:
        st.caption(t("选中一行后可以重新开放。"))


def _lock(actor: Principal) -> None:
    names: dict[str, str] = {}
    if actor.is_province:
        with frame.store().read("*") as uow:
            names = {c["code"]: pick(c["name"], c["name_en"] or c["name"]) for c in accounts.login_choices(uow) if c["kind"] == "university"}

    @st.dialog(t("锁定年度"))
    def dialog() -> None:
        last = today().year - 1
        codes = st.multiselect(t("高校") + " *", list(names), format_func=lambda c: names[c], placeholder=t("请选择"), key="lock_codes") if names else [actor.university_code]
        year = st.selectbox(t("年度"), list(range(last, last - 20, -1)), key="lock_which")
        chosen = st.multiselect(t("类型"), list(TYPE_IDS), format_func=lambda i: pick(ALL_RECORDS[i].zh, ALL_RECORDS[i].en), placeholder=t("全部类型"), key="lock_types", select_all=False)

        def act(uow: UnitOfWork, who: Principal) -> None:
            for code in codes:
                years.lock(uow, who, code, int(year), chosen or TYPE_IDS)

        if st.button(t("锁定"), type="primary", key="lock_ok"):
            if not codes:
                st.error(t("请选择高校"))
            elif acting.attempt(act, t("{year} 年度已锁定", year=year)):
                st.rerun()

    dialog()


def _reopen(one: LockedYear) -> None:
    @st.dialog(t("重新开放 {year} 年度", year=one.year))
    def dialog() -> None:
        st.caption(frame.md(_types(one.types)))
        reason = st.text_area(t("原因") + " *", key="reopen_reason", height=110, help=t("至少 5 个字"))

        def act(uow: UnitOfWork, who: Principal) -> None:
            years.reopen(uow, who, one.university_code, one.year, reason, one.types)

        if st.button(t("重新开放"), type="primary", key="reopen_ok") and acting.attempt(act, t("{year} 年度已重新开放", year=one.year)):
            st.rerun()

    dialog()


def _exceptions(actor: Principal, found: list[LockedYear], running: list[years.YearException]) -> None:
    with st.container(border=True, gap="small", key="exceptions"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{t('例外')}** · {t('这些人在截止日期前仍可补录')}", width="content")
            st.space("stretch")
            if st.button(t("新增例外"), key="new_exception", icon=":material/person_add:"):
                _allow(sorted({one.year for one in found}, reverse=True))
        if not running:
            st.caption(t("没有例外"))
        with frame.store().read(actor.university_code) as uow:
            held = people.by_ids(uow, actor, [one.person_id for one in running])
        for one in running:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                who = held.get(one.person_id)
                st.text(t("{year} 年度 · {person} · 至 {until}", year=one.year, person=person_word(actor, who) if who else one.person, until=one.until.isoformat()))
                st.caption(frame.md(one.reason), width="content")
                st.space("stretch")
                st.button(t("收回"), key=f"end-{one.id}", type="tertiary", on_click=_end, args=(one.id,))


def _end(exception_id: int) -> None:
    acting.attempt(lambda uow, who: years.end(uow, who, exception_id), t("例外已收回"))


def _allow(open_years: list[int]) -> None:
    @st.dialog(t("新增例外"))
    def dialog() -> None:
        actor = frame.current()
        year = st.selectbox(t("年度"), open_years, key="exception_year")
        typed = str(st.text_input(t("人员") + " *", key="exception_person", placeholder=t("输入工号、姓名或拼音"), live="400ms") or "").strip()
        chosen = None
        if typed:
            with frame.store().read(actor.university_code) as uow:
                found = people.find(uow, actor, typed, 8)
            if not found:
                st.caption(t("没有找到“{text}”", text=frame.md(typed)))
            else:
                chosen = st.selectbox(t("选择人员"), found, index=0 if len(found) == 1 else None, format_func=person_word, key="exception_pick", placeholder=t("请选择"))
        until = st.date_input(t("截止日期"), value=today() + timedelta(days=14), min_value=today(), max_value=today() + years.LONGEST, format="YYYY-MM-DD", key="exception_until")
        reason = st.text_area(t("原因") + " *", key="exception_reason", height=90, help=t("至少 5 个字"))
        if st.button(t("确定"), type="primary", key="exception_ok"):
            if chosen is None:
                st.error(t("请选择人员"))
            elif not isinstance(until, date):
                st.error(t("请填写截止日期"))
            elif acting.attempt(lambda uow, who: years.allow(uow, who, int(year), chosen.person_id, until, reason), t("已允许 {name} 补录 {year} 年度", name=chosen.name, year=year)):
                st.rerun()

    dialog()
