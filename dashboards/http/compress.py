"""Compressed scripts and styles: Streamlit sends its own uncompressed (8.6 MB for a first dashboard).

Their names carry a hash of their content, so each is compressed once a process and kept.
"""

from __future__ import annotations

import gzip

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MIN_SIZE = 1_000
LEVEL = 6
KEPT_BYTES = 32_000_000


class CompressedAssets:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.kept: dict[str, tuple[list[tuple[bytes, bytes]], bytes]] = {}
        self.size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._wanted(scope):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path not in self.kept:
            await self._load(path, scope, receive, send)
            return
        headers, body = self.kept[path]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _wanted(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return False
        path, headers = scope["path"], Headers(scope=scope)
        return (
            path.startswith("/static/")
            and path.endswith((".js", ".css"))
            and "gzip" in headers.get("accept-encoding", "")
            and "range" not in headers
            and "if-none-match" not in headers
            and "if-modified-since" not in headers
        )

    async def _load(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        pieces: list[bytes] = []
        whole = False

        async def collect(message: Message) -> None:
            nonlocal start, whole
            if message["type"] == "http.response.start":
                start = message
            else:
                pieces.append(message.get("body", b""))
                whole = not message.get("more_body", False)

        await self.app({**scope, "method": "GET"}, receive, collect)
        if not whole:  # the browser left while the file was read: half a script must reach nobody, and never be kept
            return
        body = b"".join(pieces)
        headers = MutableHeaders(raw=list(start["headers"]))
        if start["status"] == 200 and len(body) >= MIN_SIZE and "content-encoding" not in headers:
            body = await to_thread.run_sync(lambda: gzip.compress(body, LEVEL, mtime=0))
            headers["content-encoding"] = "gzip"
            headers["content-length"] = str(len(body))
            headers.add_vary_header("Accept-Encoding")
            if self.size + len(body) <= KEPT_BYTES and path not in self.kept:
                self.kept[path] = (headers.raw, body)
                self.size += len(body)
        await send({"type": "http.response.start", "status": start["status"], "headers": headers.raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
