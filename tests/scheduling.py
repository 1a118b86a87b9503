"""Which worker runs what, and when.

xdist's own ``loadfile`` begins with the files of the most tests, so that the few long journeys come last, often one
worker alone, and every worker builds what a folder shares: a server and a browser, a parsed dbt project and its first
full refresh. Here a folder that shares such things goes to one worker as a whole, and the longest work begins first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from xdist.scheduler import LoadFileScheduling

TOGETHER = ("tests/journeys/", "tests/pipelines/", "tests/dashboards/marts/")
"""Folders of one worker each, the longest first; they begin before all others."""
ALSO = {
    "tests/dbt/": "tests/pipelines/", "tests/expectations/": "tests/pipelines/",
    "tests/dashboards/analysis/": "tests/dashboards/marts/", "tests/dashboards/quality/": "tests/dashboards/marts/",
}  # fmt: skip
"""Smaller folders that use what another one has built."""
ALONE = ("tests/pipelines/demo/", "tests/pipelines/test_serve.py", "tests/pipelines/test_cli.py", "tests/pipelines/test_network.py")
"""Parts of them that share nothing, and run where there is time."""


def unit(nodeid: str) -> str:
    """The piece of work a test belongs to: its folder's, else its file's."""
    file = nodeid.split("::", 1)[0]
    if not file.startswith(ALONE):
        for folder in (*TOGETHER, *ALSO):
            if file.startswith(folder):
                return ALSO.get(folder, folder)
    return file


def order(nodeids: Sequence[str]) -> list[int]:
    """Positions of the tests in the order to run them: folders of one worker, then the parts of them that share
    nothing, then the other files, those of many tests first."""
    units = [unit(nodeid) for nodeid in nodeids]
    size, first = Counter(units), {name: at for at, name in reversed(list(enumerate(units)))}

    def key(at: int) -> tuple[int, int, int]:
        name = units[at]
        if name in TOGETHER:
            return TOGETHER.index(name), 0, at
        return len(TOGETHER) + (not name.startswith(ALONE)), -size[name], first[name]

    return sorted(range(len(units)), key=key)


class ByFolder(LoadFileScheduling):
    """``unit`` decides; the order is that of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)
