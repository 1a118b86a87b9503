"""``/files/{id}``: an attachment, after the same permission check as everywhere, as a download. ``/files/{id}/preview``:
a PDF or picture to be looked at, in a box without rights. ``/exports/{id}``: a workbook, for the account that made it alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from dashboards.http import edge, pages
from dashboards.http.words import word
from ingestion import accounts, attachments, audit, outbox
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.store.engine import Store

PREVIEW = re.compile(r"/files/[0-9]+/preview")
# A box without rights: an origin of its own, no scripts, nothing loaded. Chromium's PDF viewer opens inside it (it
# would not in a frame with the attribute ``sandbox``), and what JavaScript a PDF holds reaches no page of ours.
BOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


def disposition(name: str, kind: str = "attachment") -> str:
    """RFC 6266: the exact name for every current browser, and something readable for the rest."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name).strip(" ._") or "file"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def span(asked: str | None, size: int) -> tuple[int, int] | None:
    """The bytes one range asks for, as (first, end); None for the whole file. Raises ``ValueError`` where none of
    them exist. Several ranges, and what cannot be read, are answered with the whole file, as RFC 9110 allows."""
    found = _RANGE.fullmatch(asked.strip()) if asked else None
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:  # the last n bytes
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= end:
        raise ValueError
    return start, end


def routes(store: Callable[[], Store]) -> list[BaseRoute]:
    async def opened(request: Request, action: str) -> attachments.Download | Response:
        token = edge.token(request)
        principal = await to_thread.run_sync(lambda: accounts.principal_for_token(store(), token))
        if principal is None:
            return pages.said(request, "forbidden", status=401)
        number = request.path_params["attachment_id"]
        language = edge.language(request)
        try:
            return await to_thread.run_sync(lambda: _open(store(), principal, number, action))
        except NotFound:
            return pages.card(request, word("forbidden", language), word("missing_file", language), status=404, link="/", label="home")
        except OperationError as error:
            return pages.card(request, word("failed", language), error.en if language == "en" else error.zh, status=410, link="/", label="home")

    async def download(request: Request) -> Response:
        found = await opened(request, "download")
        if isinstance(found, Response):
            return found
        tag = f'"{found.sha256}"'
        headers = {"content-disposition": disposition(found.name), "content-security-policy": "sandbox; default-src 'none'", "accept-ranges": "bytes", "etag": tag}
        try:
            part = span(request.headers.get("range"), found.size) if request.headers.get("if-range", tag) == tag else None
        except ValueError:
            return Response(status_code=416, headers={"content-range": f"bytes */{found.size}"})
        if part is None:
            return StreamingResponse(found.chunks(), media_type=found.media_type, headers=headers | {"content-length": str(found.size)})
        start, end = part
        headers |= {"content-length": str(end - start), "content-range": f"bytes {start}-{end - 1}/{found.size}"}
        return StreamingResponse(found.chunks(start, end), status_code=206, media_type=found.media_type, headers=headers)

    async def preview(request: Request) -> Response:
        found = await opened(request, "preview")
        if isinstance(found, Response):
            return found
        headers = {"content-disposition": disposition(found.name, "inline"), "content-security-policy": BOX, "content-length": str(found.size)}
        return StreamingResponse(found.chunks(), media_type=found.media_type, headers=headers)

    async def export(request: Request) -> Response:
        token = edge.token(request)
        principal = await to_thread.run_sync(lambda: accounts.principal_for_token(store(), token))
        if principal is None:
            return pages.said(request, "forbidden", status=401)
        language = edge.language(request)
        try:
            path, name = await to_thread.run_sync(lambda: _export(store(), principal, request.path_params["export_id"]))
        except NotFound:
            return pages.card(request, word("forbidden", language), word("missing_file", language), status=404, link="/", label="home")
        return FileResponse(path, headers={"content-disposition": disposition(name), "cache-control": "no-store"})

    return [
        Route("/files/{attachment_id:int}", download, methods=["GET"]),
        Route("/files/{attachment_id:int}/preview", preview, methods=["GET"]),
        Route("/exports/{export_id}", export, methods=["GET"]),
    ]


def _open(store: Store, principal: Principal, attachment_id: int, action: str) -> attachments.Download:
    with audit.refusals(store, principal, action, "attachment", attachment_id):
        if attachment_id > 2**62:  # no database has such a number
            raise NotFound
        with store.begin(principal.university_code) as uow:
            return (attachments.open_preview if action == "preview" else attachments.open_download)(uow, principal, attachment_id)


def _export(store: Store, principal: Principal, export_id: str) -> tuple[Path, str]:
    """The file of an export, as long as its maker still holds the role it was made in."""
    with audit.refusals(store, principal, "download", "export", export_id[:40]):
        path, name = outbox.fetch(principal, export_id)
        role = outbox.role_of(export_id)
        if role is not None and role != principal.grant_id:
            with store.read(principal.university_code) as uow:
                if accounts.principal_of_grant(uow, principal.account_id, role) is None:
                    raise NotFound
        return path, name
