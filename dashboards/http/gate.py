"""The gate: before every request, also before Streamlit's own addresses.

Without a living session only the login page, its addresses, static assets, health and public notices answer.
Media, uploads, files and the websocket are refused; a page request goes to the login and comes back. With a
password that must be changed, only the page that changes it opens.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from urllib.parse import quote

from anyio import to_thread
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards.http import edge, pages, shell
from dashboards.http.files import PREVIEW
from dashboards.http.words import word
from ingestion import accounts
from ingestion.store.engine import Store

LOG = logging.getLogger(__name__)

PUBLIC = frozenset({"/login", "/healthz", "/notices", "/favicon.png", "/manifest.json", "/robots.txt", "/_stcore/health"})
PUBLIC_UNDER = ("/auth/", "/setup/", "/activate/", "/notices/", "/ui/", "/static/")
CLOSED = ("/_stcore/agent", "/_stcore/metrics", "/_stcore/script-health-check", "/oauth2callback")
ASLEEP = ("/_stcore/stream", "/_stcore/host-config")  # the open page of an idle session, which asks for the password
OURS = ("/login", "/auth/", "/setup/", "/activate/", "/notices", "/files/", "/exports/", "/documents/", "/healthz", "/ui/")
FETCHED = ("/_stcore/", "/media/", "/files/", "/exports/", "/component/", "/app/static/")
HOST = re.compile(r"[a-z0-9.-]+(:[0-9]+)?|\[[0-9a-f:]+\](:[0-9]+)?")
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
FORM_BYTES = 64_000  # far above the largest form of our own pages, which are read whole

# Streamlit styles its elements inline, loads component scripts and map workers from blobs, and draws icons and
# charts as data; its scripts come from itself. A few of its bundles build functions from text ('unsafe-eval').
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'", "script-src 'self' 'unsafe-eval' blob:", "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:", "font-src 'self' data:", "connect-src 'self' {socket} blob: data:", "media-src 'self' blob:",
        "worker-src 'self' blob:", "frame-src 'self' blob: data:", "object-src 'none'", "base-uri 'none'", "form-action 'self'",
        "frame-ancestors 'none'",
    )
)  # fmt: skip
OWN_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class Gate:
    def __init__(self, app: ASGIApp, store: Callable[[], Store]) -> None:
        self.app = app
        self.store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    # --- websocket ---

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        allowed = edge.same_origin(connection, required=True) and _encrypted_enough(connection)
        if not allowed or not await self._awake_or_asleep(connection):
            await receive()  # the connect message; closing before accepting answers the handshake with 403
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
            return
        await self.app(scope, receive, send)

    async def _awake_or_asleep(self, connection: HTTPConnection) -> bool:
        token = edge.token(connection)

        def ask() -> bool:
            live = accounts.session_for_token(self.store(), token, touch=False)
            if live is not None:
                return not live.must_change
            return connection.url.path in ASLEEP and accounts.idle_account(self.store(), token) is not None

        return await to_thread.run_sync(ask)

    # --- http ---

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _harden(request, message)
            await send(message)

        if request.method in WRITES and request.url.path.startswith(OURS):
            receive = _bounded(receive)
        try:
            refusal = await self._refusal(request)
            if refusal is not None:
                await refusal(scope, receive, answer)
            elif _is_shell(request):
                await self._shell(scope, receive, answer)
            else:
                await self.app(scope, receive, answer)
        except _TooLarge:
            await _bare(request, 413)(scope, receive, answer)
        except Exception:
            number = secrets.token_hex(4)
            LOG.exception("request failed, number %s", number)
            if started:
                raise
            text = word("failed_text", edge.language(request), number=number)
            await pages.said(request, "failed", status=500, text=text)(scope, receive, answer)

    async def _refusal(self, request: Request) -> Response | None:
        path = request.url.path
        if not _encrypted_enough(request):
            if edge.through_proxy(request) and request.method in ("GET", "HEAD"):
                return RedirectResponse(f"https://{edge.host(request)}{path}" + (f"?{request.url.query}" if request.url.query else ""), status_code=308)
            return pages.said(request, "need_https", status=403)
        if path.startswith(CLOSED):
            return PlainTextResponse(word("missing", edge.language(request)), status_code=404)
        # Streamlit's uploads carry a token of their own; everything else that writes must come from our pages.
        if request.method in WRITES and not edge.same_origin(request, required=not path.startswith("/_stcore/")):
            language = edge.language(request)
            return pages.card(request, word("forbidden", language), word("foreign", language), status=403)
        if path in PUBLIC or path.startswith(PUBLIC_UNDER):
            return None
        token = edge.token(request)
        live = await to_thread.run_sync(lambda: accounts.session_for_token(self.store(), token))
        if live is None:
            if path in ASLEEP and await self._awake_or_asleep(request):
                return None
            return self._to_login(request)
        if live.must_change:
            return RedirectResponse(f"/auth/password?next={quote(_here(request))}", status_code=303) if _opens_page(request) else _bare(request, 403)
        request.scope["yanshu.language"] = live.principal.language
        return None

    def _to_login(self, request: Request) -> Response:
        path = request.url.path
        if path.startswith(("/files/", "/exports/")) and edge.is_navigation(request):
            return pages.said(request, "forbidden", status=401)
        if not _opens_page(request):
            return _bare(request, 401)
        target = _here(request)
        return RedirectResponse("/login" if target == "/" else f"/login?next={quote(target)}", status_code=303)

    async def _shell(self, scope: Scope, receive: Receive, answer: Send) -> None:
        # The page is read in clear, whatever the browser accepts: a compressed one could not be rewritten.
        inner = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k not in (b"accept-encoding", b"if-none-match", b"if-modified-since")]}
        start: Message = {}
        pieces: list[bytes] = []

        async def collect(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            else:
                pieces.append(message.get("body", b""))

        await self.app(inner, receive, collect)
        body, headers = b"".join(pieces), MutableHeaders(raw=list(start["headers"]))
        if start["status"] == 200 and headers.get("content-type", "").startswith("text/html") and scope["method"] == "GET":
            body = shell.rewrite(body.decode(), scope.get("yanshu.language", "zh")).encode()
            headers["content-length"] = str(len(body))
            headers["cache-control"] = "no-store"
            for name in ("etag", "last-modified"):
                if name in headers:
                    del headers[name]
        await answer({"type": "http.response.start", "status": start["status"], "headers": headers.raw})
        await answer({"type": "http.response.body", "body": body})


class _TooLarge(Exception):
    pass


def _bounded(receive: Receive) -> Receive:
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > FORM_BYTES:
            raise _TooLarge
        return message

    return counted


def _encrypted_enough(connection: HTTPConnection) -> bool:
    """https, or a browser on this very machine."""
    if edge.is_secure(connection):
        return True
    return edge.is_loopback(edge.peer(connection)) and "x-forwarded-proto" not in connection.headers


def _opens_page(request: Request) -> bool:
    return request.method == "GET" and not request.url.path.startswith(FETCHED) and edge.is_navigation(request)


def _is_shell(request: Request) -> bool:
    """Addresses that Streamlit answers with its one HTML page."""
    path = request.url.path
    if request.method not in ("GET", "HEAD") or path.startswith((*OURS, *FETCHED, "/static/")):
        return False
    return "." not in path.rsplit("/", 1)[-1]


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _bare(request: Request, status: int) -> Response:
    return PlainTextResponse(word("forbidden", edge.language(request)), status_code=status)


def _harden(request: Request, message: Message) -> None:
    headers = MutableHeaders(raw=message["headers"])
    path = request.url.path
    for name, value in HEADERS.items():
        headers[name] = value
    previewed = PREVIEW.fullmatch(path) is not None
    if previewed:  # shown in a frame of our own pages, as is its refusal
        headers["x-frame-options"] = "SAMEORIGIN"
    if "content-security-policy" not in headers:
        # Browsers disagree whether 'self' means the websocket too, so it is named.
        host = edge.host(request)
        socket = f"ws://{host} wss://{host}" if HOST.fullmatch(host) else ""
        own = OWN_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'") if previewed else OWN_POLICY
        headers["content-security-policy"] = own if path.startswith(OURS) else CONTENT_POLICY.format(socket=socket)
    if edge.is_secure(request):
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    if "access-control-allow-origin" in headers:
        del headers["access-control-allow-origin"]
    if path.startswith("/ui/"):
        headers["cache-control"] = "no-cache"
    elif not path.startswith("/static/"):
        headers["cache-control"] = "no-store"
    message["headers"] = headers.raw


