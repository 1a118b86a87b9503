"""The pages of data quality over the analysis tests' published home and store."""

from __future__ import annotations

from tests.dashboards.analysis.conftest import analysis_store, page, published_here, published_home, who

__all__ = ["analysis_store", "page", "published_here", "published_home", "who"]
