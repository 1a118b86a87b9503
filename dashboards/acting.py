"""One operation asked for by a button: done in a transaction of its own, or its refusal said on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboards import frame
from ingestion.principal import OperationError, Principal
from ingestion.store.engine import UnitOfWork

__all__ = ["OperationError", "attempt", "scope"]


def scope(actor: Principal) -> str:
    """The rows an administrator's operation works in: the province's in every university's."""
    return "*" if actor.is_province else actor.university_code


def attempt(act: Callable[[UnitOfWork, Principal], Any], done: str = "") -> bool:
    """Asks who acts now, does it, and says ``done`` at the next drawing. False with the refusal on the page."""
    actor = frame.current()
    try:
        with frame.store().begin(scope(actor)) as uow:
            act(uow, actor)
    except OperationError as refused:
        st.error(frame.said(refused))
        return False
    if done:
        st.session_state["said"] = done
    return True
