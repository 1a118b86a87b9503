"""One form being filled in: the document as typed so far, where it is kept, and what is wrong with it.

The store holds the draft; the address holds its id and step; this object lives in the session and can be
rebuilt from both after F5. What cannot be understood (a date that is none) is in ``raw``, by its path: it stays
on screen beside its message, and the store keeps it beside the draft.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import streamlit as st

from dashboards import frame
from dashboards.i18n import pick, t
from ingestion import amendments, audit, people, permissions, records
from ingestion.catalog import places
from ingestion.catalog.kinds import AnyStep, Issue, RecordType, Step
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.principal import Denied, OperationError, Principal
from ingestion.records.view import RecordView, StaleVersion
from ingestion.store.engine import local_time, utc_now

KEY = "form"


@dataclass
class Form:
    """``saves`` counts the saves of this visit; ``stale`` holds the record as somebody else saved it; ``followed`` is
    the step the address was last made to name; ``reader`` is whom the page was last drawn for: a value is
    understood for them even if their session has fallen asleep."""

    type_id: str
    record_id: int | None = None
    version: int = 0
    amendment: dict[str, Any] | None = None
    document: dict[str, Any] = field(default_factory=dict)
    state: str = "00"
    allowed: frozenset[str] = frozenset()
    raw: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, list[Issue]] = field(default_factory=dict)
    asked: bool = False
    refused: list[Issue] = field(default_factory=list)
    confirmed: set[str] = field(default_factory=set)
    saved_at: datetime | None = None
    saves: int = 0
    step: str = ""
    followed: str = ""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    notes: list[str] = field(default_factory=list)
    stale: RecordView | None = None
    trouble: str = ""
    row_ids: dict[str, list[str]] = field(default_factory=dict)
    drop: tuple[str, Any, list[str]] | None = None
    checked: tuple[Any, list[Issue]] | None = None
    near: tuple[Any, list[Any]] | None = None
    note: str = ""
    entering_reason: str = ""
    reader: Principal | None = None
    dirty: bool = False
    files: list[Any] = field(default_factory=list)
    largest_file: int = 0
    most_files: int = 0
    taken: set[str] = field(default_factory=set)
    uid: str = field(default_factory=lambda: "f" + secrets.token_hex(3))
    generation: int = 0

    @property
    def type(self) -> RecordType:
        return ALL_RECORDS[self.type_id]

    @property
    def steps(self) -> tuple[AnyStep, ...]:
        """The numbered steps. 统计信息 is none of them: it folds out below the first one."""
        return tuple(s for s in self.type.steps if not (isinstance(s, Step) and s.statistics))

    @property
    def folded(self) -> tuple[Step, ...]:
        return tuple(s for s in self.type.steps if isinstance(s, Step) and s.statistics)

    def step_now(self) -> AnyStep:
        return next((s for s in self.steps if s.name == self.step), self.steps[0])

    def key(self, path: str) -> str:
        """The key of a widget: the same before and after the first save, so that typing is not interrupted.
        ``generation`` grows when the document is replaced from outside."""
        return f"{self.uid}-{self.generation}-{path}"

    def ids_of(self, children: str) -> list[str]:
        """A stable id for each row, so that removing one does not move what was typed in the others."""
        rows = self.document.get(children) or []
        ids = self.row_ids.setdefault(children, [])
        while len(ids) < len(rows):
            ids.append(secrets.token_hex(4))
        del ids[len(rows) :]
        return ids

    # --- keeping -----------------------------------------------------------------------------------

    def save(self) -> bool:
        """Keeps the document as a draft; nothing is required for that. False when it could not be kept."""
        actor = frame.current()
        self.trouble = ""
        try:
            store = frame.store()
            with audit.refusals(store, actor, "save", self.type_id, self.record_id), store.begin(actor.university_code) as uow:
                if self.amendment is not None and self.record_id is not None:
                    view = amendments.save(uow, actor, self.record_id, self.amendment["version"], dict(self.document), unread_texts=self.raw)
                elif self.record_id is None:
                    view = records.create_draft(uow, actor, self.type_id, dict(self.document), self.raw)
                else:
                    view = records.save_draft(uow, actor, self.record_id, self.version, dict(self.document), step=self.step, unread_texts=self.raw)
        except StaleVersion as stale:
            self.stale = stale.current
            return False
        except OperationError as refused:
            self.trouble = pick(refused.zh, refused.en)
            return False
        self._take(view)
        self.dirty = False
        self.saved_at = utc_now()
        self.saves += 1
        return True

    def _take(self, view: RecordView) -> None:
        first = self.record_id is None
        self.record_id, self.version, self.state, self.allowed = view.id, view.version, view.state, view.allowed
        if self.amendment is not None:
            self.amendment = view.amendment
        if first:
            st.query_params["id"] = str(view.id)

    def rows_moved(self, table: str, place: Callable[[int], int | None]) -> None:
        """Texts not understood follow their rows: ``place`` gives a row's new number, None for a row that went."""
        for held in (self.raw, self.wrong):
            moved: dict[str, Any] = {}
            for path, value in held.items():
                name, index, column = places.parts(path)
                if index is None or name != table:
                    moved[path] = value
                elif (now := place(index)) is not None:
                    new = f"{table}[{now}].{column}"
                    moved[new] = value if held is self.raw else [dataclasses.replace(i, field=new) for i in value]
            held.clear()
            held.update(moved)  # type: ignore[arg-type]

    def replace(self, document: dict[str, Any], version: int, raw: dict[str, str]) -> None:
        """Another document takes the place of what is on screen, with the texts kept beside it."""
        self.document, self.version = document, version
        self.raw = raw
        self.wrong.clear()
        self.row_ids.clear()
        self.stale = None
        self.generation += 1

    def saved_words(self) -> str:
        if self.saved_at is None:
            return ""
        return t("已自动暂存 {at} · 第 {n} 次", at=local_time(self.saved_at).strftime("%H:%M:%S"), n=self.saves)


