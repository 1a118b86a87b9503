"""A record read: its fields step by step, people, tables, files, track and history. Used by every screen
that shows one record."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboards import frame
from dashboards.forms import choices, files, progress
from dashboards.forms.people import SHARE, share_word
from dashboards.i18n import language, pick, t
from ingestion import people, records, review, shares
from ingestion.catalog import kinds as k
from ingestion.catalog import values
from ingestion.principal import OperationError, Principal
from ingestion.records.view import RecordView
from ingestion.store.engine import UnitOfWork, local_time

ACTIONS = {
    "submit": "提交", "submit_on_behalf": "代填提交", "submit_skip": "提交（不经学院）", "file": "直接入库", "approve": "通过", "return": "退回", "withdraw": "撤回",
    "hand_back": "退回学院", "void": "作废", "ask": "询问", "answer": "答复", "transfer": "转交", "refuse": "驳回", "open": "发起变更", "apply": "变更生效",
    "amend": "发起变更", "delete": "删除", "import": "导入", "confirmed": "认领", "declined": "不是我的",
}  # fmt: skip


def opened(actor: Principal, record_id: int) -> RecordView | None:
    """The head of a side panel: state, number and title of the ticked record. None, said on the page, where it may
    not be seen any more."""
    try:
        with frame.store().read(actor.university_code) as uow:
            view = records.load(uow, actor, record_id)
    except OperationError as refused:
        st.caption(frame.said(refused))
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        frame.badge(view.display_state)
        st.caption(view.number, width="content")
    st.markdown(f"**{frame.md(view.title or '—')}**")
    return view


def shown(actor: Principal, field: k.Field, value: Any, document: Mapping[str, Any] | None = None) -> str:
    """A value as it is read, references by their words."""
    if value in (None, "", []):
        return "—"
    match field:
        case k.UnitRef():
            return choices.unit_word(actor, value)
        case k.PersonRef():
            return _people_words(actor, [value])
        case k.PersonRefs():
            return _people_words(actor, list(value))
        case k.RecordRef():
            return choices.record_word(actor, value)
        case k.RecordRefs():
            return "；".join(choices.record_word(actor, v) for v in value)
        case k.Secret():
            return str(value)  # a record as read holds the mask
        case _:
            return values.display(field, value, language(), choices.codes(actor), dict(document or {})) or "—"


def _people_words(actor: Principal, ids: list[int]) -> str:
    with frame.store().read(actor.university_code) as uow:
        held = people.by_ids(uow, actor, ids)
    return "；".join(f"{held[i].name}（{held[i].staff_no} {frame.unit_name(actor, held[i].college_id)}）" if i in held else f"#{i}" for i in ids)


def fields(actor: Principal, view: RecordView, document: Mapping[str, Any], *, empty: bool = False) -> None:
    """Label and value of every field that holds something (all with ``empty``), step by step."""
    from ingestion.catalog.registry import ALL_RECORDS

    for step in ALL_RECORDS[view.type_id].steps:
        match step:
            case k.Step(fields=declared):
                pairs = [
                    (progress.label(f), frame.university_name(actor) if isinstance(f, k.Shown) else shown(actor, f, document.get(f.name), document))
                    for f in declared
                    if not isinstance(f, k.FileSlot)
                    and progress.shown(f, document, document)
                    and (empty or isinstance(f, k.Shown) or document.get(f.name) not in (None, "", []))
                ]
                if pairs and (not step.statistics or any(document.get(f.name) not in (None, "", []) for f in declared)):
                    st.markdown(f"**{pick(step.zh, step.en)}**")
                    frame.rows(pairs)
            case k.Contributors():
                _contributors(actor, view, step, document)
            case k.Children():
                _children(actor, step, document)
            case k.Documents():
                pass


def contributor_lines(
    actor: Principal, document: Mapping[str, Any], role: str | None = None, counted: Mapping[int, Decimal] | None = None
) -> list[tuple[str, str]]:
    """Printed rank and everything about each contributor; ``counted``: the share statistics give, by rank."""
    rows = [r for r in document.get("contributors") or [] if role is None or r.get("role") == role]
    with frame.store().read(actor.university_code) as uow:
        held = people.by_ids(uow, actor, [r["person_id"] for r in rows if r.get("person_id")])
    out = []
    for row in rows:
        person = held.get(row.get("person_id") or 0)
        bits = [row.get("name") or "—"]
        if person is not None:
            bits.append(f"{person.staff_no} {frame.unit_name(actor, person.college_id)}")
        kind = {"staff": t("校内"), "student": t("学生"), "external": t("校外")}[row.get("kind", "external")]
        bits.append(kind)
        if row.get("corresponding"):
            bits.append(t("通讯作者"))
        if row.get("co_first"):
            bits.append(t("共同一作"))
        units = "；".join(a.get("name", "") for a in row.get("affiliations") or [])
        if units:
            bits.append(units)
        if counted and row.get("rank") in counted:
            bits.append(t("计分份额 {share}", share=share_word(counted[row["rank"]])))
        out.append((t("第 {n} 位", n=row.get("rank")), " · ".join(bits)))
    return out


def _contributors(actor: Principal, view: RecordView, step: k.Contributors, document: Mapping[str, Any]) -> None:
    counted: dict[int, Decimal] = {}
    if SHARE in step.extras:
        with frame.store().read(actor.university_code) as uow:
            counted = shares.of_document(uow, actor.university_code, view.type_id, document, view.id)
    lines = contributor_lines(actor, document, step.role, counted)
    if lines:
        st.markdown(f"**{pick(step.zh, step.en)}**")
        frame.rows(lines)


def _children(actor: Principal, step: k.Children, document: Mapping[str, Any]) -> None:
    rows = document.get(step.name) or []
    if not rows:
        return
    st.markdown(f"**{pick(step.zh, step.en)}**")
    frame.rows(
        [
            (t("第 {n} 行", n=n), " · ".join(f"{progress.label(f)}：{shown(actor, f, row[f.name], {**document, **row})}" for f in step.fields if row.get(f.name) not in (None, "", [])))
            for n, row in enumerate(rows, 1)
        ]
    )


def changed_files(actor: Principal, view: RecordView) -> None:
    """The files an open change application adds or takes off."""
    found = [f for f in files.listed(actor, view.id, amended=True) if f.change]
    if found:
        st.markdown(f"**{t('附件')}**")
        files.show(actor, found, None)


def files_since(actor: Principal, view: RecordView, moment: datetime) -> int:
    """附件 + new − taken off, since a moment; gives how many changed (AC-080)."""
    return files.since(actor, view.id, moment)


def attachments(actor: Principal, view: RecordView) -> int:
    """The record's files place by place, and which required ones are missing."""
    return files.of_record(actor, view)


