"""省内评价: a university its own tree, the province all universities; one address."""

from __future__ import annotations

from dashboards import frame
from dashboards.screens.evaluation import province, university
from ingestion import permissions


def show() -> None:
    actor = frame.current()
    permissions.require(actor, "view_evaluation")
    (province if actor.is_province else university).show(actor)
