"""明细: the records behind one number, at an address of its own that can be sent to a colleague."""

from __future__ import annotations

import streamlit as st

from dashboards import frame
from dashboards.charts import cached
from dashboards.i18n import N_, t
from dashboards.marts import definitions, numbers, reach
from dashboards.marts.drill import records_allowed
from dashboards.marts.reader import Mart
from dashboards.screens import shown
from dashboards.screens.analysis import exporting, opened, pieces, words
from ingestion.principal import NotFound, Principal

SHOWS = (shown.Place("drill", N_("明细"), shown.LIST, shown.EVERY, exports=True),)


def show() -> None:
    actor = frame.current()
    asked = st.query_params.to_dict()
    try:
        spec = numbers.read(asked)
    except ValueError:
        raise NotFound from None
    mart = _mart(actor, asked.get("university", ""))
    reach.within(mart, asked)
    if spec.indicator not in definitions.catalogue(mart):
        raise NotFound
    found = definitions.definition(mart, spec.indicator)
    if found.is_additive and spec.rule and spec.rule not in found.rules:
        raise NotFound
    head = frame.page(t("明细"), words.name(found))
    pieces.state_notice(mart)
    if not records_allowed(mart, spec):
        frame.empty(t("只显示数字"), t("这项指标涉及个人，省级只看数字，不看记录。"), icon=":material/lock:")
        return
    if mart.meta.university_code == definitions.PROVINCE:
        frame.empty(t("只显示数字"), t("省级文件只有各校合计；选一所高校可到记录。"), icon=":material/leaderboard:")
        return
    here = numbers.number(mart, spec)
    with head:
        exporting.button(actor, mart, spec)
    with st.container(border=True, gap="small"):
        st.markdown(f"**{frame.md(words.titled(found))}** {frame.md(here.shown)}")
        opened.behind(mart, spec, "page")
    with st.container(border=True, gap="small"):
        st.markdown(f"**{t('统计口径')}**")
        opened.definition_card(mart, spec, asked.get("university", ""))


def _mart(actor: Principal, university: str) -> Mart:
    if actor.is_province:
        return cached.open_records_of(actor, university) if university else cached.open_for(actor)
    return cached.open_for(actor)
