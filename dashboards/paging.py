"""The page of a long list: in the address, so that F5 and a sent link come back to it."""

from __future__ import annotations

import streamlit as st

KEY = "page"


def number() -> int:
    """The page asked for, from 1: what the pager holds, else the address. Call before ``pager`` is drawn."""
    held = st.session_state.get(KEY)
    if held is None:
        asked = st.query_params.get(KEY, "")
        held = int(asked) if asked.isdecimal() and len(asked) < 9 else 1
    return max(1, int(held))


def first() -> None:
    """Another filter begins at the first page."""
    st.session_state[KEY] = 1


def within(pages: int, page: int) -> None:
    """Draws anew from the last page where a list has become shorter than the page asked for."""
    if page > max(1, pages):
        st.session_state[KEY] = max(1, pages)
        st.rerun()


def pager(pages: int) -> None:
    """Nothing for a list of one page."""
    if pages > 1:
        st.pagination(pages, key=KEY, bind="query-params")
