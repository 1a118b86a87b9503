"""Typed text nobody could read yet: kept with the draft, so that closing the browser loses nothing.

A value that cannot be read (a date that is none) has no place in the record's tables. Its text is kept beside
the draft, encrypted because it may be half an identity number, shown only to who may edit, and stands in the
way of a submission until it is mended. ``path`` is a field, ``table[i].column`` or ``contributors[i].column``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, select

from ingestion import vault
from ingestion.catalog import contributors, places, secrecy, values
from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import Codes
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.records.view import SecrecyRefused, SubmissionRefused
from ingestion.store import platform as p
from ingestion.store.engine import UnitOfWork

MOST, LONGEST = 200, 20_000  # texts of a record; characters of one


def keep(uow: UnitOfWork, header: Mapping[str, Any], texts: Mapping[str, str]) -> None:
    """The texts of a draft, in place of those kept before; none forgets them.

    Raises ``SecrecyRefused`` for marked text and ``SubmissionRefused`` for more than can be kept."""
    _refuse(header["type"], texts)
    forget(uow, header["id"])
    if texts:
        clear = json.dumps(dict(texts), ensure_ascii=False, sort_keys=True)
        uow.conn.execute(
            insert(p.unread_text).values(
                record_id=header["id"], university_code=header["university_code"], cipher=vault.encrypt(clear.encode())
            )
        )


def forget(uow: UnitOfWork, record_id: int) -> None:
    uow.conn.execute(delete(p.unread_text).where(p.unread_text.c.record_id == record_id))


def held(uow: UnitOfWork, record_id: int) -> dict[str, str]:
    """The texts kept for a record, by path: for who may edit it."""
    statement = select(p.unread_text.c.cipher).where(p.unread_text.c.record_id == record_id)
    cipher = uow.conn.execute(statement).scalar_one_or_none()
    return {} if cipher is None else dict(json.loads(vault.decrypt(cipher)))


def issues(type_id: str, texts: Mapping[str, str], codes: Codes, document: Mapping[str, Any]) -> list[Issue]:
    """What is wrong with each text, at its path; of a text that can be read now, that it was not taken in."""
    record_type = ALL_RECORDS[type_id]
    out: list[Issue] = []
    for path, text in texts.items():
        found = [i for i in _read(record_type, path, text, codes, document) if i.severity == "error"]
        if not found:
            zh, en = places.label(record_type, path)
            found = [Issue(path, f"{zh}“{text}”还没有填入，请重新填写", f"{en} “{text}” was not taken in; fill it in again")]
        out.extend(places.placed(record_type, replace(issue, field=path)) for issue in found)
    return out


def _read(
    record_type: k.RecordType, path: str, text: str, codes: Codes, document: Mapping[str, Any]
) -> Iterator[Issue]:
    name, index, column = places.parts(path)
    if name == "contributors" and index is not None:
        yield from contributors.read_amount(column, index + 1, text)[1]
        return
    fields = {f.name: f for f in record_type.fields()}
    for step in record_type.children():
        if index is not None and step.name == name:
            fields = {f.name: f for f in step.fields}
    field = fields.get(column or name)
    if field is not None:
        rows = document.get(name) if index is not None else None
        row = rows[index] if isinstance(rows, list) and index is not None and index < len(rows) else {}
        yield from values.parse(field, text, codes=codes, document={**document, **row})[1]


def _refuse(type_id: str, texts: Mapping[str, str]) -> None:
    record_type = ALL_RECORDS[type_id]
    if len(texts) > MOST:
        raise SubmissionRefused([Issue("", f"有 {len(texts)} 处未能识别，最多 {MOST} 处，请先改正一些。", f"{len(texts)} values cannot be read, at most {MOST}: mend some first.")])
    long = [path for path, text in texts.items() if len(text) > LONGEST]
    if long:
        labels = [places.label(record_type, path) for path in long]
        raise SubmissionRefused(
            [Issue(path, f"{zh}共 {len(texts[path])} 字，最多 {LONGEST} 字", f"{en} has {len(texts[path])} characters, at most {LONGEST}") for path, (zh, en) in zip(long, labels, strict=True)]
        )
    for path, text in texts.items():
        rule = secrecy.scan(text)
        if rule is not None:
            raise SecrecyRefused([secrecy_issue(path, places.label(record_type, path))], rule)


def secrecy_issue(path: str, label: tuple[str, str]) -> Issue:
    """A secrecy mark was found at a place; the text itself is never repeated (AC-232)."""
    return Issue(
        path,
        f"{label[0]}含有涉密标志，涉密数据不得录入本平台；内容未保存。请联系本校保密部门。",
        f"{label[1]} carries a secrecy mark; secret data must not be entered here. Nothing was kept. "
        "Ask the university's secrecy office.",
        rule="V001",
    )
