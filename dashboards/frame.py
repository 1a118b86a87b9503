"""What stands around every page: who is here, the top bar, the as-of line, the title, refusals.

Every rerun and every callback asks the store who the visitor is: a disabled account or a changed role takes
effect at the next click. Nothing about identity is kept in the session state.
"""

from __future__ import annotations

import html
import logging
import re
import secrets
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from dashboards import navigation
from dashboards.i18n import pick, reading, t
from ingestion import accounts, audit
from ingestion.principal import ROLE_NAMES, Denied, NotFound, OperationError, Principal
from ingestion.store.engine import Store, local_time, open_store

STATIC = Path(__file__).parent / "static"
LOG = logging.getLogger("yanshu.page")


@lru_cache(maxsize=1)
def store() -> Store:
    """The one store of this process."""
    return open_store()


# --- who is here ----------------------------------------------------------------------------------------


def token() -> str:
    return str(st.context.cookies.get(accounts.COOKIE, ""))


ONE_RERUN = 0.25  # seconds: the several questions of one rerun ask the store once; the next click asks again


def forget() -> None:
    """After a change of role or language: who acts is asked again at once."""
    st.session_state.pop("_who", None)


def current() -> Principal:
    """Who acts, looked up now. Without a live login the browser goes to /login; after idle time the page
    stays and a dialog asks for the password."""
    asked = st.session_state.get("_who")
    if asked is not None and time.monotonic() - asked[0] < ONE_RERUN and asked[1] == token():
        reading(asked[2].language)
        return asked[2]  # type: ignore[no-any-return]
    principal = accounts.principal_for_token(store(), token())
    if principal is None:
        _leave_or_ask()
        st.stop()
    st.session_state["_who"] = (time.monotonic(), token(), principal)
    reading(principal.language)
    return principal


def _leave_or_ask() -> None:
    if accounts.idle_account(store(), token()) is None:
        command("go", to="/login")
    else:
        _password_dialog()


@st.dialog("研数", dismissible=False)
def _password_dialog() -> None:
    st.text(t("太久没有操作。输入密码后从这里继续。"))
    password = st.text_input(t("密码"), type="password", autocomplete="current-password", key="idle_password", live="300ms")
    if st.button(t("继续"), type="primary", width="stretch", key="idle_go"):
        try:
            accounts.reauthenticate(store(), token(), password)
        except OperationError as refused:
            st.error(said(refused))
        else:
            st.rerun()


def command(name: str, **data: str) -> None:
    """Something only the browser can do (see COMMANDS in static/shell.js); done once for each token."""
    fields = "".join(f' data-{key}="{html.escape(str(value), quote=True)}"' for key, value in data.items())
    st.html(f'<div data-yanshu="{name}" data-once="{secrets.token_hex(6)}"{fields}></div>')


def full_address(path: str) -> str:
    """An address of this installation as somebody else opens it, for a path of ours."""
    here = urlsplit(str(st.context.url or ""))
    return f"{here.scheme}://{here.netloc}{path}" if here.netloc else path


# --- words ----------------------------------------------------------------------------------------------


def md(text: object) -> str:
    """Data where only Markdown is possible (a button, a label): nothing in it is read as markup."""
    broken = re.sub(r"(?<=[:\-=<])(?=[a-z\-=><])", "\u2060", str(text))
    return re.sub(r"([\\`*_{}\[\]()#+.!|<>~:$&-])", r"\\\1", broken)


def said(problem: OperationError) -> str:
    return md(pick(problem.zh, problem.en))


def role_word(role: str) -> str:
    return pick(*ROLE_NAMES[role])


def university_name(principal: Principal) -> str:
    zh, en = _university(principal.university_code)
    return pick(zh, en)


def university_names(code: str) -> tuple[str, str]:
    """Both names of a university: what may be printed as its own affiliation."""
    return _university(code)


