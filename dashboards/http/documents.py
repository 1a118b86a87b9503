"""``/documents/models``: dbt's page of sources, models and lineage. ``/documents/checks/{suite}``: Data Docs, what Great
Expectations found in the reader's own university; the province reads those of all together.

The night writes the files (``pipelines/documents.py``); nobody reaches them but through the permission below. Both are
pages of other tools, so each is shown in a box: an origin of its own, nothing fetched, nothing sent.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dashboards.http import edge, pages
from dashboards.http.words import word
from ingestion import accounts, audit, permissions
from ingestion.principal import NotFound, OperationError, Principal
from ingestion.store.engine import Store, home

MODELS_BOX = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; frame-ancestors 'none'"
)
CHECKS_BOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
_SUITE = re.compile(r"[a-z][a-z_]{0,60}")


def folder() -> Path:
    return home() / "documents"


def site_of(principal: Principal) -> str:
    """Whose results of checks the reader sees."""
    return "all" if principal.is_province else principal.university_code


def routes(store: Callable[[], Store]) -> list[BaseRoute]:
    async def answer(request: Request, name: str, path: Callable[[Principal], Path], policy: str) -> Response:
        token = edge.token(request)
        principal = await to_thread.run_sync(lambda: accounts.principal_for_token(store(), token))
        if principal is None:
            return pages.said(request, "forbidden", status=401)
        try:
            body = await to_thread.run_sync(lambda: _read(store(), principal, name, path))
        except OperationError as refused:
            status = 404 if isinstance(refused, NotFound) else 403
            language = edge.language(request)
            text = word("missing_file", language) if status == 404 else (refused.en if language == "en" else refused.zh)
            return pages.card(request, word("forbidden", language), text, status=status, link="/", label="home")
        headers = {"content-security-policy": policy, "cache-control": "no-store", "vary": "accept-encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
        else:
            body = gzip.decompress(body)
        return Response(body, media_type="text/html", headers=headers)

    async def models(request: Request) -> Response:
        return await answer(request, "models", lambda _: folder() / "models.html.gz", MODELS_BOX)

    async def checks(request: Request) -> Response:
        suite = request.path_params["suite"]
        named = suite if _SUITE.fullmatch(suite) else "-"
        return await answer(request, suite[:60], lambda who: folder() / "checks" / site_of(who) / f"{named}.html", CHECKS_BOX)

    return [Route("/documents/models", models, methods=["GET"]), Route("/documents/checks/{suite}", checks, methods=["GET"])]


def _read(store: Store, principal: Principal, name: str, path: Callable[[Principal], Path]) -> bytes:
    """The page, compressed. Raises ``Denied`` without the right, ``NotFound`` where no night has written it."""
    with audit.refusals(store, principal, "view", "document", name):
        permissions.require(principal, "view_pipeline")
        found = path(principal)
        if not found.is_file():
            raise NotFound
        body = found.read_bytes()
    return body if found.suffix == ".gz" else gzip.compress(body, 1)


def written(principal: Principal) -> tuple[str, list[dict[str, object]]]:
    """When the checks' pages were written (naive UTC, ISO; empty before the first night) and one line a suite:
    suite, zh, en, rows, checks, failed."""
    path = folder() / "checks" / site_of(principal) / "index.json"
    if not path.is_file():
        return "", []
    kept = json.loads(path.read_text(encoding="utf-8"))
    return str(kept["at"]), list(kept["suites"])


def models_written() -> float | None:
    """When the page of the models was written (seconds since 1970); None before the first night."""
    path = folder() / "models.html.gz"
    return path.stat().st_mtime if path.is_file() else None
