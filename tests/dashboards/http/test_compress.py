"""Half a script is never kept: a browser that leaves while one is read would break the page for everybody after it."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

from dashboards.http.compress import CompressedAssets

BODY = b"a script; " * 40_000


def test_a_script_cut_off_by_a_browser_that_left_is_read_again_and_whole() -> None:
    leaves = [True, False, False]

    async def served(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/javascript")]})
        await send({"type": "http.response.body", "body": BODY[:65536], "more_body": True})
        if leaves.pop(0):
            return
        await send({"type": "http.response.body", "body": BODY[65536:], "more_body": False})

    app = CompressedAssets(served)
    scope = {"type": "http", "method": "GET", "path": "/static/js/a.js", "headers": [(b"accept-encoding", b"gzip")]}

    def ask() -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.disconnect"}

        asyncio.run(app(scope, receive, send))
        return sent

    assert ask() == []
    for _ in range(2):
        assert gzip.decompress(ask()[1]["body"]) == BODY
    assert leaves == [False], "the second whole one came from what was kept"