def track(actor: Principal, uow: UnitOfWork, record_id: int) -> None:
    """● 个人 → ● 学院 → ○ 学校, with names and times; a step not taken yet says for how long."""
    nodes = []
    for node in review.track(uow, actor, record_id):
        about = local_time(node["at"]).strftime("%m-%d %H:%M") if node["at"] is not None else ""
        if node["skipped"]:
            about = t("不经学院")
        nodes.append((pick(node["zh"], node["en"]), node["name"], about, node["done"]))
    frame.track(nodes)


def history(actor: Principal, record_id: int) -> None:
    """审核记录: who did what when, with the reason."""
    with frame.store().read(actor.university_code) as uow:
        events = review.history(uow, actor, record_id)
    if not events:
        st.caption(t("还没有审核记录"))
        return
    frame.rows([(local_time(e["at"]).strftime("%y-%m-%d %H:%M"), history_words(e)) for e in events], narrow=True)


def history_words(event: Mapping[str, Any]) -> str:
    what = t(ACTIONS.get(event["action"], event["action"]))
    who = f"{event['account_name']}（{frame.role_word(event['role'])}）"
    amended = t("变更 · ") if event.get("amendment_id") else ""
    reason = f"：{event['reason']}" if event.get("reason") else ""
    return f"{amended}{what} · {who}{reason}"


def difference(actor: Principal, type_id: str, before: Mapping[str, Any], after: Mapping[str, Any], *, changes_only: bool, words: tuple[str, str]) -> int:
    """Old and new value field by field; the number of changed ones. Values are escaped: they are data."""
    from ingestion.catalog.registry import ALL_RECORDS

    lines: list[tuple[str, str, str, bool]] = []
    for step in ALL_RECORDS[type_id].steps:
        match step:
            case k.Step(fields=declared):
                for f in declared:
                    if isinstance(f, k.FileSlot | k.Shown):
                        continue
                    a, b = before.get(f.name), after.get(f.name)
                    if a != b or (not changes_only and b not in (None, "", [])):
                        lines.append((progress.label(f), shown(actor, f, a, before), shown(actor, f, b, after), a != b))
            case k.Contributors(role=role):
                a, b = ("\n".join(f"{n} {w}" for n, w in contributor_lines(actor, d, role)) for d in (before, after))
                if a != b or (not changes_only and b):
                    lines.append((pick(step.zh, step.en), a or "—", b or "—", a != b))
            case k.Children(name=name, fields=declared):
                a, b = ("\n".join(" · ".join(shown(actor, f, r[f.name], {**d, **r}) for f in declared if r.get(f.name) not in (None, "", [])) for r in d.get(name) or []) for d in (before, after))
                if a != b or (not changes_only and b):
                    lines.append((pick(step.zh, step.en), a or "—", b or "—", a != b))
            case k.Documents():
                pass
    head = f"<tr><th>{html.escape(t('字段'))}</th><th>{html.escape(words[0])}</th><th>{html.escape(words[1])}</th></tr>"
    body = "".join(
        f"<tr><th scope='row'>{html.escape(label)}</th><td>{'<del>' + html.escape(a) + '</del>' if changed else html.escape(a)}</td>"
        f"<td>{'<ins>' + html.escape(b) + '</ins>' if changed else html.escape(b)}</td></tr>"
        for label, a, b, changed in lines
    )
    if lines:
        st.html(f"<table class='yanshu-kv yanshu-data'>{head}{body}</table>")
    return sum(1 for line in lines if line[3])
