"""The sheet to hand out: one line and one single-use link for each account that was never activated."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import ColumnElement, select

from ingestion import accounts, permissions, settings
from ingestion.accounts.links import issue_unchecked
from ingestion.people import PERSON
from ingestion.principal import ROLE_NAMES, Principal
from ingestion.store import platform as p
from ingestion.store.engine import Store, UnitOfWork, local_time, today

CHUNK = 500
HEADINGS = (
    ("姓名", "Name"), ("工号", "Staff number"), ("学院", "College"), ("角色", "Role"), ("账号", "Account"), ("激活地址", "Activation address"), ("有效期至", "Valid until"),
)  # fmt: skip
WIDTHS = (12, 14, 20, 20, 14, 78, 18)
ADVICE = (
    "每人一行，剪开后交给本人。激活地址只能使用一次，打开后由本人设置密码；过期后请管理员重新生成。请勿把本文件放在公共位置。",
    "One line a person, to be cut apart and handed over. An address works once, and whoever opens it chooses the password; "
    "ask for a new one when it has expired. Do not keep this file where others can read it.",
)


def waiting(uow: UnitOfWork, actor: Principal, *, never_given: bool = False) -> int:
    """Accounts of the own university that nobody has activated yet. ``never_given``: of these, those no link was made for."""
    return len(_waiting(uow, actor, None, never_given=never_given))


def write_sheet(store: Store, actor: Principal, out: Path, address: str, *, only: Iterable[int] | None = None, language: str = "zh") -> int:
    """New links for accounts not activated, as a workbook its owner alone can read; returns how many lines.

    ``only``: of these accounts, those no link was ever made for, so that a list taken in again leaves the links already
    handed out alone. Without it everybody not activated gets a new link and older ones stop working. ``address``: where
    people reach the product. The links hold once the workbook stands: both or neither.
    """
    with store.begin(actor.university_code) as uow:
        found = _waiting(uow, actor, only, never_given=only is not None)
        until = local_time(uow.now + timedelta(hours=settings.get(uow, "link_hours"))).strftime("%Y-%m-%d %H:%M")
        roles = _roles(uow, actor, language)
        lines = []
        for row in found:
            path = accounts.path_of("activate", issue_unchecked(uow, actor, row.id, actor.university_code, "activate"))
            named = ("; " if language == "en" else "；").join(roles.get(row.id, ()))
            lines.append((row.name, row.staff_no or "", row.college or "", named, row.username, address.rstrip("/") + path, until))
        if lines:
            _write(lines, out, int(language == "en"))
    return len(lines)


def _waiting(uow: UnitOfWork, actor: Principal, only: Iterable[int] | None, *, never_given: bool) -> list[Any]:
    permissions.require(actor, "manage_accounts")
    a, r, token = p.account, p.record, p.one_time_token
    where: list[ColumnElement[bool]] = [
        a.c.university_code == actor.university_code, a.c.enabled.is_(True), a.c.kind != "system", a.c.password_hash.is_(None),
    ]  # fmt: skip
    if never_given:
        where.append(a.c.id.not_in(select(token.c.account_id).where(token.c.account_id.is_not(None), token.c.university_code == actor.university_code)))
    query = (
        select(a.c.id, a.c.name, a.c.username, PERSON.c.staff_no, p.unit.c.name.label("college"))
        .outerjoin(r, r.c.id == a.c.person_id)
        .outerjoin(PERSON, PERSON.c.record_id == a.c.person_id)
        .outerjoin(p.unit, p.unit.c.id == r.c.college_id)
    )
    if only is None:
        rows = list(uow.conn.execute(query.where(*where)))
    else:
        ids = sorted(set(only))
        rows = [row for start in range(0, len(ids), CHUNK) for row in uow.conn.execute(query.where(*where, a.c.id.in_(ids[start : start + CHUNK])))]
    return sorted(rows, key=lambda row: (row.college or "", row.staff_no or "", row.username))


def _roles(uow: UnitOfWork, actor: Principal, language: str) -> dict[int, list[str]]:
    g = p.account_grant
    held = (
        select(g.c.account_id, g.c.role, p.unit.c.name)
        .outerjoin(p.unit, p.unit.c.id == g.c.unit_id)
        .where(g.c.university_code == actor.university_code, g.c.valid_to.is_(None) | (g.c.valid_to >= today()))
        .order_by(g.c.id)
    )
    out: dict[int, list[str]] = {}
    for row in uow.conn.execute(held):
        word = ROLE_NAMES[row.role][language == "en"]
        out.setdefault(row.account_id, []).append(f"{word}（{row.name}）" if row.name and language != "en" else f"{word} ({row.name})" if row.name else word)
    return out


def _write(lines: Sequence[Sequence[str]], out: Path, at: int) -> None:
    out.touch(mode=0o600)
    os.chmod(out, 0o600)
    book = xlsxwriter.Workbook(str(out), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    sheet = book.add_worksheet("Activation" if at else "激活单")
    bold, wrapped = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, ADVICE[at], wrapped)
    sheet.set_row(0, 48)
    sheet.write_row(1, 0, [pair[at] for pair in HEADINGS], bold)
    for n, line in enumerate(lines, start=2):
        sheet.write_row(n, 0, line)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(2, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    book.close()
