"""What no cell may hold, and the one text xlsxwriter misreads. Imports nothing: the readers of figures use it too."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST = 32_767  # characters a workbook's cell holds


def clean(words: str) -> str:
    """Without characters no file may hold."""
    return words if words.isprintable() else CONTROL.sub("", words)


def literal(words: str) -> str:
    """A text as xlsxwriter must be given it: in constant memory it takes "<r>…</r>" for its own markup and copies it."""
    if words.startswith("<r>") and words.endswith("</r>"):
        return f'<r><t xml:space="preserve">{escape(words)}</t></r>'
    return words
