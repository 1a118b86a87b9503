"""``/auth/forgot``: who forgot the password asks here. The answer is the same whether or not the account exists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape as esc

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dashboards.http import edge, pages, universities
from dashboards.http.public import switch_language
from dashboards.http.words import word
from ingestion import accounts
from ingestion.store.engine import Store

FIELDS = ("university", "university_text", "username", "contact")
NEEDED = ("university", "username", "contact")


def routes(store: Callable[[], Store]) -> list[BaseRoute]:
    async def show(request: Request) -> Response:
        if (other := switch_language(request)) is not None:
            return other
        return await _page(store(), request, {})

    async def ask(request: Request) -> Response:
        form = await request.form()
        values = {key: str(form.get(key, ""))[:300] for key in FIELDS}
        language = edge.language(request)
        choices = await to_thread.run_sync(lambda: universities.listed(store()))
        typed = values["university_text"].strip()
        values["university"] = universities.chosen(choices, values)
        errors = {key: word(f"need_{key}", language) for key in NEEDED if not values[key].strip()}
        if "university" in errors and typed:
            errors["university"] = word("no_university", language, text=typed[:40])
        if errors:
            return await _page(store(), request, values, errors, status=422)
        try:
            await to_thread.run_sync(
                lambda: accounts.ask_for_reset(store(), values["university"], values["username"], values["contact"], address=edge.address(request))
            )
        except accounts.TooManyRequests as refused:
            return await _page(store(), request, values, refusal=refused.en if language == "en" else refused.zh, status=429)
        return pages.card(request, word("asked", language), word("asked_text", language), status=200)

    return [Route("/auth/forgot", show, methods=["GET"]), Route("/auth/forgot", ask, methods=["POST"])]


async def _page(
    store: Store, request: Request, values: Mapping[str, str], errors: Mapping[str, str] | None = None, *, refusal: str = "", status: int = 200
) -> Response:
    language, wrong = edge.language(request), errors or {}
    choices = await to_thread.run_sync(lambda: universities.listed(store))
    heading = word("forgot_title", language)
    summary = refusal or " ".join(wrong.values())
    words = {key: word(key, language) for key in ("need_university", "need_username", "need_contact", "no_match")}
    body = (
        f'<section class="card narrow login"><h1>{esc(heading)}</h1><p class="mute">{esc(word("forgot_text", language))}</p>'
        f'<form method="post" action="/auth/forgot" novalidate id="forgot-form">'
        f'<p class="refusal" role="alert" id="summary" tabindex="-1"{"" if summary else " hidden"}>{esc(summary)}</p>'
        + universities.box(choices, values, wrong.get("university", ""), language)
        + pages.field("username", word("username", language), value=values.get("username", ""), error=wrong.get("username", ""), complete="username")
        + pages.field("contact", word("contact", language), value=values.get("contact", ""), error=wrong.get("contact", ""), complete="tel")
        + f'<button class="button primary" type="submit">{esc(word("ask_reset", language))}</button>'
        f'<p><a class="button quiet" href="/login">{esc(word("to_login", language))}</a></p></form>{pages.data("words", words)}</section>'
    )
    return pages.page(request, f"{heading} · {word('product', language)}", body, status=status)
