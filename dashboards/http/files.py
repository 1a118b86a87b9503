"""``/files/{id}``: an attachment, after the same permission check as everywhere, never shown inside a page.
``/exports/{id}``: a workbook, for the account that made it alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from dashboards.http import edge, pages
from dashboards.http.words import word
from dashboards.marts import exports
from ingestion import accounts, attachments, audit
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.store.engine import Store


def disposition(name: str) -> str:
    """RFC 6266: the exact name for every current browser, and something readable for the rest."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name).strip(" ._") or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def routes(store: Callable[[], Store]) -> list[BaseRoute]:
    async def download(request: Request) -> Response:
        token = edge.token(request)
        principal = await to_thread.run_sync(lambda: accounts.principal_for_token(store(), token))
        if principal is None:
            return pages.said(request, "forbidden", status=401)
        number = request.path_params["attachment_id"]
        language = edge.language(request)
        try:
            found = await to_thread.run_sync(lambda: _open(store(), principal, number))
        except NotFound:
            return pages.card(request, word("forbidden", language), word("missing_file", language), status=404, link="/", label="home")
        except OperationError as error:
            return pages.card(request, word("failed", language), error.en if language == "en" else error.zh, status=410, link="/", label="home")
        headers = {
            "content-disposition": disposition(found.name),
            "content-length": str(found.size),
            "content-security-policy": "sandbox; default-src 'none'",
        }
        return StreamingResponse(found.chunks(), media_type=found.media_type, headers=headers)

    async def export(request: Request) -> Response:
        token = edge.token(request)
        principal = await to_thread.run_sync(lambda: accounts.principal_for_token(store(), token))
        if principal is None:
            return pages.said(request, "forbidden", status=401)
        language = edge.language(request)
        try:
            path, name = exports.fetch(principal, request.path_params["export_id"])
        except NotFound:
            return pages.card(request, word("forbidden", language), word("missing_file", language), status=404, link="/", label="home")
        return FileResponse(path, headers={"content-disposition": disposition(name), "cache-control": "no-store"})

    return [
        Route("/files/{attachment_id:int}", download, methods=["GET"]),
        Route("/exports/{export_id}", export, methods=["GET"]),
    ]


def _open(store: Store, principal: Principal, attachment_id: int) -> attachments.Download:
    with audit.refusals(store, principal, "download", "attachment", attachment_id):
        if attachment_id > 2**62:  # no database has such a number
            raise NotFound
        with store.begin(principal.university_code) as uow:
            return attachments.open_download(uow, principal, attachment_id)
