"""What a university without data sees: what is missing and how to add it, each step with its share done."""

from __future__ import annotations

import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import N_, t
from ingestion.principal import Principal
from ingestion.progress import Step, steps

WORDS = {
    "people": (N_("人员导入"), N_("先录入教师，成果才能归到人和学院。"), "person"),
    "history": (N_("历史数据"), N_("导入往年论文等成果，统计才有可比的年份。"), "paper"),
    "accounts": (N_("账号发放"), N_("为院系管理员和科研人员开通账号。"), "accounts"),
    "this_year": (N_("本年录入"), N_("本年成果经审核通过后计入统计。"), "paper"),
}


def card(actor: Principal) -> None:
    """暂无数据, and the four steps to the first number."""
    with st.container(border=True, gap="small", key="onboarding"):
        st.markdown(f":material/inbox: **{t('暂无数据')}**")
        st.caption(t("按下面四步录入后，统计自动出现；每步显示完成比例。"))
        with frame.store().read(actor.university_code) as uow:
            made = steps(uow, actor)
        for step in made:
            _step(actor, step)


def _step(actor: Principal, step: Step) -> None:
    label, hint, path = WORDS[step.name]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{t(label)}**", width=110)
        st.caption(t(hint), width="stretch")
        st.markdown(f"{step.percent}%", width=48)
        entry = navigation.entry(path)
        if not entry.roles or actor.role in entry.roles:
            st.page_link(navigation.page(path), label=t("去办理"), icon=":material/arrow_forward:")
    st.progress(step.percent / 100, width="stretch")
