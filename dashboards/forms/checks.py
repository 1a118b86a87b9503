"""What is wrong with a form now, and what resembles it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import frame
from dashboards.forms import choices, progress
from dashboards.forms.state import Form
from dashboards.i18n import language, pick, t
from ingestion import records
from ingestion.catalog import kinds as k
from ingestion.catalog import values
from ingestion.catalog.kinds import Issue
from ingestion.principal import Principal
from ingestion.records.reasons import MINIMUM_REASON, visible_length
from ingestion.records.submission import warning_key


def issues(actor: Principal, form: Form) -> list[Issue]:
    """All problems of the document as it stands: not understood, not allowed, missing, and what the last
    submission answered beyond that (each once). Asked again only after a save."""
    found = [issue for some in form.wrong.values() for issue in some]
    paths = {issue.field for issue in found}
    if form.record_id is None:
        return found
    stamp = (form.version, form.saves, form.amendment["version"] if form.amendment else 0)
    if form.checked is None or form.checked[0] != stamp:
        with frame.store().read(actor.university_code) as uow:
            form.checked = (stamp, list(records.problems(uow, actor, form.record_id, dict(form.document))))
    found += [i for i in form.checked[1] if i.field not in paths]
    known = {(i.field, i.zh) for i in found}
    ticked = bool(st.session_state.get(form.key("non_secret")))
    extra = [i for i in form.refused if (i.field, i.zh) not in known and i.field not in paths and i.severity == "error"]
    return found + [i for i in extra if not (ticked and i.field == "non_secret") and not (i.field == "note" and form.note.strip()) and not (i.field == "entering_reason" and visible_length(form.entering_reason) >= MINIMUM_REASON)]


def by_path(form: Form, found: list[Issue], far: progress.Progress) -> dict[str, list[Issue]]:
    """The problems to write under each field: before the first submission only those of values that are there."""
    out: dict[str, list[Issue]] = {}
    for issue in found:
        if issue.severity == "error" and (form.asked or issue.field in form.wrong or issue.field in form.raw or _there(form, issue.field)):
            out.setdefault(issue.field, []).append(issue)
    return out


def _there(form: Form, path: str) -> bool:
    match = progress.PATH.match(path)
    if match is None:
        return False
    name, index, column = match.groups()
    value: Any = form.document.get(name)
    if index is not None:
        rows = value or []
        value = rows[int(index)].get(column) if int(index) < len(rows) and column else None
    return value not in (None, "", [])


def warning_id(issue: Issue) -> str:
    return warning_key(issue)


def side_by_side(form: Form) -> None:
    """Both versions of what differs, so that nothing is lost without being seen (AC-085)."""
    if form.stale is None:
        return
    actor = frame.current()
    held = choices.codes(actor)
    pairs = []
    for field in form.type.fields():
        if isinstance(field, k.FileSlot | k.Shown):
            continue
        mine, theirs = form.document.get(field.name), form.stale.document.get(field.name)
        if mine != theirs:
            pairs.append((field, mine, theirs))
    lines = [
        (progress.label(f), t("已保存：{a}    我填的：{b}", a=values.display(f, theirs, language(), held) or "—", b=values.display(f, mine, language(), held) or "—"))
        for f, mine, theirs in pairs
    ]
    for step in form.steps:
        name = "contributors" if isinstance(step, k.Contributors) else step.name
        if not isinstance(step, k.Step | k.Documents) and form.document.get(name) != form.stale.document.get(name):
            lines.append((pick(step.zh, step.en), t("两份不同")))
    frame.rows(lines)
