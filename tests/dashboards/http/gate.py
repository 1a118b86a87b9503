"""Something behind the gate of the app, and a browser before it."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from dashboards import http
from dashboards.http import shell
from tests.dashboards.http.client import Client
from tests.ingestion.access import PASSWORD, Province


def behind(province: Province) -> Starlette:
    """What stands behind the gate, saying how far a request came."""
    index = Path(shell.__file__).parents[2]  # any folder: only the page's text matters here
    assert index.exists()

    async def page(_request: Request) -> Response:
        return HTMLResponse(SHELL)

    async def inner(request: Request) -> Response:
        headers = {"access-control-allow-origin": "*"} if request.url.path.startswith("/media/") else {}
        return PlainTextResponse(f"inside {request.method}", headers=headers)

    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    async def broken(_request: Request) -> Response:
        raise RuntimeError("SELECT secret FROM /internal/path")

    methods = ["GET", "POST", "PUT", "DELETE"]
    return Starlette(
        routes=[
            *http.routes(province.store),
            *(Route(path, inner, methods=methods) for path in ("/media/{x:path}", "/component/{x:path}", "/_stcore/{x:path}")),
            Route("/static/{x:path}", lambda _r: PlainTextResponse("js " * 2000, media_type="text/javascript")),
            Route("/broken", broken),
            WebSocketRoute("/_stcore/stream", stream),
            Route("/{x:path}", page),
        ],
        middleware=http.middleware(province.store),
    )


SHELL = (
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<link rel="shortcut icon" href="./favicon.png" />\n<title>Streamlit</title>\n'
    "<script>\n window.prerenderReady = false\n</script>\n"
    '<script type="module" crossorigin src="./static/js/index.js"></script>\n</head><body><noscript>English</noscript>'
    '<div id="root"></div></body></html>'
)


@pytest.fixture
def client(province: Province) -> Client:
    return Client(behind(province))


def form(**more: str) -> dict[str, str]:
    return {"university": "99001", "username": "00123", "password": PASSWORD, "tab": "person", "next": "/", **more}


def logged_in(client: Client, **more: str) -> Client:
    assert client.post("/auth/login", form(**more)).status == 303
    return client