def _half_minute() -> int:
    """Names are kept for half a minute: renaming shows soon, and a list of 50 rows asks once."""
    return int(time.monotonic() // 30)


def _university(code: str) -> tuple[str, str]:
    return _university_at(code, _half_minute())


@lru_cache(maxsize=512)
def _university_at(code: str, _when: int) -> tuple[str, str]:
    from sqlalchemy import select

    from ingestion.store.platform import university

    with store().read(code) as uow:
        row = uow.conn.execute(select(university.c.name, university.c.name_en).where(university.c.code == code)).one()
    return str(row.name), str(row.name_en or row.name)


# --- the page -------------------------------------------------------------------------------------------


def run() -> None:
    """One rerun: identity, menu, top bar, page."""
    st.set_page_config(page_title="研数", page_icon=str(STATIC / "icon.svg"), layout="wide", initial_sidebar_state="collapsed")
    from dashboards import topbar

    principal = current()
    dark = st.context.theme.type == "dark"
    st.logo(str(STATIC / ("logo-dark.svg" if dark else "logo.svg")), size="medium")
    chosen = st.navigation(navigation.menu(principal), position="top")
    topbar.draw(principal, chosen.url_path or "home")
    told = st.session_state.pop("said", None)
    if told:
        st.toast(md(told), icon=":material/check_circle:")
    chosen.run()


def draw(path: str, screen: Callable[[], None]) -> None:
    """A page inside the frame. Refusals of operations become one sentence, never a trace."""
    from dashboards import past
    from dashboards.marts.reader import OlderFile

    principal = current()
    _arrive(path)
    as_of_line(principal, lambda: past.control(path))
    found = navigation.entry(path)
    if found.roles and principal.role not in found.roles:
        _log_refusal(principal, path)
        empty(t("无权限"), t("当前角色不能打开这一页。可以在右上角切换角色。"), icon=":material/lock:")
        return
    past.banner(path)
    try:
        screen()
    except (NotFound, Denied) as refused:
        _log_refusal(principal, path)
        empty(said(refused), "", icon=":material/lock:")
    except OlderFile as old:
        empty(t("正在按新版本重算"), said(old), icon=":material/update:")
    except Exception as problem:  # the card must stand inside the page, where the reader is
        script_error(problem)


def _log_refusal(principal: Principal, path: str) -> None:
    """Who asked for a page or record they may not see; once an address, not once a rerun."""
    asked = (path, str(st.query_params.get("id", ""))[:60])
    if st.session_state.get("_refused") != asked:
        st.session_state["_refused"] = asked
        audit.refused(store(), principal, "open", path[:40], asked[1] or None)


def _arrive(path: str) -> None:
    """Filters belong to one page: coming from another one, they are read from the address anew."""
    if st.session_state.get("_path") != path:
        st.session_state["_path"] = path
        for key in ("q", "college", "person", "year", "state", "from", "to", "join", "page", "size", "advanced", "own", "type", "id", "only", "file"):
            st.session_state.pop(key, None)
        for key in [k for k in st.session_state if isinstance(k, str) and k.startswith("f_")]:
            st.session_state.pop(key)


def page(title: str, trail: str = "", *, key: str = "head") -> Any:
    """The title of a page with its trail; gives the container at the right for its buttons."""
    head = st.container(horizontal=True, vertical_alignment="center", gap="small", key=key)
    head.subheader(md(title), anchor=False, width="content")
    if trail:
        head.caption(md(trail), width="content")
    head.space("stretch")
    return head.container(horizontal=True, width="content", gap="small", key=f"{key}_actions")


def empty(title: str, text: str, *, icon: str = ":material/inbox:") -> Any:
    """What is missing, in our own card: never an empty grid. ``title`` is Markdown already escaped."""
    card = st.container(border=True, horizontal_alignment="center", gap="xsmall")
    card.markdown(f"{icon} **{title}**", width="content")
    if text:
        card.caption(text, width="content")
    return card


def script_error(problem: Exception) -> bool:
    """Instead of a trace: one card with a number that stands in the server's log."""
    number = secrets.token_hex(3).upper()
    LOG.error("page error %s", number, exc_info=problem)
    if isinstance(problem, OperationError):
        st.warning(said(problem), icon=":material/lock:")
        return True
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":red[:material/error:] **{t('这一步没有成功')}**")
        st.caption(t("已保存的内容没有丢失。请重试；仍不行时把编号告诉管理员：{number}", number=number))
        st.button(t("重试"), key=f"again{number}")
    return True


@lru_cache(maxsize=4096)
def _unit_names(university_code: str, unit_id: int, _when: int) -> tuple[str, str]:
    from sqlalchemy import select

    from ingestion.store.platform import unit

    with store().read(university_code) as uow:
        row = uow.conn.execute(select(unit.c.name, unit.c.name_en).where(unit.c.id == unit_id, unit.c.university_code == university_code)).first()
    return (str(row.name), str(row.name_en or row.name)) if row else ("—", "—")


def unit_name(principal: Principal, unit_id: int | None) -> str:
    """The name of a unit of the reader's university, closed ones too; empty for none."""
    return pick(*_unit_names(principal.university_code, unit_id, _half_minute())) if unit_id is not None else ""


