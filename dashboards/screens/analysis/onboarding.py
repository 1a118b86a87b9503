"""What a page without data says: what is missing, and where to begin."""

from __future__ import annotations

import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import t
from ingestion.principal import Principal


def card(actor: Principal) -> None:
    """暂无数据. The steps to the first number stand on the home page of who can take them."""
    office = actor.role == "office_admin"
    how = t("导入人员和历史数据，本年成果通过审核后，统计自动出现。") if office else t("有成果通过学校审核后，统计自动出现。")
    with frame.empty(t("暂无数据"), how):
        if office and st.button(t("看启用步骤"), key="to_steps", icon=":material/arrow_forward:"):
            navigation.go("home")
