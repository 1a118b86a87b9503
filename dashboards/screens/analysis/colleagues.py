"""合作网络: the person in the middle, own staff on the same records around; each opens the records they share."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import frame
from dashboards.charts import figures
from dashboards.i18n import pick, t
from dashboards.marts import colleagues as reader
from dashboards.marts.colleagues import Colleague
from dashboards.marts.reader import Mart
from dashboards.marts.words import types
from dashboards.screens.analysis import pieces, tools


def panel(mart: Mart, name: str) -> None:
    found = reader.network(mart)
    title = t("合作网络")
    order = sorted({one.college for one in found.colleagues}, key=lambda college: (-sum(o.shared for o in found.colleagues if o.college == college), college))
    around = sorted(found.colleagues, key=lambda one: (order.index(one.college), -one.shared, one.staff_no))
    rows = [{t("工号"): one.staff_no, t("姓名"): one.name, t("学院"): pick(one.college, one.college_en), t("共同记录（条）"): one.shared} for one in found.colleagues]
    note = t("数字为共同的记录数，颜色为学院，连线越粗合作越多；点人名看共同的记录")
    if found.others:
        note += t("；另有 {n} 人未画出", n=found.others)

    def draw(p: figures.Palette) -> figures.Figure:
        members = [(one.person_id, one.name, one.shared, order.index(one.college)) for one in around]
        return figures.network(p, name, members, found.links)

    def opened_dot(point: dict[str, Any]) -> None:
        key = pieces.key_of(point)
        one = next((c for c in found.colleagues if str(c.person_id) == str(key)), None)
        if one is not None:
            shared_dialog(mart, one)

    def more() -> None:
        words = {one.person_id: f"{one.name} {one.staff_no} · {one.shared}" for one in found.colleagues}
        chosen = st.menu_button(t("明细"), list(words), key="network_open", icon=":material/list:", type="tertiary", format_func=lambda key: frame.md(words[key]))
        one = next((c for c in found.colleagues if c.person_id == chosen), None)
        if one is not None:
            shared_dialog(mart, one)
        tools.export_menu(mart, "network", title, name, rows, picture=bool(around))

    pieces.panel(
        title, t("本校人员"), "network", note=note, rows=rows, alt=title, figure=draw if around else None, pick_point=opened_dot, more=more,
        empty_text=t("与本校同事共同署名的记录通过审核后，这里会显示。"),
    )  # fmt: skip


def shared_dialog(mart: Mart, colleague: Colleague) -> None:
    """The records two people share: as many as the number says."""
    found = reader.shared(mart, colleague.person_id)
    named = types(mart)
    rows = [{"link": f"record?id={one.record_id}#{one.number}", t("类型"): pick(*named.get(one.type, (one.type, one.type))), t("名称"): one.title, t("年度"): str(one.year or "—")} for one in found]

    def body() -> None:
        st.markdown(f"**{t('共 {n} 条', n=len(rows))}**")
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, row_height=33, height=min(33 * (len(rows) + 1) + 4, 470), key="shared_grid", alt=t("共同的记录"),
            column_config={"link": st.column_config.LinkColumn(t("编号"), display_text=r"#(.*)$", width=96), t("名称"): st.column_config.TextColumn(width=340)},
        )  # fmt: skip

    st.dialog(f"{t('共同的记录')} · {frame.md(colleague.name)}", width="large")(body)()
