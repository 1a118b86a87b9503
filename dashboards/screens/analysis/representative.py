"""代表作: up to five works a researcher puts first, out of the approved ones."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import pick, t
from dashboards.marts.reader import Mart
from dashboards.marts.words import types
from ingestion import preferences
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import OperationError, Principal

KEY = "representative_works"
MOST = 5
WORKS = tuple(one for one, declared in ALL_RECORDS.items() if declared.group in ("projects", "outcomes", "ip", "contribution"))


@dataclass(frozen=True)
class Work:
    record_id: int
    type: str
    title: str
    year: int | None
    rank: int | None


def works(mart: Mart) -> list[Work]:
    """What may be chosen: works in force the person takes part in, newest first."""
    rows = mart.rows(
        "SELECT r.record_id, r.type, r.title, r.filed_year, min(nullif(c.rank, 0)) FROM fct_credit AS c JOIN fct_record AS r"
        " ON r.record_id = c.record_id WHERE c.person_id = ? AND c.valid_to IS NULL AND r.valid_to IS NULL"
        " GROUP BY ALL ORDER BY r.filed_year DESC NULLS LAST, r.record_id DESC",
        [mart.person_id],
    )
    return [Work(row[0], row[1], row[2] or "", row[3], row[4]) for row in rows if row[1] in WORKS]


def panel(mart: Mart, actor: Principal) -> None:
    """The chosen ones. They are the account's own choice: nobody else is shown this panel."""
    if actor.role != "researcher":
        return
    found = {one.record_id: one for one in works(mart)}
    with frame.store().read(actor.university_code) as uow:
        kept = [int(one) for one in preferences.get(uow, actor, KEY) or []]
    chosen = [found[one] for one in kept if one in found]  # a work that was voided leaves by itself
    with st.container(border=True, gap="small", key="panel_representative", height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{t('代表作')}** · {t('最多 {n} 项', n=MOST)}", width="content")
            st.space("stretch")
            if found and st.button(t("选择"), key="representative_choose", icon=":material/edit:", type="tertiary"):
                _dialog(actor, found, [one.record_id for one in chosen])
        if not found:
            frame.empty(t("暂无数据"), t("成果通过审核后可选为代表作。"))
        elif not chosen:
            frame.empty(t("还没有选代表作"), t("从已通过的成果里选，最多 {n} 项。", n=MOST))
        for one in chosen:
            with st.container(gap="xxsmall"):
                if st.button(frame.md(one.title or "—"), key=f"work_{one.record_id}", type="tertiary"):
                    navigation.go("record", id=str(one.record_id))
                st.caption(_about(mart, one))


def _about(mart: Mart, one: Work) -> str:
    named = types(mart)
    parts = [pick(*named.get(one.type, (one.type, one.type))), str(one.year or "—")]
    if one.rank:
        parts.append(t("第 {n} 位", n=one.rank))
    return " · ".join(parts)


def keep(actor: Principal, picked: list[int]) -> None:
    """Keeps the choice, in its order.

    Raises:
        OperationError: more than ``MOST`` are chosen; nothing is kept.
    """
    if len(picked) > MOST:
        over = len(picked) - MOST
        raise OperationError(f"代表作已选 {len(picked)} 项，最多 {MOST} 项，请去掉 {over} 项。", f"{len(picked)} representative works are chosen, at most {MOST} are allowed: take {over} out.")
    with frame.store().begin(actor.university_code) as uow:
        preferences.put(uow, actor, KEY, [int(one) for one in picked] or None)


def _dialog(actor: Principal, found: dict[int, Work], kept: list[int]) -> None:
    def body() -> None:
        picked = st.multiselect(
            t("代表作"), list(found), default=kept, key="representative_picked", placeholder=t("按名称查找"),
            format_func=lambda key: f"{found[key].title} · {found[key].year or '—'}",
        )  # fmt: skip
        st.caption(t("按所选的先后显示。已选 {n} / {most} 项。", n=len(picked), most=MOST))
        if st.button(t("保存"), key="representative_save", type="primary"):
            try:
                keep(actor, picked)
            except OperationError as refused:
                st.error(frame.said(refused))
            else:
                st.rerun()

    st.dialog(t("选择代表作"), width="large")(body)()