def opened(type_id: str | None, record_id: int | None, step: str | None, amend: bool) -> Form:
    """The form of this address: the one in the session if it is the same, else rebuilt from the store."""
    held = st.session_state.get(KEY)
    if isinstance(held, Form) and (held.amendment is not None) == amend:
        if record_id is not None and held.record_id == record_id:
            return held
        if record_id is None and held.record_id is None and held.type_id == type_id:
            return held
    form = _load(record_id, amend) if record_id is not None else _blank(str(type_id))
    names = [s.name for s in form.steps]
    form.step = step if step in names else form.step if form.step in names else names[0]
    st.session_state[KEY] = form
    return form


def _load(record_id: int, amend: bool) -> Form:
    actor = frame.current()
    with frame.store().read(actor.university_code) as uow:
        view = records.load(uow, actor, record_id)
    form = Form(view.type_id, view.id, view.version, state=view.state, allowed=view.allowed)
    form.step = str(view.header.get("step") or "")
    if amend and view.amendment is not None:
        form.amendment = view.amendment
        form.document = dict(view.amendment["document"])
    else:
        form.document = dict(view.document)
    form.raw = kept_texts(record_id)
    return form


def kept_texts(record_id: int) -> dict[str, str]:
    """What the store keeps of texts nobody could read; nothing for a record its reader cannot edit."""
    actor = frame.current()
    try:
        with frame.store().read(actor.university_code) as uow:
            return records.unread_texts_of(uow, actor, record_id)
    except Denied:
        return {}


def _blank(type_id: str) -> Form:
    """Nothing is written before the first value: opening a form leaves no empty draft behind. Preset is what
    the store already knows: the college, and the person who fills it in as first contributor."""
    actor = frame.current()
    if not permissions.can(actor, "create", type_id):
        raise Denied
    form = Form(type_id)
    college, me = actor.unit_id, None
    with frame.store().read(actor.university_code) as uow:
        if actor.person_id is not None:
            me = people.by_ids(uow, actor, [actor.person_id]).get(actor.person_id)
            college = college or (me.college_id if me else None)
    if college is not None:
        form.document["college_id"] = college
    first = next(form.type.contributor_steps(), None)
    if me is not None and first is not None and actor.role == "researcher":
        own = {"name": frame.university_names(actor.university_code)[0], "is_own": True}
        form.document["contributors"] = [
            {"role": first.role, "rank": first.first_rank, "kind": "staff", "person_id": me.person_id, "name": me.name, "affiliations": [own] if first.affiliations else []}
        ]
    return form
