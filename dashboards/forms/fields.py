"""One field on screen: a label, a control for its kind, and the problem below it in red.

Every change is parsed at once and kept as a draft when the field is left. Text is kept while it is being
typed too (0.8 s after the last key), because a browser that dies has not left its field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from dashboards import frame
from dashboards.forms import choices, pickers, progress
from dashboards.forms.state import Form
from dashboards.i18n import language, pick, t
from ingestion import derive
from ingestion.catalog import kinds as k
from ingestion.catalog import places, values
from ingestion.principal import Principal


@dataclass
class Place:
    """Where a value lives: a row (the document itself, or a row of a table in it) and its path in issues."""

    form: Form
    row: dict[str, Any]
    path: str
    key: str


def draw(actor: Principal, form: Form, field: k.Field, row: dict[str, Any], path: str, key_path: str, problems: dict[str, list[k.Issue]]) -> None:
    """The field's control. ``path`` is its place in issues, ``key_path`` its stable place among widgets."""
    place = Place(form, row, path, form.key(key_path))
    with st.container(gap="xxsmall", key=f"at-{place.key}"):
        _control(actor, place, field, _label(place, field))
        found = form.wrong.get(path) or problems.get(path) or []
        for number, issue in enumerate(found):
            with st.container(key=f"err-{place.key}-{number}"):
                st.markdown(frame.md(pick(issue.zh, issue.en)))


BESIDE = ("non_secret", "note", "entering_reason")
"""What a submission asks for beside the record's own fields."""


def selector(form: Form, path: str) -> str:
    """The CSS selector of the field an issue stands at; of the whole step where the field has no place of its own."""
    if path in BESIDE:
        return ".st-key-" + re.sub(r"[^A-Za-z0-9_-]", "-", form.key(path))
    name, index, column = places.parts(path)
    key = name
    if index is not None:
        ids = form.row_ids.get(name, [])
        key = f"{name}-{ids[index]}-{column}" if index < len(ids) else ""
    if not key or name == "contributors":
        return ".st-key-step"
    return ".st-key-" + re.sub(r"[^A-Za-z0-9_-]", "-", f"at-{form.key(key)}")


def _label(place: Place, field: k.Field) -> str:
    star = " *" if progress.required(field, place.row, place.form.document) else ""
    unit = ""
    match field:
        case k.Money():
            unit = t("（元）")
        case k.Decimal(unit_zh=zh, unit_en=en) if zh:
            unit = pick(f"（{zh}）", f" ({en})")
        case _:
            pass
    return progress.label(field) + unit + star  # our own words: an escape would be read aloud


def _help(field: k.Field) -> str | None:
    return frame.md(pick(field.hint_zh, field.hint_en)) or None


