"""The reference pages say what the product does."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import cli
from pipelines.commands import reference
from pipelines.commands.words import Words

ROOT = Path(__file__).parents[2]


def test_every_command_is_documented_as_it_is() -> None:
    # Mend with: python -m pipelines.commands.reference
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page()


@pytest.mark.ac("AC-254")
def test_every_command_and_option_is_explained_in_both_languages() -> None:
    import typer

    def walk(zh: object, en: object, path: str) -> list[str]:
        bare = []
        for a, b in zip(zh.params, en.params, strict=True):  # type: ignore[attr-defined]
            if not (a.help and b.help and any("\u4e00" <= c <= "\u9fff" for c in a.help) and b.help.isascii()):
                bare.append(f"{path} {a.name}")
        for name, child in getattr(zh, "commands", {}).items():
            bare += walk(child, en.commands[name], f"{path} {name}")  # type: ignore[attr-defined]
        if not (zh.help and en.help and any("\u4e00" <= c <= "\u9fff" for c in zh.help)):  # type: ignore[attr-defined]
            bare.append(path)
        return bare

    trees = [typer.main.get_command(cli.build(Words(language))) for language in ("zh", "en")]
    assert walk(*trees, "yanshu") == []
