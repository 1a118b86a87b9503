"""The step with people: between the document's contributor rows and the editor in the browser."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboards import frame
from dashboards.components import contributors as editor
from dashboards.forms import choices
from dashboards.forms.state import Form
from dashboards.i18n import language, pick, t
from ingestion import derive, people, shares
from ingestion.catalog import contributors, places
from ingestion.catalog.kinds import Contributors, Issue
from ingestion.principal import Principal

SHARE = "share"
FLAGS = {"corresponding": "通讯", "co_first": "共同一作"}
NUMBERS = {"share": "贡献（%）", "own_words": "撰写字数（万字）", "months_per_year": "月/年", "reward_share": "奖励份额（%）"}

def draw(actor: Principal, form: Form, step: Contributors, problems: dict[str, list[Issue]]) -> None:
    all_rows = form.document.get("contributors") or []
    mine = [(at, row) for at, row in enumerate(all_rows) if row.get("role") == step.role]
    key = form.key(f"people:{step.name}")
    query = st.session_state.get(f"{key}:text", "")
    with frame.store().read(actor.university_code) as uow:
        held = people.by_ids(uow, actor, [r["person_id"] for _, r in mine if r.get("person_id")])
        found = people.find(uow, actor, query, 8) if query else []
        shared = SHARE in step.extras
        found_shares = shares.of_document(uow, actor.university_code, form.type_id, form.document, form.record_id) if shared and mine else {}
        table = shares.table_on(uow, actor.university_code, derive.dated_on(form.type_id, form.document))[1] if shared else None
    shown: dict[str, list[str]] = {}
    for place, (at, _row) in enumerate(mine):
        words = [pick(i.zh, i.en) for path, issues in problems.items() if path.startswith(f"contributors[{at}]") for i in issues]
        if words:
            shown[str(place)] = words
    if not mine and form.asked and problems.get("contributors"):
        shown["-1"] = [pick(i.zh, i.en) for i in problems["contributors"]]
    editor.edit(
        key=key,
        label=pick(step.zh, step.en),
        rows=[_to_editor(actor, row, held) | _typed(form, at) for at, row in mine],
        version=f"{form.generation}:{form.record_id}:{st.session_state.get(key + ':v', 0)}",
        columns=_columns(actor, step),
        found=[{"person_id": p.person_id, "staff_no": p.staff_no, "name": p.name, "college": frame.unit_name(actor, p.college_id) or "—"} for p in found],
        query=query,
        university=frame.university_name(actor),
        first_rank=step.first_rank,
        single=step.single,
        affiliations=step.affiliations,
        problems=shown,
        shares={str(row["rank"]): share_word(found_shares.get(row["rank"])) for _, row in mine} if shared else {},
        on_rows=lambda: _rows_changed(actor, form, step, key),
        on_query=lambda: _query_changed(key),
    )
    if shared:
        st.caption(share_source(table))
    if step.role == "leader" and mine and mine[0][1].get("person_id"):
        _leader(actor, mine[0][1]["person_id"], held)
    for number, issue in enumerate(problems.get("contributors") or []):
        with st.container(key=f"err-{key}-{number}"):
            st.markdown(frame.md(pick(issue.zh, issue.en)))


def _leader(actor: Principal, person_id: int, held: dict[int, people.Person]) -> None:
    """What is known of the leader chosen; read from the person, never typed."""
    with frame.store().read(actor.university_code) as uow:
        known = people.card(uow, actor, person_id)
    title = choices.code_word(actor, "gbt8561_title", known.title) if known.title else "—"
    college = frame.unit_name(actor, held[person_id].college_id) if person_id in held else "—"
    frame.rows([(t("职称"), title), (t("所属学院"), college or "—"), (t("联系电话"), known.phone or "—")], narrow=True)


def _columns(actor: Principal, step: Contributors) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for name in step.extras:
        if name == SHARE:
            out.append({"name": name, "kind": "number", "label": t(NUMBERS[name])})
            out.append({"name": "counted_share", "kind": "shown", "label": t("计分份额")})
        elif name in FLAGS:
            out.append({"name": name, "kind": "flag", "label": t(FLAGS[name])})
        elif name in NUMBERS:
            out.append({"name": name, "kind": "number", "label": t(NUMBERS[name])})
        elif name == "book_role":
            held = choices.codes(actor)
            out.append({"name": name, "kind": "choice", "label": t("著作角色"), "options": [[i.code, i.label(language())] for i in held.items("book_role")]})
        else:
            out.append({"name": name, "kind": "text", "label": t("证书编号")})
    return out


def share_word(share: Decimal | None) -> str:
    return "—" if share is None else f"{share * 100:.2f}%"


def share_source(version: int | None) -> str:
    """Which table the shares come from."""
    by = t("计分份额按本校分配表第 {n} 版计算", n=version) if version else t("计分份额按内置分配表计算")
    return by + t("，只分给校内教师，与统计的“名次加权”一致。")


def _to_editor(actor: Principal, row: dict[str, Any], held: dict[int, people.Person]) -> dict[str, Any]:
    out = {k: v for k, v in row.items() if k not in ("affiliations", "role")}
    out["affiliation"] = "；".join(a.get("name", "") for a in row.get("affiliations") or [])
    person = held.get(row.get("person_id") or 0)
    if person is not None:
        out["staff_no"], out["college"] = person.staff_no, frame.unit_name(actor, person.college_id)
    return out


def _typed(form: Form, at: int) -> dict[str, str]:
    """The numbers of a row nobody could read, as they were typed."""
    held = ((places.parts(path), text) for path, text in form.raw.items())
    return {column: text for (name, index, column), text in held if name == "contributors" and index == at}


def _query_changed(key: str) -> None:
    st.session_state[f"{key}:text"] = str(st.session_state[key].get("query") or "").strip()


def _rows_changed(actor: Principal, form: Form, step: Contributors, key: str) -> None:
    sent = [dict(row) for row in st.session_state[key].get("rows") or []]
    before = form.document.get("contributors") or []
    # Each row with the texts in it nobody could read: of this step as sent, of the other steps as they stand.
    rows = [(row, _typed(form, at)) for at, row in enumerate(before) if row.get("role") != step.role]
    rows += [_from_editor(actor, step, at, row) for at, row in enumerate(sent)]
    rows.sort(key=lambda pair: pair[0]["rank"])
    form.rows_moved("contributors", lambda _row: None)
    form.document["contributors"] = [row for row, _texts in rows]
    for at, (row, texts) in enumerate(rows):
        for column, text in texts.items():
            path = f"contributors[{at}].{column}"
            form.raw[path] = text
            form.wrong[path] = [replace(i, field=path) for i in contributors.read_amount(column, row["rank"], text)[1]]
    st.session_state[f"{key}:text"] = ""
    form.save()


def _from_editor(actor: Principal, step: Contributors, at: int, row: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The row for the document, and what was typed for a number and is none, by column."""
    texts: dict[str, str] = {}
    out: dict[str, Any] = {
        "role": step.role, "rank": step.first_rank + at, "kind": row.get("kind") if row.get("kind") in ("staff", "student", "external") else "external",
        "name": str(row.get("name") or "").strip(), "affiliations": _affiliations(actor, str(row.get("affiliation") or "")),
    }  # fmt: skip
    if isinstance(row.get("person_id"), int):
        out["person_id"] = row["person_id"]
    for name in step.extras:
        value = row.get(name)
        if name in FLAGS:
            if value:
                out[name] = True
        elif name in NUMBERS:
            number, found = contributors.read_amount(name, out["rank"], value)
            if found:
                texts[name] = str(value)
            elif number is not None:
                out[name] = number
        elif value:
            out[name] = str(value).strip()
    return out, texts


def _affiliations(actor: Principal, text: str) -> list[dict[str, Any]]:
    own = {frame.university_name(actor), *frame.university_names(actor.university_code)}
    parts = [part.strip() for part in re.split(r"[；;]", text) if part.strip()]
    return [{"name": part, **({"is_own": True} if any(part.startswith(name) for name in own if name) else {})} for part in parts]