def _control(actor: Principal, place: Place, field: k.Field, label: str) -> None:
    ss, key, name = st.session_state, place.key, field.name
    value = place.row.get(name)
    common: dict[str, Any] = {"key": key, "help": _help(field), "on_change": _changed, "args": (place, field)}
    match field:
        case k.Shown():
            st.text_input(label, frame.university_name(actor), disabled=True, key=key, icon=":material/lock:")
        case k.Text():
            _start(place, field)
            st.text_input(label, live="800ms", **common)
        case k.LongText():
            _start(place, field)
            st.text_area(label, height=110, **common)
        case k.Identifier():
            _start(place, field)
            st.text_input(label, placeholder=_pattern(field), **common)
        case k.Secret():
            ss.setdefault(key, place.form.raw.get(place.path, ""))
            st.text_input(label, placeholder=str(value or ""), autocomplete="off", **common)
        case k.Date():
            _start(place, field)
            st.text_input(label, placeholder="yyyy-mm-dd" if not field.partial else t("yyyy-mm-dd，可只到月或年"), icon=":material/calendar_today:", **common)
        case k.Year() | k.Integer() | k.Decimal() | k.Money():
            _start(place, field)
            st.text_input(label, placeholder=_pattern(field), **common)
        case k.YesNo():
            ss.setdefault(key, value)
            st.segmented_control(label, [True, False], format_func=_yes_no, **common)
        case k.Code():
            below = any(isinstance(f, k.Code) and f.parent_field == field.name for f in place.form.type.fields())
            offered = choices.options(actor, field, place.row, place.form.document, _day(place), roots=below)
            name_of_list = choices.code_list(field, place.row, place.form.document)
            if value is not None and value not in offered:
                offered = [*offered, value]  # a retired code stays readable
            if key not in ss or ss[key] not in offered:
                ss[key] = value
            st.selectbox(label, offered, index=None, placeholder=_first_choose(field, offered), format_func=choices.words(actor, name_of_list), **common)
        case k.MultiCode():
            offered = choices.options(actor, field, place.row, place.form.document, _day(place))
            name_of_list = choices.code_list(field, place.row, place.form.document)
            held = list(value or [])
            offered += [c for c in held if c not in offered]
            ss.setdefault(key, held)
            st.multiselect(label, offered, select_all=False, placeholder=t("请选择"), format_func=choices.words(actor, name_of_list), **common)
        case k.TextList():
            ss.setdefault(key, list(value or []))
            st.multiselect(label, list(value or []), select_all=False, accept_new_options=True, placeholder=t("输入后按回车新增一项"), **common)
        case k.UnitRef():
            offered = choices.colleges(actor)
            ids = list(offered) if value in offered or value is None else [*offered, value]
            ss.setdefault(key, value)
            st.selectbox(label, ids, index=None, placeholder=t("请选择"), format_func=lambda i: choices.unit_word(actor, i), **common)
        case k.PersonRef():
            pickers.person(actor, place, label, many=False)
        case k.PersonRefs():
            pickers.person(actor, place, label, many=True)
        case k.RecordRef(targets=targets):
            pickers.reference(actor, place, label, targets, many=False)
        case k.RecordRefs(targets=targets):
            pickers.reference(actor, place, label, targets, many=True)
        case k.FileSlot():
            from dashboards.forms import files

            files.slot(actor, place.form, field, label, missing=progress.required(field, place.row, place.form.document))
        case _:
            raise TypeError(f"no control for {field!r}")


def _start(place: Place, field: k.Field) -> None:
    """What a text control shows first: what was typed and not understood, else the value in its edited form."""
    if place.key not in st.session_state:
        st.session_state[place.key] = place.form.raw.get(place.path, edited(field, place.row.get(field.name)))


def edited(field: k.Field, value: Any) -> str:
    """A value as it is typed."""
    if value is None:
        return ""
    match field:
        case k.Money():
            yuan, fen = divmod(abs(int(value)), 100)
            return f"{'-' if value < 0 else ''}{yuan:,}.{fen:02d}"
        case k.Decimal():
            return f"{float(value):.{field.places}f}".rstrip("0").rstrip(".") if field.places else f"{float(value):.0f}"
        case _:
            return str(value)


EXAMPLES = {"issn": "0253-3766", "doi": "10.1000/182", "cn_serial": "11-2127/TP", "orcid": "0000-0002-1825-0097"}


def _pattern(field: k.Field) -> str | None:
    """What an empty control shows: an example, said to be one."""
    match field:
        case k.Identifier(scheme=scheme) if scheme in EXAMPLES:
            return t("如 {example}", example=EXAMPLES[scheme])
        case k.Money():
            return "0.00"
        case k.Year():
            return "yyyy"
        case _:
            return None


def _day(place: Place) -> str | None:
    """The record's date: codes valid then are offered (AC-168)."""
    found = place.form.document.get(place.form.type.dated_by)
    return str(found) if isinstance(found, str) else None


def _yes_no(value: bool) -> str:
    return t("是") if value else t("否")


def _first_choose(field: k.Code, offered: list[str]) -> str:
    return t("先选上一级") if field.parent_field and not offered else t("请选择")


# --- what a change does ---------------------------------------------------------------------------------


def _changed(place: Place, field: k.Field) -> None:
    form, typed = place.form, st.session_state[place.key]
    if _asks_before_dropping(place, field, typed):
        return
    take(place, field, typed)
    form.notes = _clear_children(place, field)
    if place.row is form.document:
        for name, value in derive.presets(form.type_id, field.name, form.document).items():
            form.document[name] = value
            st.session_state.pop(form.key(name), None)
    form.save()


