"""用于页面: which page shows an indicator where.

A screen that names indicators declares them beside its constants as ``SHOWS``, made of the very tuples it draws with; the
definition card, the page of lineage and a test that reads every screen live on it.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import lru_cache

from dashboards import navigation
from dashboards.i18n import pick, t
from dashboards.marts.definitions import Definition
from dashboards.marts.reader import PROVINCE, Mart
from ingestion.principal import Principal

NUMBER, CHART, TABLE, LIST, SCORE = "number", "chart", "table", "list", "score"
PARTS = ("dashboards.screens.home.figures",)
"""Parts of screens in modules of their own, imported by them when they are drawn."""
EVERY = ("*",)
"""The indicators of a part that shows every one that is not operational."""


@dataclass(frozen=True)
class Place:
    """One part of a page. ``part``: its Chinese title, an id of the translations; ``exports``: it can be taken away as a
    workbook or a picture."""

    path: str
    part: str
    form: str
    indicators: tuple[str, ...]
    exports: bool = False
    roles: tuple[str, ...] = ()
    """Who sees this part, where not everybody who may open the page does."""
    en: str = ""
    """The English title of a part that is named by a declaration and not by the translations."""

    @property
    def title(self) -> str:
        return pick(self.part, self.en) if self.en else t(self.part)

    def shows(self, found: Definition) -> bool:
        if self.indicators == EVERY:
            return found.kind != "operational" and found.operation != "rank"
        return found.indicator in self.indicators


@lru_cache(maxsize=1)
def places() -> tuple[Place, ...]:
    """Every declared part, in the order of the menu."""
    modules = dict.fromkeys((*(entry.screen.partition(":")[0] for entry in navigation.ENTRIES), *PARTS))
    return tuple(place for name in modules for place in getattr(importlib.import_module(name), "SHOWS", ()))


def of(actor: Principal, mart: Mart, found: Definition) -> list[Place]:
    """The parts that show the indicator on pages this reader may open; first those where it stands by its own name, then
    those of all indicators."""
    offered = {entry.path for entry in navigation.offered(actor)}
    whole = mart.meta.university_code == PROVINCE
    mine = [one for one in places() if one.path in offered and one.shows(found) and (not one.roles or actor.role in one.roles) and not (whole and one.form == LIST)]
    return sorted(mine, key=lambda one: one.indicators == EVERY)
