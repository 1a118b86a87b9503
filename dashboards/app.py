"""The ASGI application: login and files by ``dashboards.http``, everything else by Streamlit."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st

from dashboards import http


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Imports what the first page would otherwise wait for (1.2-2 s measured)."""
    import pandas  # noqa: F401
    import plotly.graph_objects  # noqa: F401

    from dashboards import frame, i18n, navigation  # noqa: F401

    i18n.english()
    frame.store()
    # What is imported stays: the collector need not look through it again. With it, and with Streamlit's own collection
    # after every run, each click cost 120 ms more.
    gc.collect()
    gc.freeze()
    yield {}


def _on_script_error(problem: Exception) -> bool:
    from dashboards import frame

    return frame.script_error(problem)


def create_app() -> st.App:
    return st.App(
        Path(__file__).with_name("main.py"),
        lifespan=lifespan,
        routes=http.routes(),
        middleware=http.middleware(),
        on_script_error=_on_script_error,
    )
