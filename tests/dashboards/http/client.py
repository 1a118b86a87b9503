"""A browser's half of HTTP against an ASGI application: cookies kept, redirects not followed, no sockets."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import anyio
from starlette.types import ASGIApp, Message


def in_a_loop(call: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
    """Runs in a thread of its own: a browser test before it on the same worker leaves its loop running here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, call, *arguments).result()


HTML = {"accept": "text/html", "sec-fetch-mode": "navigate"}
FETCH = {"accept": "*/*", "sec-fetch-mode": "cors"}


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    def cookies(self) -> dict[str, Any]:
        jar: SimpleCookie = SimpleCookie()
        for key, value in self.headers:
            if key == "set-cookie":
                jar.load(value)
        return dict(jar)

    def messages(self) -> list[str]:
        """The visible sentences of refusals and field errors."""
        found = re.findall(r'<p class="(?:refusal|error)"[^>]*>([^<]+)</p>', self.text)
        return [text for text in found if text.strip()]


@dataclass
class Client:
    app: ASGIApp
    host: str = "127.0.0.1:8501"
    address: str = "127.0.0.1"
    scheme: str = "http"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.send("GET", path, headers={**HTML, **(headers or {})})

    def fetch(self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
        return self.send(method, path, headers={**FETCH, **(headers or {})})

    def post(self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        sent = {
            **HTML, "content-type": "application/x-www-form-urlencoded", "origin": f"{self.scheme}://{self.host}", **(headers or {}),
        }  # fmt: skip
        return self.send("POST", path, urlencode(form).encode(), {k: v for k, v in sent.items() if v})

    def scope(self, kind: str, method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
        parts = urlsplit(path)
        sent = {"host": self.host, **headers}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        return {
            "type": kind, "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": self.scheme if kind == "http" else {"http": "ws", "https": "wss"}[self.scheme],
            "path": unquote(parts.path), "raw_path": parts.path.encode(), "query_string": parts.query.encode(), "root_path": "",
            "headers": [(k.encode(), v.encode("latin-1")) for k, v in sent.items()], "client": (self.address, 40000),
            "server": ("127.0.0.1", 8501), "state": {}, "subprotocols": [],
        }  # fmt: skip

    def send(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        sent = dict(headers or {})
        if body:
            sent["content-length"] = str(len(body))
        answer: Answer = in_a_loop(self._exchange, self.scope("http", method, path, sent), body)
        for name, morsel in answer.cookies().items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
        return answer

    async def _exchange(self, scope: dict[str, Any], body: bytes) -> Answer:
        incoming: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        done = anyio.Event()
        start: Message = {}
        pieces: list[bytes] = []

        async def receive() -> Message:
            if incoming:
                return incoming.pop(0)
            await done.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                pieces.append(message.get("body", b""))
                if not message.get("more_body", False):
                    done.set()

        await self.app(scope, receive, send)
        headers = [(k.decode().lower(), v.decode("latin-1")) for k, v in start["headers"]]
        return Answer(start["status"], headers, b"".join(pieces))

    def websocket(self, path: str = "/_stcore/stream", origin: str | None = "") -> str:
        """``accepted`` or ``refused``. ``origin=None`` sends none, ``""`` the own one."""
        headers = {} if origin is None else {"origin": origin or f"{self.scheme}://{self.host}"}
        scope = self.scope("websocket", "GET", path, headers)
        sent: list[str] = []

        async def receive() -> Message:
            return {"type": "websocket.disconnect", "code": 1000} if "websocket.accept" in sent else {"type": "websocket.connect"}

        async def send(message: Message) -> None:
            sent.append(message["type"])

        async def run() -> None:
            await self.app(scope, receive, send)  # type: ignore[arg-type]

        in_a_loop(run)
        return "accepted" if "websocket.accept" in sent else "refused"