def take(place: Place, field: k.Field, typed: Any) -> None:
    """The typed value into the document, or into ``raw`` with its message when it cannot be understood."""
    form = place.form
    form.raw.pop(place.path, None)
    form.wrong.pop(place.path, None)
    match field:
        case k.YesNo() | k.Code() | k.UnitRef():
            _put(place.row, field.name, typed)
        case k.MultiCode() | k.TextList():
            _put(place.row, field.name, list(typed) or None)
        case _:
            actor = form.reader or frame.current()
            value, found = values.parse(field, typed, codes=choices.codes(actor), document={**form.document, **place.row})
            issues = [places.placed(form.type, replace(i, field=place.path)) for i in found]
            errors = [i for i in issues if i.severity == "error"]
            if errors:
                form.raw[place.path] = str(typed)
                form.wrong[place.path] = issues
                _put(place.row, field.name, None)
            else:
                _put(place.row, field.name, value)
                if isinstance(field, k.Secret):
                    st.session_state[place.key] = ""
                elif not isinstance(field, k.Text | k.LongText):
                    st.session_state[place.key] = edited(field, value)


def _put(row: dict[str, Any], name: str, value: Any) -> None:
    if value in (None, "", []):
        row.pop(name, None)
    else:
        row[name] = value


def _clear_children(place: Place, field: k.Field) -> list[str]:
    """A sub-category that no longer fits its category is cleared, and said so (AC-156)."""
    notes: list[str] = []
    if not isinstance(field, k.Code):
        return notes
    actor = place.form.reader or frame.current()
    for other in place.form.type.fields():
        if isinstance(other, k.Code) and field.name in (other.parent_field, other.list_by.field if other.list_by else None):
            held = place.row.get(other.name)
            if held is not None and held not in choices.options(actor, other, place.row, place.form.document, _day(place)):
                place.row.pop(other.name)
                st.session_state.pop(place.form.key(other.name), None)
                notes.append(t("“{child}”已清除，因为它不属于现在的“{parent}”。", child=progress.label(other), parent=progress.label(field)))
    return notes


def _asks_before_dropping(place: Place, field: k.Field, typed: Any) -> bool:
    """Changing the type of a paper hides fields: those that hold something are named first (AC-167)."""
    form = place.form
    if place.row is not form.document or not isinstance(field, k.Code | k.YesNo):
        return False
    after = {**form.document, field.name: typed}
    lost = [
        f.name for f in form.type.fields()
        if f.shown_when is not None and form.document.get(f.name) not in (None, "", [])
        and progress.shown(f, form.document, form.document) and not progress.shown(f, after, after)
    ]  # fmt: skip
    if not lost:
        return False
    form.drop = (field.name, typed, lost)
    st.session_state[place.key] = form.document.get(field.name)
    return True


def confirm_drop(form: Form) -> None:
    """The card that asks; common fields stay whatever is answered."""
    if form.drop is None:
        return
    name, typed, lost = form.drop
    actor = frame.current()
    field = form.type.field(name)
    word = choices.code_word(actor, field.code_list, str(typed)) if isinstance(field, k.Code) else _yes_no(bool(typed))
    with st.container(border=True, key="drop", gap="xsmall"):
        st.markdown(f":orange[:material/warning:] **{t('改为“{word}”后，下列内容将清除', word=frame.md(word))}**")
        for item in lost:
            other = form.type.field(item)
            st.text(f"{progress.label(other)}：{values.display(other, form.document.get(item), language(), choices.codes(actor))}")
        with st.container(horizontal=True):
            st.button(t("改变并清除"), key="drop_yes", on_click=_drop, args=(form, True))
            st.button(t("保留原来的"), key="drop_no", on_click=_drop, args=(form, False))


def _drop(form: Form, yes: bool) -> None:
    if form.drop is None:
        return
    name, typed, lost = form.drop
    form.drop = None
    if yes:
        for item in lost:
            form.document.pop(item, None)
            form.raw.pop(item, None)
            st.session_state.pop(form.key(item), None)
        _put(form.document, name, typed)
        st.session_state[form.key(name)] = typed
        form.save()
