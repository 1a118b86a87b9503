"""标准代码: every code list with version, source and how many records use each code (AC-187)."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from sqlalchemy import func, select

from dashboards import frame
from dashboards.forms import choices
from dashboards.i18n import language, pick, t
from ingestion import permissions
from ingestion.catalog import codelists
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Principal
from ingestion.store.platform import record, record_value
from ingestion.store.tables import CHILD_TABLES, TYPE_TABLES


def show() -> None:
    actor = frame.current()
    with frame.page(t("标准代码"), t("字段只接受下列代码")):
        pass
    lists = sorted(codelists.BUILT_IN)
    asked = st.query_params.get("list", "")
    if "list" not in st.session_state:
        st.session_state["list"] = asked if asked in lists else lists[0]
    name = st.selectbox(t("代码表"), lists, key="list", format_func=_word, width=420)
    st.query_params["list"] = name
    held = codelists.BUILT_IN[name]
    items = list(choices.codes(actor).table(name).values())
    st.caption(frame.md(t("来源：{source} · 版本：{version}", source=t(held.source), version=held.version or "—") + ("" if held.complete else t(" · 仅部分代码"))))
    used = usage(actor, name)
    table = pd.DataFrame(
        [
            {
                "code": i.code, "label": i.label(language()), "parent": i.parent or "—", "from": i.valid_from or "—", "to": i.valid_to or "—",
                "own": t("本校") if i.own else t("内置"), "used": used.get(i.code, 0),
            }
            for i in items
        ]
    )  # fmt: skip
    words = {"code": t("代码"), "label": t("名称"), "parent": t("上级"), "from": t("启用日期"), "to": t("停用日期"), "own": t("来源")}
    st.dataframe(
        table, hide_index=True, height=min(36 + 33 * len(items), 640), row_height=33, placeholder="—",
        column_config={**{key: st.column_config.TextColumn(w) for key, w in words.items()}, "used": st.column_config.NumberColumn(t("使用的记录"), format="%,d")},
    )  # fmt: skip
    st.markdown(t("共 **{n}** 条", n=f"{len(items):,}"))


def _word(name: str) -> str:
    held = codelists.BUILT_IN[name]
    return f"{pick(held.zh, held.en)} · {name}"


def usage(actor: Principal, name: str) -> dict[str, int]:
    """How many records the reader may see hold each code of a list."""
    out: dict[str, int] = {}
    if actor.is_province:
        return out
    with frame.store().read(actor.university_code) as uow:
        for type_id, declared in ALL_RECORDS.items():
            seen = (permissions.visible(actor, record), record.c.type == type_id)
            for field in declared.fields():
                match field:
                    case k.Code(code_list=held) if held == name:
                        column = TYPE_TABLES[type_id].c[field.name]
                        query = select(column, func.count()).join(record, record.c.id == TYPE_TABLES[type_id].c.record_id).where(*seen, column.is_not(None)).group_by(column)
                    case k.MultiCode(code_list=held) if held == name:
                        query = select(record_value.c.value, func.count()).join(record, record.c.id == record_value.c.record_id).where(*seen, record_value.c.field == field.name).group_by(record_value.c.value)
                    case _:
                        continue
                for code, n in uow.conn.execute(query):
                    out[code] = out.get(code, 0) + n
            for step in declared.children():
                table = CHILD_TABLES[type_id, step.name]
                for field in step.fields:
                    if isinstance(field, k.Code) and field.code_list == name:
                        column = table.c[field.name]
                        query = select(column, func.count(func.distinct(table.c.record_id))).join(record, record.c.id == table.c.record_id).where(*seen, column.is_not(None)).group_by(column)
                        for code, n in uow.conn.execute(query):
                            out[code] = out.get(code, 0) + n
    return out
