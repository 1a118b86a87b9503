"""Data Docs: Great Expectations' own page of one suite's results, fit to be served from here.

The page as the library writes it asks eight servers of others for styles, scripts and pictures; those references go,
and one plain style of ours takes their place. Values that were unexpected are left out: a page tells how many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from expectations import engine
from expectations.checks import Suite

if TYPE_CHECKING:
    import pandas as pd

_OUTSIDE = re.compile(
    r"<script\b.*?</script>|<style\b.*?</style>|<link\b[^>]*>|<(?:img|source)\b[^>]*>|<form\b.*?</form>|<iframe\b.*?</iframe>|<a\b[^>]*href=\"https?://[^>]*>.*?</a>"
    r"|<nav\b.*?</nav>|<footer\b.*?</footer>|<button\b.*?</button>",
    re.S | re.I,
)
_STYLE = """<style>
:root{color-scheme:light dark}body{font:15px/1.5 'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;margin:1.5rem;max-width:75rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0}td,th{border-bottom:1px solid #D5DCE6;padding:.35rem .5rem;text-align:left;vertical-align:top}
h1,h2,h3,h4,h5{font-size:1.0625rem;margin:1rem 0 .25rem}ul{padding-left:1.2rem}.badge{border:1px solid #8794A3;border-radius:4px;padding:0 .3rem}
.text-success::before{content:"✓";color:#12633F}.text-danger::before{content:"✗";color:#A3222F}
.modal,.ge-walkthrough,.toggle-all-button,.ge-navigation-sidebar-container,[class*=-cta],#explore-navbar{display:none}
</style>"""


@dataclass(frozen=True)
class Page:
    """One suite's results: how many rows were looked at, how many checks run and failed, and the page itself."""

    suite: str
    rows: int
    checks: int
    failed: int
    html: str


def page(suite: Suite, frame: pd.DataFrame) -> Page:
    """Run ``suite`` on ``frame`` and draw what came of it; an empty frame holds everything."""
    if frame.empty:
        return Page(suite.name, 0, len(suite.checks), 0, "")
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaPageView

    result = engine.validate(suite, frame, {"result_format": "SUMMARY", "exclude_unexpected_values": True}, notes=True)
    view: Any = DefaultJinjaPageView()
    html = str(view.render(ValidationResultsPageRenderer().render(result)))
    failed = sum(not one.success for one in result.results)
    return Page(suite.name, len(frame), len(suite.checks), failed, at_home(html))


def at_home(html: str) -> str:
    """The page without what it would fetch from elsewhere or send there."""
    return _OUTSIDE.sub("", html).replace("</head>", f"{_STYLE}</head>", 1)
