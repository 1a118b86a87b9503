"""A home of its own over the shared published files: snapshots are written beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.marts import reader
from tests.dashboards.analysis.conftest import analysis_store, page
from tests.dashboards.marts.conftest import published_home, who

__all__ = ["analysis_store", "page", "published_here", "published_home", "who"]


@pytest.fixture
def published_here(published_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "published").symlink_to(published_home / "published")
    monkeypatch.setenv("YANSHU_HOME", str(tmp_path))
    reader.reset()
    return tmp_path
