"""认领: what names this person and somebody else entered; yes it is mine, or 不是我的."""

from __future__ import annotations

import streamlit as st

from dashboards import acting, frame, navigation
from dashboards.i18n import pick, t
from ingestion import claims
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Principal


def show() -> None:
    actor = frame.current()
    with frame.store().read(actor.university_code) as uow:
        found = claims.pending(uow, actor)
    with frame.page(t("待认领"), t("{n} 条", n=len(found))):
        pass
    if not found:
        frame.empty(t("没有待认领的记录"), t("他人录入、署有您名字的记录会出现在这里。"), icon=":material/person_check:")
        return
    for one in found:
        declared = ALL_RECORDS[one.type_id]
        with st.container(border=True, gap="xsmall", key=f"claim-{one.record_id}"):
            st.markdown(f"**{frame.md(one.title or '—')}**")
            st.caption(frame.md(" · ".join((pick(declared.zh, declared.en), one.number, t("第 {n} 位", n=one.rank), t("由 {name} 录入", name=one.entered_by)))))
            with st.container(horizontal=True, gap="small"):
                buttons(actor, one.record_id)
                if st.button(t("打开"), key=f"open-{one.record_id}", type="tertiary", icon=":material/open_in_new:"):
                    navigation.go("record", id=str(one.record_id))


def buttons(actor: Principal, record_id: int) -> None:
    """认领 and 不是我的, wherever a record that waits for the answer is shown."""
    if st.button(t("认领"), key=f"yes-{record_id}", icon=":material/check:") and acting.attempt(lambda uow, who: claims.confirm(uow, who, record_id), t("已认领")):
        st.rerun()
    if st.button(t("不是我的"), key=f"no-{record_id}", icon=":material/close:") and acting.attempt(lambda uow, who: claims.decline(uow, who, record_id), t("已说明不是本人成果")):
        navigation.go("claims")
