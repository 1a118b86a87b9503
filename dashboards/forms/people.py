"""The step with people: between the document's contributor rows and the editor in the browser."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from dashboards import frame
from dashboards.components import contributors as editor
from dashboards.forms import choices
from dashboards.forms.state import Form
from dashboards.i18n import language, pick, t
from ingestion import people
from ingestion.catalog.kinds import Contributors, Issue
from ingestion.principal import Principal

FLAGS = {"corresponding": "通讯", "co_first": "共同一作"}
NUMBERS = {"share": "贡献（%）", "own_words": "撰写字数（万字）", "months_per_year": "月/年", "reward_share": "奖励份额（%）"}
AMOUNT = re.compile(r"^\d+(?:\.\d+)?$")


def draw(actor: Principal, form: Form, step: Contributors, problems: dict[str, list[Issue]]) -> None:
    all_rows = form.document.get("contributors") or []
    mine = [(at, row) for at, row in enumerate(all_rows) if row.get("role") == step.role]
    key = form.key(f"people:{step.name}")
    query = st.session_state.get(f"{key}:text", "")
    with frame.store().read(actor.university_code) as uow:
        held = people.by_ids(uow, actor, [r["person_id"] for _, r in mine if r.get("person_id")])
        found = people.find(uow, actor, query, 8) if query else []
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
        rows=[_to_editor(row, held) for _, row in mine],
        version=f"{form.generation}:{form.record_id}:{st.session_state.get(key + ':v', 0)}",
        columns=_columns(actor, step),
        found=[{"person_id": p.person_id, "staff_no": p.staff_no, "name": p.name, "college": p.college or "—"} for p in found],
        query=query,
        university=frame.university_name(actor),
        first_rank=step.first_rank,
        single=step.single,
        affiliations=step.affiliations,
        problems=shown,
        on_rows=lambda: _rows_changed(actor, form, step, key),
        on_query=lambda: _query_changed(key),
    )
    for number, issue in enumerate(problems.get("contributors") or []):
        with st.container(key=f"err-{key}-{number}"):
            st.markdown(frame.md(pick(issue.zh, issue.en)))
    for bad in form.wrong.get(f"people:{step.name}", []):
        with st.container(key=f"err-{key}-{bad.field}"):
            st.markdown(frame.md(pick(bad.zh, bad.en)))


def _columns(actor: Principal, step: Contributors) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for name in step.extras:
        if name in FLAGS:
            out.append({"name": name, "kind": "flag", "label": t(FLAGS[name])})
        elif name in NUMBERS:
            out.append({"name": name, "kind": "number", "label": t(NUMBERS[name])})
        elif name == "book_role":
            held = choices.codes(actor)
            out.append({"name": name, "kind": "choice", "label": t("著作角色"), "options": [[i.code, i.label(language())] for i in held.items("book_role")]})
        else:
            out.append({"name": name, "kind": "text", "label": t("证书编号")})
    return out


def _to_editor(row: dict[str, Any], held: dict[int, people.Person]) -> dict[str, Any]:
    out = {k: v for k, v in row.items() if k not in ("affiliations", "role")}
    out["affiliation"] = "；".join(a.get("name", "") for a in row.get("affiliations") or [])
    person = held.get(row.get("person_id") or 0)
    if person is not None:
        out["staff_no"], out["college"] = person.staff_no, person.college
    return out


def _query_changed(key: str) -> None:
    st.session_state[f"{key}:text"] = str(st.session_state[key].get("query") or "").strip()


def _rows_changed(actor: Principal, form: Form, step: Contributors, key: str) -> None:
    rows = st.session_state[key].get("rows") or []
    others = [r for r in form.document.get("contributors") or [] if r.get("role") != step.role]
    wrong: list[Issue] = []
    mine = [_from_editor(actor, step, at, dict(row), wrong) for at, row in enumerate(rows)]
    form.document["contributors"] = sorted([*others, *mine], key=lambda r: r["rank"])
    form.wrong.pop(f"people:{step.name}", None)
    if wrong:
        form.wrong[f"people:{step.name}"] = wrong
    st.session_state[f"{key}:text"] = ""
    form.save()


def _from_editor(actor: Principal, step: Contributors, at: int, row: dict[str, Any], wrong: list[Issue]) -> dict[str, Any]:
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
            text = str(value if value is not None else "").strip().replace("，", ",").replace(",", "").rstrip("%％")
            text = text.translate(str.maketrans("０１２３４５６７８９．", "0123456789."))
            if not text:
                continue
            if AMOUNT.match(text):
                out[name] = float(text)
            else:
                wrong.append(Issue(f"contributors[{at}].{name}", f"第 {out['rank']} 位的{NUMBERS[name]}“{value}”不是数字，请填不小于 0 的数字", f"Row {out['rank']}: “{value}” is not a number; give a number of 0 or more"))
        elif value:
            out[name] = str(value).strip()
    return out


def _affiliations(actor: Principal, text: str) -> list[dict[str, Any]]:
    own = {frame.university_name(actor), *frame.university_names(actor.university_code)}
    parts = [part.strip() for part in re.split(r"[；;]", text) if part.strip()]
    return [{"name": part, **({"is_own": True} if any(part.startswith(name) for name in own if name) else {})} for part in parts]
