"""③ 列对应: what each column of the file means. What is certain is taken, what sounds alike is offered, what is left
out is said. Every decision is kept at once."""

from __future__ import annotations

import html
from dataclasses import replace

import streamlit as st

from dashboards import frame, navigation
from dashboards.i18n import listed, pick, t
from dashboards.screens.exchange import choosing, draft, listing
from dashboards.screens.exchange.draft import Draft
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange import import_jobs
from ingestion.exchange.importing import ColumnMap, Options, Target, mapping, spoken, totals
from ingestion.exchange.layout import by_key
from ingestion.principal import OperationError, Principal

HOW = {"exact": "同名", "label": "同名", "remembered": "上次的对应", "synonym": "常用名称", "chosen": "您选择的"}
LEFT_OUT = ""


def show(actor: Principal, begun: Draft) -> None:
    """The step. Gives nothing: what comes next is the check's batch."""
    _file(actor, begun)
    if begun.kind == "listing":
        listing.show(actor, begun)
        _onward(begun, blocked=not listing.taken(begun))
        return
    if _other_template(actor, begun):
        return
    with frame.store().read(actor.university_code) as uow:
        found = mapping.suggest(uow, actor, begun.type_id, begun.chosen.headings, begun.sheet, begun.chosen.unit)
    try:
        found = found.chosen({heading: said for heading, said in begun.columns.items() if heading in begun.chosen.headings})
    except OperationError:
        begun.columns = {}  # said of a type that has changed since
    _columns(actor, begun, found)
    choosing.show(actor, begun, taken=found.taken)
    _onward(begun, blocked=bool(found.missing()))


# --- the file ------------------------------------------------------------------------------------------


