"""The language of the command line: Chinese first, English with ``--lang en``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Words:
    """``words("中文", "English")`` picks by the chosen language."""

    language: str = "zh"

    def __call__(self, zh: str, en: str) -> str:
        return en if self.language == "en" else zh


def take_language(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The language asked for anywhere on the line (else YANSHU_LANG, else zh), and the line without it.

    Raises:
        ValueError: a language that is not there; its argument is the word typed.
    """
    language = os.environ.get("YANSHU_LANG", "zh")
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--lang":
            language = next(words, "")
        elif word.startswith("--lang="):
            language = word.removeprefix("--lang=")
        else:
            rest.append(word)
    if language not in LANGUAGES:
        raise ValueError(language)
    return language, rest