def as_of_line(principal: Principal, beside: Callable[[], None]) -> None:
    """江城大学 · 科研处管理员 · 数据截至 … · 批次 #n · 对账: which numbers a page can show at all. ``beside``: what a page
    of figures offers at the line's end."""
    parts = [md(university_name(principal)), role_word(principal.role)]
    fresh = freshness(principal)
    if fresh is None or fresh.as_of is None:
        parts.append(t("数据尚未生成"))
    else:
        parts.append(t("数据截至 {at}", at=local_time(fresh.as_of).strftime("%Y-%m-%d %H:%M:%S")))
        parts.append(t("批次 #{n}", n=fresh.generation))
        parts.append(
            ":green[:material/check_circle: " + t("对账一致") + "]"
            if fresh.reconciled
            else ":orange[:material/error: " + t("对账未通过") + "]"
        )
        if fresh.waiting:
            parts.append(t("待计入 {n} 条", n=fresh.waiting))
        if fresh.paused:
            parts.append(":orange[:material/pause_circle: " + t("刷新暂停") + "]")
        if fresh.held:
            parts.append(":orange[:material/warning: " + t("新数据未发布：{check}", check=md(pick(fresh.held, fresh.held_en))) + "]")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="asof"):
        st.caption(" · ".join(parts))
        beside()


def freshness(principal: Principal) -> Any:
    """Time, generation and reconciliation of the figures this principal reads, what waits; None without any."""
    from dashboards.marts import freshness as figures

    with store().read("*" if principal.is_province else principal.university_code) as uow:
        return figures.of(uow, principal)


# --- small pieces that hold data --------------------------------------------------------------------------


def size_words(size: int) -> tuple[str, str]:
    """Bytes as a number and its unit, as file managers count."""
    for unit, shift in (("GB", 30), ("MB", 20)):
        if size >= 1 << shift:
            return f"{size / (1 << shift):.1f}", unit
    return (str(max(1, round(size / 1024))), "KB") if size else ("0", "KB")


def file_link(attachment_id: int, name: str, size: int) -> str:
    """A link to an attachment behind the permission gate, as escaped HTML for ``st.html``."""
    shown = " ".join(size_words(size))
    return f'<span class="yanshu-file"><a href="/files/{int(attachment_id)}" target="_blank" rel="noopener">{html.escape(name)}</a> · {shown}</span>'


def rows(pairs: list[tuple[str, str]], *, narrow: bool = False, numbers: bool = False) -> None:
    """Label and value, line by line. Everything is escaped: values are data."""
    body = "".join(f"<tr><th scope='row'>{html.escape(a)}</th><td>{html.escape(b)}</td></tr>" for a, b in pairs)
    st.html(f"<table class='yanshu-kv yanshu-data{' yanshu-narrow' if narrow else ''}{' yanshu-numbers' if numbers else ''}'>{body}</table>")


STATES: dict[str, tuple[str, str, str, str]] = {
    "00": ("草稿", "Draft", "gray", "edit_note"),
    "10": ("待学院审核", "Awaiting college", "blue", "hourglass_top"),
    "11": ("学院退回", "Returned by college", "orange", "undo"),
    "20": ("待学校审核", "Awaiting research office", "blue", "hourglass_top"),
    "21": ("学校退回", "Returned by research office", "orange", "undo"),
    "30": ("已通过", "Approved", "green", "check_circle"),
    "40": ("变更审核中", "Amendment under review", "violet", "published_with_changes"),
    "90": ("已作废", "Void", "gray", "block"),
}


def state_word(state: str) -> str:
    zh, en, _color, _icon = STATES[state]
    return pick(zh, en)


def badge(state: str) -> None:
    """Icon, word and colour of a state; never colour alone."""
    zh, en, color, icon = STATES[state]
    word = pick(zh, en)
    st.badge(f"~~{word}~~" if state == "90" else word, color=color, icon=f":material/{icon}:")  # type: ignore[arg-type]


def track(nodes: list[tuple[str, str, str, bool]]) -> None:
    """个人 → 学院 → 学校: (who, name, time or waiting, done)."""
    parts = []
    for where, name, when, done in nodes:
        about = html.escape(" ".join(x for x in (when, name) if x))
        parts.append(f'<span class="{"done" if done else "todo"}">{html.escape(where)} {about}</span>')
    st.html('<div class="yanshu-track yanshu-data">' + "<i>→</i>".join(parts) + "</div>")
