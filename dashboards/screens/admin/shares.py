"""分配表: how the credit of a record is shared among its own staff; versions with a first day, never changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd
import streamlit as st

from dashboards import acting, frame
from dashboards.i18n import t
from ingestion import permissions, shares
from ingestion.catalog.share_table import ShareTable, built_in
from ingestion.shares import Version
from ingestion.store.engine import local_time, today

SHOWN = 10
BUILT_IN = 0  # the number the built-in table has among the versions


def show() -> None:
    actor = frame.current()
    permissions.require(actor, "manage_settings")
    with frame.store().read(actor.university_code) as uow:
        kept = shares.versions(uow, actor)
        now, number = shares.table_on(uow, actor.university_code, today())
    with frame.page(t("完成人分配表"), t("校内完成人的计分份额：获奖、论文、著作、专利等按此计分，录入时即显示")):
        if st.button(t("新增版本"), icon=":material/add:", type="primary", key="new_version"):
            st.session_state["shares_edit"] = True
    if st.session_state.get("shares_edit"):
        _edit(now)
    by_number = {one.number: one for one in kept}
    choices = [*by_number, BUILT_IN]
    picked = st.selectbox(t("版本"), choices, index=choices.index(number or BUILT_IN), format_func=lambda n: _word(by_number.get(n), number), key="shares_version", width=460)
    chosen = by_number.get(picked)
    _table(chosen.table if chosen else built_in())
    if chosen is not None:
        st.caption(frame.md(t("{name} 于 {at} 制定", name=chosen.made_by, at=local_time(chosen.made_at).strftime("%Y-%m-%d %H:%M"))))
    st.caption(t("按记录的日期取启用日期不晚于它的最新版本；同一启用日期以后制定的为准。人数多于表中最多人数时用最后一行，排在其后的份额为 0。版本不能修改，改动请新增版本；统计在下次刷新时重新计算。"))


def _word(one: Version | None, number: int | None) -> str:
    if one is None:
        return t("内置分配表") + (t(" · 正在使用") if number is None else "")
    state = t(" · 正在使用") if one.number == number else t(" · 已被替代") if not one.in_force else ""
    return t("第 {n} 版 · 自 {day} 起", n=one.number, day=one.valid_from.isoformat()) + state


def _percent(share: Decimal) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".")


def _table(table: ShareTable) -> None:
    most = min(max(table.rows), SHOWN)
    places = {place: t("第 {n} 名", n=place) for place in range(1, most + 1)}
    rows: list[dict[str, object]] = [
        {t("校内人数"): t("{n} 人", n=people)} | {word: float(table.share(place, people) * 100) if place <= people else None for place, word in places.items()}
        for people in range(1, most + 1)
    ]
    st.markdown(f"**{t('计分份额')}** · %")
    st.dataframe(pd.DataFrame(rows), hide_index=True, row_height=33, height=37 + 33 * len(rows), alt=t("完成人分配表"), key="shares_grid",
                 placeholder="", column_config={t("校内人数"): st.column_config.TextColumn(width=90), **{w: st.column_config.NumberColumn(format="%.2f") for w in places.values()}})  # fmt: skip
    if max(table.rows) > SHOWN:
        st.caption(t("先显示到 {n} 人，表中共到 {all} 人。", n=SHOWN, all=max(table.rows)))


def _edit(now: ShareTable) -> None:
    """One line a number of people: the percentages of the places, the best first."""
    with st.container(border=True, gap="small", key="shares_form"):
        st.markdown(f"**{t('新增版本')}** · {t('每行填各名次的百分比，用空格分开，合计 100')}")
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            day = st.date_input(t("启用日期"), value=date(today().year, 1, 1), min_value=shares.FIRST_DAY, max_value=shares.LAST_DAY, format="YYYY-MM-DD", key="shares_day", width=200)
            most = int(st.number_input(t("最多人数"), 1, shares.MOST, min(max(now.rows), 5), key="shares_most", width=160))
        grid = st.grid(2, min_column_width=320, gap="small")
        typed: dict[int, str] = {}
        for people in range(1, most + 1):
            with grid.container(gap="xxsmall"):
                preset = " ".join(_percent(now.share(place, people)) for place in range(1, people + 1))
                if abs(sum(Decimal(x) for x in preset.split()) - 100) > 0:  # rounded for display: the first place takes the rest
                    rest = [Decimal(x) for x in preset.split()]
                    preset = " ".join(str(x) for x in [100 - sum(rest[1:]), *rest[1:]])
                typed[people] = st.text_input(t("{n} 人", n=people), preset, key=f"shares-{people}")
        with st.container(horizontal=True):
            if st.button(t("保存"), type="primary", key="shares_ok", icon=":material/save:"):
                _save(day, typed)
            if st.button(t("取消"), key="shares_cancel"):
                _close()
                st.rerun()


def _save(day: object, typed: dict[int, str]) -> None:
    if not isinstance(day, date):
        st.error(t("请填写启用日期"))
        return
    first = day
    made: list[int] = []
    if acting.attempt(lambda uow, actor: made.append(shares.keep(uow, actor, first, shares.read(typed))), t("新版本已保存，统计在下次刷新时重新计算")):
        _close()
        st.session_state["shares_version"] = made[0]
        st.rerun()


def _close() -> None:
    for key in [k for k in st.session_state if isinstance(k, str) and k.startswith(("shares_edit", "shares-", "shares_day", "shares_most"))]:
        st.session_state.pop(key)
