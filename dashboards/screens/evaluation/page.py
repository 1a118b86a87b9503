"""省内评价: a university its own tree, the province all universities; one address."""

from __future__ import annotations

from dashboards import frame
from dashboards.marts.evaluation import framework
from dashboards.screens import shown
from dashboards.screens.evaluation import province, university
from ingestion import permissions

SHOWS = tuple(shown.Place("evaluation", node.zh, shown.SCORE, (node.indicator,), exports=True, en=node.en) for node in framework.leaves())
"""The leaves of the scored tree name the indicators."""


def show() -> None:
    actor = frame.current()
    permissions.require(actor, "view_evaluation")
    (province if actor.is_province else university).show(actor)
