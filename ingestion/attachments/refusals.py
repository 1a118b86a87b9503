"""Why a file is not taken."""

from __future__ import annotations

from ingestion.principal import OperationError


class AttachmentRefused(OperationError):
    """A file that is not taken; the sentence names the file and the rule. ``rule``: name, empty, size, count,
    type, content, archive, slot, secrecy. ``secrecy_rule``: the number of the rule a mark broke, all that may be
    written down about it."""

    def __init__(self, rule: str, zh: str, en: str, *, secrecy_rule: str | None = None) -> None:
        super().__init__(zh, en)
        self.rule = rule
        self.secrecy_rule = secrecy_rule
