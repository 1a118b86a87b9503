"""``/login`` and the addresses that open, switch and end sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape as esc
from urllib.parse import quote

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dashboards.http import edge, pages, universities
from dashboards.http.public import listing, switch_language
from dashboards.http.words import word
from ingestion import accounts, notices, settings
from ingestion.principal import Denied
from ingestion.store.engine import ALL, Store

SHOWN_NOTICES = 8


def routes(store: Callable[[], Store]) -> list[BaseRoute]:
    async def show(request: Request) -> Response:
        if (chosen := switch_language(request)) is not None:
            return chosen
        token = edge.token(request)
        live = await to_thread.run_sync(lambda: accounts.session_for_token(store(), token, touch=False))
        target = edge.safe_next(request.query_params.get("next"))
        if live is not None:
            return RedirectResponse("/auth/password" if live.must_change else target, status_code=303)
        told = {"set": "password_set", "out": "logged_out"}.get(request.query_params.get("told", ""), "")
        values = {"next": target, "tab": "expert" if request.query_params.get("tab") == "expert" else "person"}
        return await _page(store(), request, values, told=told)

    async def log_in(request: Request) -> Response:
        form = await request.form()
        values = {key: str(form.get(key, ""))[:2000] for key in ("university", "university_text", "username", "tab", "next")}
        password = str(form.get("password", ""))[:2000]
        language = edge.language(request)
        values["next"] = edge.safe_next(values["next"])
        values["tab"] = "expert" if values["tab"] == "expert" else "person"
        errors: dict[str, str] = {}
        if not values["university"] and not values["university_text"].strip():
            errors["university"] = word("need_university", language)
        if not values["username"].strip():
            errors["username"] = word("need_username", language)
        if not password:
            errors["password"] = word("need_password", language)
        if errors:  # the store of accounts is not asked about an incomplete form
            return await _page(store(), request, values, errors=errors, status=422)
        if not values["university"]:
            choices = await to_thread.run_sync(lambda: universities.listed(store()))
            values["university"] = universities.chosen(choices, values)
            if not values["university"]:
                errors["university"] = word("no_university", language, text=values["university_text"].strip()[:40])
                return await _page(store(), request, values, errors=errors, status=422)
        try:
            live = await to_thread.run_sync(lambda: _open(store(), request, values, password))
        except accounts.LoginRefused as refused:
            said = refused.en if language == "en" else refused.zh
            status = {"throttled": 429, "locked": 423}.get(refused.reason, 401)
            return await _page(store(), request, values, refusal=said, status=status)
        target = f"/auth/password?next={quote(values['next'])}" if live.must_change else values["next"]
        response = RedirectResponse(target, status_code=303)
        edge.keep_session(request, response, live.token)
        return response

    async def log_out(request: Request) -> Response:
        token = edge.token(request)
        await to_thread.run_sync(lambda: accounts.logout(store(), token))
        response = RedirectResponse("/login?told=out", status_code=303)
        edge.drop_session(request, response)
        return response

    async def switch(request: Request) -> Response:
        form = await request.form()
        token, grant = edge.token(request) or "", str(form.get("grant_id", ""))
        target = edge.safe_next(str(form.get("next", "/")))
        try:
            await to_thread.run_sync(lambda: _switch(store(), token, grant))
        except Denied:
            return pages.said(request, "forbidden", status=403)
        return RedirectResponse(target, status_code=303)

    async def to_login(_request: Request) -> Response:
        return RedirectResponse("/login", status_code=303)

    return [
        Route("/login", show, methods=["GET"]),
        Route("/auth/login", log_in, methods=["POST"]),
        Route("/auth/logout", log_out, methods=["POST"]),
        Route("/auth/switch-role", switch, methods=["POST"]),
        # Typed or reloaded by hand. Streamlit has routes of its own under two of these names: never reached.
        *(Route(f"/auth/{name}", to_login, methods=["GET"]) for name in ("login", "logout", "switch-role")),
    ]


def _open(store: Store, request: Request, values: Mapping[str, str], password: str) -> accounts.LiveSession:
    live = accounts.login(
        store,
        values["university"],
        values["username"],
        password,
        tab=values["tab"],
        address=edge.address(request),
        device=request.headers.get("user-agent"),
        previous_token=edge.token(request),
    )
    chosen = request.cookies.get(edge.LANGUAGE_COOKIE)
    if chosen in ("zh", "en") and chosen != live.principal.language:
        with store.begin(ALL) as uow:
            accounts.set_language(uow, live.principal, chosen)
    return live


def _switch(store: Store, token: str, grant: str) -> None:
    if not grant.isdecimal() or len(grant) > 18:
        raise Denied
    with store.begin(ALL) as uow:
        accounts.switch_role(uow, token, int(grant))


def _content(store: Store) -> tuple[list[dict[str, str]], list[notices.Notice], str, str]:
    with store.read(ALL) as uow:
        support = settings.get(uow, "support_phone"), settings.get(uow, "support_mail")
        return accounts.login_choices(uow), notices.public(uow, SHOWN_NOTICES), *support


async def _page(
    store: Store,
    request: Request,
    values: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    refusal: str = "",
    told: str = "",
    status: int = 200,
) -> Response:
    request.scope["yanshu.next"] = values.get("next", "/")
    choices, found, phone, mail = await to_thread.run_sync(lambda: _content(store))
    language = edge.language(request)
    body = f'<div class="columns">{_board(choices, found, language)}{_box(choices, values, errors or {}, refusal, told, language)}</div>'
    parts = [word("phone", language, phone=phone)] if phone else []
    if mail:
        parts.append(word("mail", language, mail=mail))
    footer = " · ".join(esc(part) for part in (*parts, word("browsers", language)))
    return pages.page(request, f"{word('log_in', language)} · {word('product', language)}", body, status=status, footer=footer)


def _board(choices: list[dict[str, str]], found: list[notices.Notice], language: str) -> str:
    count = sum(choice["kind"] == "university" for choice in choices)
    return (
        f'<section class="card board" aria-labelledby="notices-title"><div class="head"><h2 id="notices-title">{esc(word("notices", language))}</h2>'
        f'<a class="more" href="/notices">{esc(word("all_notices", language))}{pages.CHEVRON}</a></div>'
        f"{listing(found, language)}"
        f'<p class="badges"><span class="badge orange">{pages.LOCK}{esc(word("secrecy", language))}</span>'
        f'<span class="badge blue">{pages.SCHOOL}{esc(word("open", language, n=count))}</span></p></section>'
    )


def _box(
    choices: list[dict[str, str]],
    values: Mapping[str, str],
    errors: Mapping[str, str],
    refusal: str,
    told: str,
    language: str,
) -> str:
    tab = values.get("tab", "person")
    tabs = "".join(
        f'<input type="radio" name="tab" id="tab-{name}" value="{name}"{" checked" if name == tab else ""}>'
        f'<label for="tab-{name}">{esc(word(f"{name}_tab", language))}</label>'
        for name in ("person", "expert")
    )
    summary = refusal or (" ".join(errors.values()) if errors else "")
    words = {key: word(key, language) for key in ("need_university", "need_username", "need_password", "no_match", "show", "hide")}
    return (
        '<section class="card login">'
        f'<form method="post" action="/auth/login" novalidate id="login-form"><fieldset class="tabs"><legend class="hidden">{esc(word("log_in", language))}</legend>{tabs}</fieldset>'
        + (f'<p class="told" role="status">{esc(word(told, language))}</p>' if told else "")
        + f'<p class="refusal" role="alert" id="summary" tabindex="-1"{"" if summary else " hidden"}>{esc(summary)}</p>'
        + universities.box(choices, values, errors.get("university", ""), language)
        + f'<input type="hidden" name="next" value="{esc(values.get("next", "/"))}">'
        + pages.field("username", word("username", language), value=values.get("username", ""), error=errors.get("username", ""), complete="username")
        + pages.field("password", word("password", language), kind="password", error=errors.get("password", ""), complete="current-password", show=word("show", language))
        + f'<button class="button primary" type="submit">{esc(word("log_in", language))}</button>'
        f'<p class="small"><a href="/auth/forgot">{esc(word("forgot", language))}</a></p></form>'
        + pages.data("words", words)
        + "</section>"
    )
