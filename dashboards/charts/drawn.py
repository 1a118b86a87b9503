"""A figure on its way to the page as it is.

``st.plotly_chart`` builds plotly's own objects of a plain figure, each value looked at and copied, and writes them back as
the same figure with a template of 3.7 kB that none of ours uses: 8-30 ms a chart. What we draw is known to be right, and
the tests hold every kind of chart against plotly's own check.
"""

from __future__ import annotations

from typing import Any

from plotly.basedatatypes import BaseFigure

from dashboards.charts.figures import Figure


class Drawn(BaseFigure):  # type: ignore[misc]
    """Passes where plotly asks for one of its figures, and gives the plain one."""

    def __init__(self, figure: Figure) -> None:
        object.__setattr__(self, "_plain", figure)  # nothing of what plotly would prepare is ever asked for

    def to_dict(self) -> dict[str, Any]:
        return self._plain  # type: ignore[no-any-return]
