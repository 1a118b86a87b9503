"""年底统计: the tables of the form book at the left with a light each, the one chosen at the right as on paper. A cell opens its
records, a red check the records to mend."""

from __future__ import annotations

import streamlit as st

from dashboards import frame
from dashboards.i18n import N_, pick, t
from dashboards.marts.reader import Mart, NoNumbersYet
from dashboards.marts.returns import content, records
from dashboards.marts.returns.book import PROJECT_TABLES, Book, offered
from dashboards.marts.returns.checks import Previous, light
from dashboards.marts.returns.tables import Table, tables
from dashboards.screens import shown
from dashboards.screens.analysis import filters, onboarding, pieces, tools
from dashboards.screens.returns import behind, checked, entering, exporting, lists, paper, signed
from ingestion import permissions, returns, snapshots
from ingestion.principal import Principal

LIGHTS = {"green": (":material/check_circle:", "green", N_("检查通过")), "red": (":material/error:", "red", N_("检查未通过")), "grey": (":material/pending:", "gray", N_("有需填报项"))}

SHOWS = (
    shown.Place("returns", N_("经费表（ST2、SK-FUND）"), shown.TABLE, ("F01", "F09", "F10"), exports=True),
    shown.Place("returns", N_("项目表（ST4、SK）"), shown.TABLE, ("P01", "P03"), exports=True),
)
"""The tables made of measures that are indicators too; the others count records by columns of their own."""


def show() -> None:
    actor = frame.current()
    permissions.require(actor, "view_returns")
    try:
        mart = filters.opened(actor)
    except NoNumbersYet:
        frame.page(t("年底统计"))
        onboarding.card(actor)
        return
    head = frame.page(t("年底统计"), t("教育部科技、社科年报草稿，随数据刷新；定稿前可随时检查"))
    with head:
        year = filters.year(mart)
        tools.print_button()
    pieces.state_notice(mart)
    book = _book(mart, year, _entered(actor, year), _previous(actor, year - 1))
    left, right = st.columns([1, 3.2], gap="medium")
    with left:
        chosen = _menu(book)
        if permissions.can(actor, "sign_figures") or permissions.can(actor, "view_evaluation"):
            signed.card(actor, mart, book)
    with right:
        _table(actor, mart, book, chosen)


def _previous(actor: Principal, year: int) -> Previous | None:
    """The carry-over as signed for ``year``; None without a signed snapshot of it, or where its file is damaged."""
    with frame.store().read(actor.university_code) as uow:
        signed = snapshots.latest(uow, actor, "moe", year).get(actor.university_code)
    if signed is None:
        return None
    try:
        return content.previous_of(signed.number, snapshots.read(signed, "data/cells", "data/carry_over").tables)
    except snapshots.Broken:
        return None


def _book(mart: Mart, year: int, entered: dict[str, dict[tuple[str, str], int]], previous: Previous | None) -> Book:
    """The book of the last drawing where nothing has changed since: lights of all tables cost a second, once a generation."""
    key = (mart.path, mart.meta.generation, year, str(sorted(entered.items())), previous.number if previous else "")
    kept = st.session_state.get("_returns_book")
    if kept is None or kept[0] != key:
        kept = (key, Book(mart, year, entered, previous))
        st.session_state["_returns_book"] = kept
    return kept[1]  # type: ignore[no-any-return]


def _entered(actor: Principal, year: int) -> dict[str, dict[tuple[str, str], int]]:
    with frame.store().read(actor.university_code) as uow:
        found = returns.entries(uow, actor, year)
    out: dict[str, dict[tuple[str, str], int]] = {}
    for (sheet, row, column), one in found.items():
        if one.value is not None:
            out.setdefault(sheet, {})[row, column] = one.value
    return out


def _menu(book: Book) -> Table:
    """The tables with their lights; the choice stands in the address."""
    words = {table.code: _word(book, table) for table in offered()}
    state, query = st.session_state, st.query_params
    if state.get("returns_table") not in words:
        state["returns_table"] = query["table"] if query.get("table") in words else next(iter(words))
    chosen = str(st.radio(t("报表"), list(words), format_func=words.__getitem__, key="returns_table"))
    query["table"] = chosen
    _not_drafted()
    return tables()[chosen]


def _word(book: Book, table: Table) -> str:
    """Light, code and name."""
    icon, colour, _ = LIGHTS[light(book.checks(table.code))]
    return f":{colour}[{icon}] {frame.md(table.code)} {frame.md(pick(table.zh, table.en))}"


def _not_drafted() -> None:
    made = {table.code for table in offered()}
    rest = [table for table in tables().values() if table.code not in made]
    if rest:
        with st.expander(t("没有草稿的表（{n}）", n=len(rest))):
            for table in rest:
                st.caption(f"{table.code} {pick(table.zh, table.en)}")
            st.caption(t("这些表在导出文件中标为需填报。"))


def _table(actor: Principal, mart: Mart, book: Book, table: Table) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="returns_head"):
        st.markdown(f"**{frame.md(table.code)} {frame.md(pick(table.zh, table.en))}**", width="content")
        icon, colour, word = LIGHTS[light(book.checks(table.code))]
        st.badge(t(word), icon=icon, color=colour)  # type: ignore[arg-type]
        st.space("stretch")
        exporting.button(actor, book, table.system)
    if table.code in PROJECT_TABLES.values():
        lists.draw(mart, book, table)
    elif table.code in records.LISTS:
        lists.of_records(mart, book, table)
    else:
        picked = paper.draw(book, table)
        if picked is not None:
            behind.dialog(mart, book, table, picked)
        behind.left_out(mart, book, table)
        entering.form(actor, book, table)
    checked.draw(mart, book, table)

