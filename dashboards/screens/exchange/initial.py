"""历史初始化: people first, then each type; control totals typed before and compared after; how far each type is."""

from __future__ import annotations

import html

import streamlit as st
from sqlalchemy import func, select

from dashboards import frame, navigation
from dashboards.i18n import pick, t
from dashboards.screens.exchange import wizard
from ingestion import permissions, units
from ingestion.catalog.registry import ALL_RECORDS, TYPE_IDS
from ingestion.exchange.importing import totals
from ingestion.principal import OperationError, Principal
from ingestion.store.platform import record

FIRST = ("person", "institution", "expert", "vertical_project", "horizontal_project", "university_project")


def show() -> None:
    actor = frame.current()
    with frame.page(t("历史初始化"), t("先人员，后项目和经费，再各类成果")):
        if st.button(t("导入批次"), icon=":material/history:", key="to_batches"):
            navigation.go("batches")
    held = _held(actor)
    expected = _expected(actor)
    st.caption(t("每类先录控制数（例如论文 2019 年 1,204 篇），再导入本单位的表；导入后逐年核对，差异列出行号。校验页给出数据质量报告。"))
    if not held.get("person") and not _colleges(actor):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="no_units"):
            st.markdown(f":orange[:material/account_balance: {t('还没有院系')}。{t('先新增学院，再导入人员。')}]", width="content")
            if st.button(t("院系"), icon=":material/arrow_forward:", key="to_units"):
                navigation.go("units")
    elif not held.get("person"):
        st.markdown(f":orange[:material/group: {t('还没有人员。请先导入人员，其他类型才能关联到人。')}]")
    ordered = [*FIRST, *(type_id for type_id in TYPE_IDS if type_id not in FIRST)]
    chosen = _choice(ordered, held)
    _one(actor, chosen, held.get(chosen, {}), expected.get(chosen, {}))
    _table(ordered, held, expected)


def _held(actor: Principal) -> dict[str, dict[int | None, int]]:
    """Records in effect by type and year."""
    with frame.store().read(actor.university_code) as uow:
        rows = uow.conn.execute(
            select(record.c.type, record.c.filed_year, func.count().label("n"))
            .where(record.c.state.not_in(("00", "90")), permissions.visible(actor, record))
            .group_by(record.c.type, record.c.filed_year)
        ).all()
    found: dict[str, dict[int | None, int]] = {}
    for row in rows:
        found.setdefault(row.type, {})[row.filed_year] = row.n
    return found


def _colleges(actor: Principal) -> bool:
    with frame.store().read(actor.university_code) as uow:
        return bool(units.list_for(uow, actor, colleges_only=True))


def _expected(actor: Principal) -> dict[str, dict[int, int]]:
    with frame.store().read(actor.university_code) as uow:
        found = {type_id: totals.of(uow, actor, type_id) for type_id in TYPE_IDS}
    return {type_id: years for type_id, years in found.items() if years}


def _choice(ordered: list[str], held: dict[str, dict[int | None, int]]) -> str:
    """The type to work on: the one asked for, else the first without records."""
    if st.session_state.get("type") not in ordered:
        asked = st.query_params.get("type")
        st.session_state["type"] = asked if asked in ordered else next((one for one in ordered if not held.get(one)), "person")
    chosen = str(st.selectbox(t("类型"), ordered, key="type", format_func=wizard.type_word, width=360))
    st.query_params["type"] = chosen
    return chosen


def _heads(*words: str, numbers: tuple[int, ...]) -> str:
    return "".join(f'<th{" class=number" if at in numbers else ""}>{html.escape(word)}</th>' for at, word in enumerate(words))