def _file(actor: Principal, begun: Draft) -> None:
    with st.container(border=True, gap="xsmall", key="import_file"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(begun.name, width="content")
            kind = pick(*begun.words) if begun.words else begun.kind
            many = t("{n} 条题录", n=f"{begun.chosen.rows:,}") if begun.words else t("{n} 行", n=f"{begun.chosen.rows:,}")
            about = [" ".join(frame.size_words(begun.size)), kind, begun.encoding, many]
            st.caption(frame.md(" · ".join(one for one in about if one)), width="content")
            st.space("stretch")
            if st.button(t("换一个文件"), icon=":material/upload_file:", key="other_file"):
                draft.forget(actor, begun)
                st.rerun()
        if len(begun.sheets) > 1:
            names = [one.name for one in begun.sheets]
            words = {one.name: f"{one.name}（{one.rows:,}）" for one in begun.sheets}
            st.session_state["import_sheet"] = begun.sheet
            st.selectbox(t("工作表"), names, key="import_sheet", format_func=lambda name: words[name], width=360, on_change=_sheet, args=(begun,))
        for zh, en in begun.chosen.problems:
            st.markdown(f":orange[:material/info: {frame.md(pick(zh, en))}]")


def _sheet(begun: Draft) -> None:
    begun.sheet = st.session_state["import_sheet"]
    draft.save(frame.current(), begun)


def _other_template(actor: Principal, begun: Draft) -> bool:
    """A template of another type is not taken for this one (AC-222)."""
    if begun.template in ("", begun.type_id):
        return False
    other = ALL_RECORDS.get(begun.template)
    name, own = (pick(other.zh, other.en) if other else begun.template), ALL_RECORDS[begun.type_id]
    with st.container(border=True, gap="xsmall", key="problems"):
        st.markdown(f":red[:material/error:] {frame.md(t('这是“{other}”的导入模板，当前要导入的是“{own}”，请换一个文件，或改为导入{other}。', other=name, own=pick(own.zh, own.en)))}")
        if other is not None and st.button(t("改为导入{other}", other=name), key="switch_type"):
            begun.type_id = begun.template
            draft.save(actor, begun)
            navigation.go("imports", type=begun.template)
    return True


# --- the columns ---------------------------------------------------------------------------------------


def _columns(actor: Principal, begun: Draft, found: ColumnMap) -> None:
    glance = begun.chosen
    matched = [one for one in found.targets if one.key]
    open_ = [one for one in found.targets if not one.key and (one.heading or glance.samples[one.index])]
    asked = [one for one in open_ if one.heading and one.how == "none" and (glance.samples[one.index] or one.offered) and begun.columns.get(one.heading) != LEFT_OUT]
    left_out = [one for one in open_ if one not in asked]
    with st.container(border=True, gap="small", key="columns"):
        st.markdown(f"**③ {t('列对应')}** · {t('已对应 {n} 列，待确认 {m} 列，不导入 {k} 列', n=len(matched), m=len(asked), k=len(left_out))}")
        missing = found.missing()
        if missing:
            words = listed(f"“{column.heading(_language())}”" for column in missing)
            st.markdown(f":red[:material/error: {frame.md(t('缺少必需的列：{columns}。请在下面选择对应的列，或在文件中补上。', columns=words))}]")
        for one in asked:
            _row(begun, found, one)
        if left_out:
            st.caption(t("不导入：{columns}", columns=frame.md(listed(one.heading or t("{letter} 列（无列名）", letter=glance.letters[one.index]) for one in left_out))))
        if matched or left_out:
            if st.toggle(t("查看或修改已对应的列"), key="all_columns"):
                for one in (*matched, *(one for one in left_out if one.heading)):
                    _row(begun, found, one)
            else:
                _table(begun, matched)


def _language() -> str:
    return pick("zh", "en")


def _target_word(begun: Draft, one: Target) -> str:
    column = by_key(begun.type_id)[one.key]
    words = column.heading(_language())
    if one.place:
        words += t("（第 {n} 行）", n=one.place)
    return words


def _table(begun: Draft, matched: list[Target]) -> None:
    """Matched columns at a glance; those without content in one line."""
    glance = begun.chosen
    blank = [one for one in matched if not glance.samples[one.index]]
    matched = [one for one in matched if glance.samples[one.index]]
    lines = "".join(
        f'<tr><td class="mute">{html.escape(glance.letters[one.index])}</td><th scope="row">{html.escape(one.heading)}</th><td>→ {html.escape(_target_word(begun, one))}{_unit(one)}{_period(one, glance.samples[one.index])}</td>'
        f'<td class="mute">{html.escape(" · ".join(glance.samples[one.index]))}</td><td class="mute">{html.escape(t(HOW.get(one.how, "")) if one.how in HOW else "")}</td></tr>'
        for one in matched
    )
    heads = "".join(f"<th>{html.escape(word)}</th>" for word in (t("列"), t("文件中的列名"), t("对应到"), t("内容示例"), t("依据")))
    if matched:
        st.html(f'<div class="yanshu-scroll"><table class="yanshu-list yanshu-data"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>')
    if blank:
        st.caption(t("没有内容的列：{columns}", columns=frame.md(listed(one.heading for one in blank))))


def _unit(one: Target) -> str:
    return f' <span class="mute">{html.escape(t("按{unit}换算", unit=one.unit))}</span>' if one.unit else ""


def _period(one: Target, samples: list[str]) -> str:
    """That the cell's second date goes to the end of the period."""
    both = one.key in spoken.ENDS and any(spoken.period(sample) for sample in samples)
    return f' <span class="mute">{html.escape(t("格中的结束日期一并导入"))}</span>' if both else ""


def _row(begun: Draft, found: ColumnMap, one: Target) -> None:
    """One column of the file beside the choice of what it means."""
    glance = begun.chosen
    known = by_key(begun.type_id)
    offered: list[str] = [*one.offered, *(column.key for column in mapping.fields_of(begun.type_id) if column.key not in one.offered)]
    if one.key and one.key not in offered:
        offered.insert(0, one.key)
    key = f"map-{begun.sha256[:8]}-{one.index}"
    st.session_state[key] = one.key if one.key or begun.columns.get(one.heading) == LEFT_OUT else None
    with st.container(key=f"maprow-{one.index}"):
        left, right = st.columns([1.2, 1], gap="small", vertical_alignment="center")
        with left:
            st.markdown(f"{frame.md(glance.letters[one.index])} · **{frame.md(one.heading)}**")
            st.caption(frame.md(" · ".join(glance.samples[one.index])) or t("没有内容"))
        with right:
            st.selectbox(
                t("“{heading}”对应到", heading=frame.md(one.heading)), [LEFT_OUT, *offered], key=key, label_visibility="collapsed", placeholder=_placeholder(begun, one),
                format_func=lambda said: t("不导入这一列") if said == LEFT_OUT else known[said].heading(_language()), on_change=_said, args=(begun, one.heading, key),
            )  # fmt: skip


def _placeholder(begun: Draft, one: Target) -> str:
    words = [by_key(begun.type_id)[key].heading(_language()) for key in one.offered]
    return t("可能是：{columns}", columns=listed(words)) if words else t("请选择，或不导入")


def _said(begun: Draft, heading: str, key: str) -> None:
    said = st.session_state[key]
    if said is None:
        begun.columns.pop(heading, None)
    else:
        begun.columns[heading] = said
    draft.save(frame.current(), begun)


# --- on to the check -----------------------------------------------------------------------------------


def _onward(begun: Draft, *, blocked: bool) -> None:
    refused = begun.options.get("refused")
    if refused:
        with st.container(key="err-check"):
            st.markdown(f":material/error: {frame.md(pick(*refused))}")
    with st.container(horizontal=True, gap="small", key="onward"):
        st.button(t("校验"), type="primary", icon=":material/fact_check:", key="check", disabled=blocked, on_click=_check, args=(begun,))
        st.caption(t("校验只检查，不写入数据。"), width="content")


def options_of(begun: Draft) -> Options:
    """The decisions as the engine takes them."""
    given = begun.options
    college = given.get("college")
    return Options(
        sheet=begun.sheet or None, columns=dict(begun.columns), sets=tuple(given.get("sets", ())), college=str(college) if college else None,
        as_history=bool(given.get("as_history")), people=given.get("people", ""), alike=bool(given.get("alike")), update=not given.get("keep"),
    )  # fmt: skip


def _check(begun: Draft) -> None:
    actor = frame.current()
    begun.options = {name: value for name, value in begun.options.items() if name != "refused"}
    with frame.store().begin(actor.university_code) as uow:
        expected = totals.of(uow, actor, begun.type_id) if begun.options.get("as_history") else {}
        options = replace(options_of(begun), totals=expected)
        begun.job = import_jobs.check(uow, actor, begun.type_id, begun.sha256, begun.name, options, begun.chosen.rows)
    draft.save(actor, begun)
