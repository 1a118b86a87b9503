"""What a reviewer or submitter writes: when a reason is a reason."""

from __future__ import annotations

import unicodedata

from ingestion.catalog.kinds import Issue
from ingestion.principal import OperationError

MINIMUM_REASON = 5
LONGEST_REASON = 2000


def visible_length(text: str) -> int:
    """Characters somebody can see: no spaces of any width, no control or zero-width characters, and no letters
    that only look blank (Hangul fillers, braille blank)."""
    return sum(1 for c in text if unicodedata.category(c)[0] not in "ZC" and c not in BLANKS)


BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\ufe0f\ufe0e")


def reason(text: str) -> str:
    """The reason without surrounding blanks. Raises ``ReasonRefused`` below five visible characters (AC-079)."""
    if visible_length(text) < MINIMUM_REASON:
        raise ReasonRefused(
            f"请填写原因，至少 {MINIMUM_REASON} 个字。", f"Give a reason of at least {MINIMUM_REASON} characters."
        )
    if len(text) > LONGEST_REASON:
        raise ReasonRefused(
            f"原因共 {len(text)} 字，最多 {LONGEST_REASON} 字。",
            f"The reason has {len(text)} characters, at most {LONGEST_REASON} are allowed.",
        )
    return text.strip()


class ReasonRefused(OperationError):
    """No reason, a blank one, or one too long."""

    @property
    def issue(self) -> Issue:
        return Issue("reason", self.zh, self.en)
