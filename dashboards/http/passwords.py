"""Choosing a password: behind a single-use link, and where one must be changed before anything else opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape as esc

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from dashboards.http import edge, pages
from dashboards.http.public import switch_language
from dashboards.http.words import word
from ingestion import accounts, settings
from ingestion.accounts.passwords import PROFILES, Profile
from ingestion.principal import OperationError
from ingestion.store.engine import ALL, Store


def routes(store: Callable[[], Store]) -> list[BaseRoute]:
    async def open_link(request: Request) -> Response:
        if (chosen := switch_language(request)) is not None:
            return chosen
        return await _link_page(store(), request)

    async def use_link(request: Request) -> Response:
        form = await request.form()
        new, again = str(form.get("new_password", "")), str(form.get("repeat_password", ""))
        errors = _typed(new, again, edge.language(request))
        if not errors:
            token = request.path_params["token"]
            try:
                await to_thread.run_sync(lambda: accounts.redeem_link(store(), token, new, address=edge.address(request)))
            except accounts.PasswordRefused as refused:
                errors["new_password"] = _text(refused, edge.language(request))
            except accounts.LinkRefused:
                return await _link_page(store(), request)
            else:
                response = RedirectResponse("/login?told=set", status_code=303)
                edge.drop_session(request, response)
                return response
        return await _link_page(store(), request, errors)

    async def open_change(request: Request) -> Response:
        if (chosen := switch_language(request)) is not None:
            return chosen
        return await _change_page(store(), request, edge.safe_next(request.query_params.get("next")))

    async def change(request: Request) -> Response:
        form = await request.form()
        old, new, again = (str(form.get(k, "")) for k in ("old_password", "new_password", "repeat_password"))
        target, language = edge.safe_next(str(form.get("next", "/"))), edge.language(request)
        errors = _typed(new, again, language)
        if not old:
            errors["old_password"] = word("need_old", language)
        if not errors:
            token = edge.token(request) or ""
            try:
                live = await to_thread.run_sync(
                    lambda: accounts.change_password(
                        store(), token, old, new, address=edge.address(request), device=request.headers.get("user-agent")
                    )
                )
            except accounts.PasswordRefused as refused:
                errors["new_password"] = _text(refused, language)
            except accounts.LoginRefused as refused:
                errors["old_password"] = _text(refused, language)
            else:
                response = RedirectResponse(target, status_code=303)
                edge.keep_session(request, response, live.token)
                return response
        return await _change_page(store(), request, target, errors)

    return [
        Route("/setup/{token}", open_link, methods=["GET"]),
        Route("/setup/{token}", use_link, methods=["POST"]),
        Route("/activate/{token}", open_link, methods=["GET"]),
        Route("/activate/{token}", use_link, methods=["POST"]),
        Route("/auth/password", open_change, methods=["GET"]),
        Route("/auth/password", change, methods=["POST"]),
    ]


def _typed(new: str, again: str, language: str) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not new:
        errors["new_password"] = word("need_new", language)
    elif new != again:
        errors["repeat_password"] = word("differ", language)
    return errors


def _text(refused: OperationError, language: str) -> str:
    return refused.en if language == "en" else refused.zh


def _look(store: Store, token: str) -> tuple[accounts.Link, Profile]:
    with store.read(ALL) as uow:
        link = accounts.look_at_link(uow, token)
        return link, PROFILES[settings.get(uow, "password_profile", link.university_code)]


async def _link_page(store: Store, request: Request, errors: Mapping[str, str] | None = None) -> Response:
    language, token = edge.language(request), request.path_params["token"]
    try:
        link, profile = await to_thread.run_sync(lambda: _look(store, token))
    except accounts.LinkRefused as refused:
        return pages.card(request, word("link_refused", language), _text(refused, language), status=410)
    who = f"{link.university} · {link.username} · {link.name}"
    inner = _new_fields(errors or {}, profile, language)
    return _form(request, "set_password", who, request.url.path, inner, errors or {})


async def _change_page(store: Store, request: Request, target: str, errors: Mapping[str, str] | None = None) -> Response:
    language, token = edge.language(request), edge.token(request)
    live = await to_thread.run_sync(lambda: accounts.session_for_token(store, token))
    if live is None:
        return RedirectResponse("/login", status_code=303)

    def profile_name() -> str:
        with store.read(ALL) as uow:
            return str(settings.get(uow, "password_profile", live.principal.university_code))

    profile = PROFILES[await to_thread.run_sync(profile_name)]
    problems = errors or {}
    inner = (
        (f'<p class="told">{esc(word("first_change", language))}</p>' if live.must_change else "")
        + f'<input type="hidden" name="next" value="{esc(target)}">'
        + pages.field("old_password", word("old_password", language), kind="password", error=problems.get("old_password", ""), complete="current-password", show=word("show", language))
        + _new_fields(problems, profile, language)
    )
    who = f"{live.principal.username} · {live.principal.name}"
    return _form(request, "change_password", who, "/auth/password", inner, problems, leave=True)


def _new_fields(errors: Mapping[str, str], profile: Profile, language: str) -> str:
    rules = [word("rule_length", language, n=profile.min_length)]
    if profile.classes:
        rules.append(word("rule_classes", language, n=profile.classes))
    rules += [word("rule_personal", language), word("rule_common", language)]
    listed = "".join(f"<li>{esc(rule)}</li>" for rule in rules)
    return (
        pages.field("new_password", word("new_password", language), kind="password", error=errors.get("new_password", ""), complete="new-password", show=word("show", language))
        + pages.field("repeat_password", word("repeat_password", language), kind="password", error=errors.get("repeat_password", ""), complete="new-password")
        + f'<div class="rules"><b>{esc(word("rules", language))}</b><ul>{listed}</ul></div>'
    )


def _form(
    request: Request, title: str, who: str, action: str, inner: str, errors: Mapping[str, str], *, leave: bool = False
) -> Response:
    language = edge.language(request)
    heading = word(title, language)
    out = f'<button class="button quiet" type="submit" formaction="/auth/logout" formnovalidate>{esc(word("log_out", language))}</button>' if leave else ""
    body = (
        f'<section class="card narrow"><h1>{esc(heading)}</h1><p class="mute">{esc(who)}</p>'
        f'<form method="post" action="{esc(action)}" novalidate>{inner}'
        f'<button class="button primary" type="submit">{esc(word("save", language))}</button>{out}</form>'
        f'{pages.data("words", {key: word(key, language) for key in ("show", "hide")})}</section>'
    )
    return pages.page(request, f"{heading} · {word('product', language)}", body, status=422 if errors else 200)
