"""What answers without a login: notices, health, the pages' own style and scripts."""

from __future__ import annotations

from collections.abc import Callable
from html import escape as esc
from pathlib import Path

from anyio import to_thread
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from dashboards.http import edge, pages
from dashboards.http.words import word
from ingestion import accounts, notices
from ingestion.principal import NotFound
from ingestion.store.engine import ALL, Store

STATIC = Path(__file__).parent.parent / "static"


def routes(store: Callable[[], Store]) -> list[BaseRoute]:
    async def health(_request: Request) -> Response:
        def probe() -> bool:
            with store().read(ALL) as uow:
                return uow.conn.execute(select(1)).scalar_one() == 1

        try:
            await to_thread.run_sync(probe)
        except Exception:  # whatever is wrong, the answer is the same short one
            return JSONResponse({"status": "down"}, status_code=503)
        return JSONResponse({"status": "ok"})

    async def all_notices(request: Request) -> Response:
        if (chosen := switch_language(request)) is not None:
            return chosen
        language = edge.language(request)
        found = await to_thread.run_sync(lambda: _list(store(), edge.token(request)))
        body = (
            f'<section class="card wide"><h1>{esc(word("notices", language))}</h1>{listing(found, language)}'
            f'<p><a class="button quiet" href="/login">{esc(word("to_login", language))}</a></p></section>'
        )
        return pages.page(request, f"{word('notices', language)} · {word('product', language)}", body)

    async def one_notice(request: Request) -> Response:
        if (chosen := switch_language(request)) is not None:
            return chosen
        language = edge.language(request)
        number = request.path_params["notice_id"]
        try:
            found = await to_thread.run_sync(lambda: _one(store(), edge.token(request), number))
        except NotFound:
            return pages.said(request, "missing", status=404)
        paragraphs = "".join(f"<p>{esc(line)}</p>" for line in found.body.splitlines() if line.strip())
        body = (
            f'<article class="card wide notice"><h1>{esc(found.title)}</h1>'
            f'<p class="mute">{esc(word("publisher", language))} {esc(found.publisher)} · {esc(word("published", language))} {found.publish_on}</p>'
            f'{paragraphs}<p><a class="button quiet" href="/notices">{esc(word("all_notices", language))}</a></p></article>'
        )
        return pages.page(request, f"{found.title} · {word('product', language)}", body)

    return [
        Route("/healthz", health, methods=["GET"]),
        Route("/notices", all_notices, methods=["GET"]),
        Route("/notices/{notice_id:int}", one_notice, methods=["GET"]),
        Mount("/ui", app=StaticFiles(directory=STATIC), name="ui"),
    ]


def switch_language(request: Request) -> Response | None:
    """``?lang=`` on a public page: remembers the choice and shows the page without it."""
    chosen = request.query_params.get("lang")
    if chosen not in ("zh", "en"):
        return None
    rest = request.url.remove_query_params("lang")
    response = RedirectResponse(rest.path + (f"?{rest.query}" if rest.query else ""), status_code=303)
    edge.keep_language(request, response, chosen)
    return response


def listing(found: list[notices.Notice], language: str, limit: int | None = None) -> str:
    if not found:
        return f'<p class="mute">{esc(word("no_notices", language))}</p>'
    rows = "".join(
        f'<li><a href="/notices/{n.id}">{esc(n.title)}</a><time datetime="{n.publish_on}">{n.publish_on}</time></li>'
        for n in found[:limit]
    )
    return f'<ul class="notices">{rows}</ul>'


def _list(store: Store, token: str | None) -> list[notices.Notice]:
    principal = accounts.principal_for_token(store, token)
    with store.read(ALL) as uow:
        return notices.list_for(uow, principal) if principal else notices.public(uow)


def _one(store: Store, token: str | None, notice_id: int) -> notices.Notice:
    principal = accounts.principal_for_token(store, token)
    with store.read(ALL) as uow:
        return notices.one(uow, principal, notice_id) if principal else notices.public_one(uow, notice_id)
