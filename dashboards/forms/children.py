"""A step that holds a table of rows: one card a row, rows added and removed by buttons."""

from __future__ import annotations

import secrets
from typing import Any

import streamlit as st

from dashboards import frame
from dashboards.forms import fields, progress
from dashboards.forms.state import Form
from dashboards.i18n import pick, t
from ingestion.catalog.kinds import Children, Field, Issue, Money
from ingestion.principal import Principal

NARROW = 190


def draw(actor: Principal, form: Form, step: Children, problems: dict[str, list[Issue]]) -> None:
    rows: list[dict[str, Any]] = form.document.get(step.name) or []
    ids = form.ids_of(step.name)
    if not rows:
        st.caption(t("还没有内容。没有可填的就留空。") if step.min_rows == 0 else t("至少填一行。"))
    for at, row in enumerate(rows):
        with st.container(border=True, gap="xsmall", key=f"row-{form.key(step.name)}-{ids[at]}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{frame.md(pick(step.zh, step.en))} {at + 1}**", width="content")
                st.space("stretch")
                st.button(t("上移"), key=form.key(f"up-{ids[at]}"), type="tertiary", icon=":material/arrow_upward:", disabled=at == 0, on_click=_move, args=(form, step, at, -1))
                st.button(t("移除"), key=form.key(f"del-{ids[at]}"), type="tertiary", icon=":material/close:", on_click=_remove, args=(form, step, at))
            grid = st.grid(4, min_column_width=NARROW, gap="small")
            for field in step.fields:
                if progress.shown(field, row, form.document):
                    with grid.container():
                        fields.draw(actor, form, field, row, f"{step.name}[{at}].{field.name}", f"{step.name}-{ids[at]}-{field.name}", problems)
            _say(form, problems.get(f"{step.name}[{at}]") or [], f"{step.name}{at}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(t("新增一行"), key=form.key(f"add-{step.name}"), icon=":material/add:", on_click=_add, args=(form, step))
        _totals(step, rows)
    _say(form, problems.get(step.name) or [], step.name)


def _say(form: Form, issues: list[Issue], where: str) -> None:
    for number, issue in enumerate(issues):
        with st.container(key=f"err-{form.key(where)}-{number}"):
            st.markdown(frame.md(pick(issue.zh, issue.en)))


def _totals(step: Children, rows: list[dict[str, Any]]) -> None:
    """The sums of the money columns, live."""
    for field in step.fields:
        if isinstance(field, Money) and any(r.get(field.name) for r in rows):
            st.caption(t("{name}合计 {sum} 元", name=frame.md(_word(field)), sum=fields.edited(field, sum(int(r.get(field.name) or 0) for r in rows))), width="content")


def _word(field: Field) -> str:
    return progress.label(field)


def _add(form: Form, step: Children) -> None:
    form.document.setdefault(step.name, []).append({})
    form.ids_of(step.name)[-1] = secrets.token_hex(4)
    form.save()


def _remove(form: Form, step: Children, at: int) -> None:
    form.ids_of(step.name).pop(at)
    form.document[step.name].pop(at)
    form.rows_moved(step.name, lambda row: None if row == at else row - 1 if row > at else row)
    if not form.document[step.name]:
        form.document.pop(step.name)
    form.save()


def _move(form: Form, step: Children, at: int, by: int) -> None:
    rows, ids = form.document[step.name], form.ids_of(step.name)
    rows[at], rows[at + by] = rows[at + by], rows[at]
    ids[at], ids[at + by] = ids[at + by], ids[at]
    form.rows_moved(step.name, lambda row: {at: at + by, at + by: at}.get(row, row))
    form.save()
