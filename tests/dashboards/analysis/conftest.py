"""Pages drawn by Streamlit's own test harness for a given principal, over a published home and a store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import frame
from dashboards.marts import reader
from dashboards.marts.reader import Mart
from ingestion.principal import Principal
from ingestion.store.engine import Store, utc_now
from ingestion.store.platform import account, university
from tests.dashboards.marts.conftest import published_here, published_home, who

__all__ = ["published_here", "published_home", "who"]
Page = Callable[..., AppTest]

SCRIPT = """
import importlib
import streamlit as st
from tests.dashboards.analysis import conftest
st.session_state["language"] = conftest.LANGUAGE
module = importlib.import_module(conftest.SCREEN)
module.show()
"""
SCREEN = ""
LANGUAGE = "zh"


@pytest.fixture
def mart(published_here: Path, who: Callable[..., Principal]) -> Mart:
    """The university's file as its office reads it."""
    reader.reset()
    return reader.open_for(who("office_admin"))


@pytest.fixture
def analysis_store(published_here: Path, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    store = sqlite_store
    with store.begin("*") as uow:
        for code in ("99001", "99002", "99003", "province"):
            kind = "province" if code == "province" else "university"
            uow.conn.execute(university.insert().values(code=code, name=code, kind=kind, enabled=True, created_at=utc_now()))
            uow.conn.execute(account.insert().values(university_code=code, username="u", name="张伟", kind="person", must_change=False, enabled=True, language="zh", created_at=utc_now()))  # fmt: skip
    monkeypatch.setattr(frame, "store", lambda: store)
    return store


@pytest.fixture
def page(analysis_store: Store, monkeypatch: pytest.MonkeyPatch) -> Page:
    def draw(screen: str, principal: Principal, language: str = "zh", **query: str) -> AppTest:
        monkeypatch.setattr("tests.dashboards.analysis.conftest.SCREEN", f"dashboards.screens.{screen}")
        monkeypatch.setattr("tests.dashboards.analysis.conftest.LANGUAGE", language)
        monkeypatch.setattr(frame, "current", lambda: principal)
        monkeypatch.setattr("dashboards.navigation.page", lambda path: None)
        monkeypatch.setattr("streamlit.page_link", lambda *a, **k: None)
        reader.reset()
        test = AppTest.from_string(SCRIPT, default_timeout=60)
        for name, value in query.items():
            test.query_params[name] = value
        return test.run()

    return draw
