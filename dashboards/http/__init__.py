"""The web edge: the login page, sessions in cookies, files behind permissions, and the gate before everything.

Knows Starlette and the store; Streamlit stands behind it and never sees a request the gate has not passed.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route

from dashboards.http import compress, documents, files, forgot, gate, login, passwords, public
from ingestion.store.engine import Store


def _the_store() -> Store:
    from dashboards import frame

    return frame.store()


def _getter(store: Store | None) -> Callable[[], Store]:
    return _the_store if store is None else lambda: store


def routes(store: Store | None = None) -> list[BaseRoute]:
    """For ``st.App(routes=…)``. Without a store: the one of this process, opened at the first request."""
    get = _getter(store)
    # The first page answers at "/" alone; its own name in the address would open a "no such page" dialog.
    home = Route("/home", lambda _request: RedirectResponse("/"))
    return [home, *public.routes(get), *login.routes(get), *forgot.routes(get), *passwords.routes(get), *files.routes(get), *documents.routes(get)]


def middleware(store: Store | None = None) -> list[Middleware]:
    """For ``st.App(middleware=…)``: the gate outermost, then compression of the scripts."""
    return [Middleware(gate.Gate, store=_getter(store)), Middleware(compress.CompressedAssets)]
