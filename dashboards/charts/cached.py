"""The one cache of figures: keyed by file, query and parameters, so two readers never share what their
reach does not share, and a new generation (a new file name) never meets an old entry."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import streamlit as st

from dashboards import past
from dashboards.marts import reader
from dashboards.marts.reader import Mart
from ingestion.principal import Principal


@st.cache_data(max_entries=3_000, ttl=3_600, show_spinner=False)
def _rows(path: str, sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    return reader.rows_of(path, sql, parameters)


class Cached(Mart):
    """A mart whose results are kept for the next rerun and the next reader of the same reach."""

    def rows(self, sql: str, parameters: list[Any] | tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        return _rows(self.path, sql, tuple(parameters))


def _cached(mart: Mart) -> Cached:
    return Cached(**{field.name: getattr(mart, field.name) for field in fields(mart)})


def open_for(principal: Principal, day: date | None = None) -> Cached:
    """The principal's own figures; as the page's address asks, of a past day (``day`` where it is another one)."""
    return _cached(past.opened(principal, lambda at: reader.open_for(principal, at), day or past.asked()))


def open_peers(principal: Principal) -> Cached:
    return _cached(past.opened(principal, lambda at: reader.open_peers(principal, at), past.asked()))


def open_records_of(principal: Principal, university_code: str, day: date | None = None) -> Cached:
    return _cached(past.opened(principal, lambda at: reader.open_records_of(principal, university_code, at), day or past.asked()))


def open_sums(principal: Principal) -> Cached:
    """For ``marts.evaluation.comparison`` alone."""
    return _cached(reader.open_sums(principal))