def _table(ordered: list[str], held: dict[str, dict[int | None, int]], expected: dict[str, dict[int, int]]) -> None:
    """Every type with its records, control total and state, in the order of work."""
    heads = _heads(t("次序"), t("类型"), t("已有记录"), t("控制数"), t("核对"), numbers=(2, 3))
    lines = ""
    for number, type_id in enumerate(ordered, start=1):
        years, own = expected.get(type_id, {}), held.get(type_id, {})
        wrong = [year for year, n in years.items() if own.get(year, 0) != n]
        state = "—" if not years else t("一致") if not wrong else t("{n} 个年度不一致", n=len(wrong))
        tone = "mute" if not years else "new" if not wrong else "duplicate"
        lines += (
            f'<tr><td class="mute">{number}</td><th scope="row">{html.escape(wizard.type_word(type_id))}</th><td class="number" data-label="{html.escape(t("已有记录"), quote=True)}">{sum(own.values()):,}</td>'
            f'<td class="number" data-label="{html.escape(t("控制数"), quote=True)}">{f"{sum(years.values()):,}" if years else "—"}</td><td class="{tone}">{html.escape(state)}</td></tr>'
        )
    with st.container(border=True, gap="xsmall", key="initial_all"):
        st.markdown(f"**{t('全部类型的进度')}**")
        st.html(f'<div class="yanshu-scroll"><table class="yanshu-list yanshu-data"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>')


def _one(actor: Principal, type_id: str, held: dict[int | None, int], expected: dict[int, int]) -> None:
    name = pick(ALL_RECORDS[type_id].zh, ALL_RECORDS[type_id].en)
    left, right = st.columns([1, 1.2], gap="small")
    with left.container(border=True, gap="small", height="stretch"):
        st.markdown(f"**{t('控制数')} · {frame.md(name)}**")
        st.text_area(
            t("每行一个年度，如 2019=1204"), "\n".join(f"{year}={n}" for year, n in sorted(expected.items())), key=f"totals-{type_id}", height=180,
        )  # fmt: skip
        if st.button(t("保存控制数"), icon=":material/save:", key="save_totals"):
            _save(actor, type_id, str(st.session_state[f"totals-{type_id}"]))
    with right.container(border=True, gap="small", height="stretch"):
        st.markdown(f"**{t('核对')} · {frame.md(name)}**")
        years = sorted({*expected, *(year for year in held if year is not None)}, reverse=True)
        if not years:
            st.caption(t("还没有记录，也没有控制数。"))
        else:
            heads = _heads(t("年度"), t("控制数"), t("实际"), t("差"), numbers=(1, 2, 3))
            lines = "".join(_year(year, expected.get(year), held.get(year, 0)) for year in years[:40])
            st.html(f'<div class="yanshu-scroll"><table class="yanshu-list yanshu-data"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>')
        with st.container(horizontal=True, gap="small"):
            if st.button(t("导入{type}", type=name), type="primary", icon=":material/upload_file:", key="go_import"):
                navigation.go("imports", type=type_id, history="1")
            if st.button(t("本类批次"), icon=":material/history:", key="go_batches"):
                navigation.go("batches", type=type_id)


def _year(year: int, expected: int | None, actual: int) -> str:
    difference = "" if expected is None else f"{actual - expected:+,}" if actual != expected else "✓"
    tone = "mute" if expected is None else "new" if actual == expected else "duplicate"
    return (
        f'<tr><th scope="row">{year}</th><td class="number" data-label="{html.escape(t("控制数"), quote=True)}">{"—" if expected is None else f"{expected:,}"}</td>'
        f'<td class="number" data-label="{html.escape(t("实际"), quote=True)}">{actual:,}</td>'
        f'<td class="number {tone}">{difference}</td></tr>'
    )


def _save(actor: Principal, type_id: str, typed: str) -> None:
    found: dict[int, int] = {}
    wrong: list[str] = []
    for line in typed.replace("，", ",").splitlines():
        year, equals, number = (part.strip() for part in line.replace("＝", "=").partition("="))
        if not line.strip():
            continue
        digits = number.replace(",", "")
        if equals and year.isdecimal() and digits.isdecimal() and len(digits) < 9:
            found[int(year)] = int(digits)
        else:
            wrong.append(line.strip())
    if wrong:
        st.error(frame.md(t("这些行看不懂：{lines}；应为年度=数量，如 2019=1204。", lines="；".join(wrong[:5]))), icon=":material/error:")
        return
    try:
        with frame.store().begin(actor.university_code) as uow:
            totals.keep(uow, actor, type_id, found)
    except OperationError as refused:
        st.error(frame.said(refused), icon=":material/error:")
        return
    st.session_state["said"] = t("控制数已保存")
    st.rerun()

