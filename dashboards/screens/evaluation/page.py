"""省内评价: a university its own tree, the province all universities; one address."""

from __future__ import annotations

from dashboards import frame
from dashboards.i18n import N_
from dashboards.marts.evaluation import framework
from dashboards.screens import shown
from dashboards.screens.evaluation import province, university
from ingestion import permissions

SHOWS = (shown.Place("evaluation", N_("评价指标"), shown.TABLE, tuple(dict.fromkeys(leaf.indicator for leaf in framework.leaves())), exports=True),)


def show() -> None:
    actor = frame.current()
    permissions.require(actor, "view_evaluation")
    (province if actor.is_province else university).show(actor)
