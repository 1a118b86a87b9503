"""Choosing a person or a record: type, see who or what it is, choose. Never by name alone (AC-040)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboards import frame
from dashboards.forms import choices
from dashboards.i18n import t
from ingestion import people, search
from ingestion.principal import Principal

if TYPE_CHECKING:
    from dashboards.forms.fields import Place

SHOWN = 8


def person_word(actor: Principal, found: people.Person) -> str:
    return f"{found.name} · {found.staff_no} · {frame.unit_name(actor, found.college_id) or '—'}"


def person(actor: Principal, place: Place, label: str, *, many: bool) -> None:
    with frame.store().read(actor.university_code) as uow:
        held = people.by_ids(uow, actor, _ids(place))
        words = {i: person_word(actor, held[i]) if i in held else f"#{i}" for i in _ids(place)}
        typed = _search_box(place, label, t("输入工号、姓名或拼音"), words, many)
        found = [(p.person_id, person_word(actor, p)) for p in people.find(uow, actor, typed, SHOWN)] if typed else []
    _offer(place, typed, found, many)


def reference(actor: Principal, place: Place, label: str, targets: tuple[str, ...], *, many: bool) -> None:
    words = {i: choices.record_word(actor, i) for i in _ids(place)}
    typed = _search_box(place, label, t("输入名称或编号"), words, many)
    found: list[tuple[int, str]] = []
    if typed:
        with frame.store().read(actor.university_code) as uow:
            for target in targets:
                page = search.find(uow, actor, search.Query(type_id=target, keyword=typed, size=SHOWN))
                found += [(row.id, f"{row.title} · {row.number}") for row in page.rows]
    _offer(place, typed, found[:SHOWN], many)


def _ids(place: Place) -> list[int]:
    value = place.row.get(_name(place))
    return list(value) if isinstance(value, list) else [value] if value is not None else []


def _name(place: Place) -> str:
    return place.path.rpartition(".")[2]


def _search_box(place: Place, label: str, hint: str, words: dict[int, str], many: bool) -> str:
    for record_id, word in words.items():
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            if not many:
                st.caption(label, width="content")
            st.text(word)
            st.button(t("移除"), key=f"{place.key}:-{record_id}", type="tertiary", on_click=_remove, args=(place, record_id), icon=":material/close:")
    if words and not many:
        return ""
    return str(st.text_input(label, key=f"{place.key}:q", placeholder=hint, live="400ms", icon=":material/search:") or "").strip()


def _offer(place: Place, typed: str, found: list[tuple[int, str]], many: bool) -> None:
    if typed and not found:
        st.caption(t("没有找到“{text}”", text=frame.md(typed)))
    taken = _ids(place)
    for record_id, word in found:
        if record_id not in taken:
            st.button(frame.md(word), key=f"{place.key}:+{record_id}", type="tertiary", icon=":material/add:", on_click=_choose, args=(place, record_id, many))


def _choose(place: Place, record_id: int, many: bool) -> None:
    name = _name(place)
    place.row[name] = [*_ids(place), record_id] if many else record_id
    st.session_state[f"{place.key}:q"] = ""
    place.form.wrong.pop(place.path, None)
    place.form.save()


def _remove(place: Place, record_id: int) -> None:
    name = _name(place)
    left: Any = [i for i in _ids(place) if i != record_id]
    if isinstance(place.row.get(name), list) and left:
        place.row[name] = left
    else:
        place.row.pop(name, None)
    place.form.save()
