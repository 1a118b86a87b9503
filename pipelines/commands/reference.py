"""`docs/commands.md`: every command with its options in both languages, written from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from pipelines.commands.words import Words

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
HEAD = """# Commands 命令

Written by `python -m pipelines.commands.reference`; a test compares it with the commands. Every command ends with 0 on
success and non-zero with one sentence on failure. `--lang en` anywhere on the line speaks English.
"""


def page() -> str:
    """The whole page."""
    from pipelines import cli

    trees = [typer.main.get_command(cli.build(Words(language))) for language in ("zh", "en")]
    return "\n".join([HEAD, *_sections("yanshu", trees[0], trees[1])])


def _sections(path: str, zh: Any, en: Any) -> Iterator[str]:
    children = getattr(zh, "commands", None)
    if children:
        for name, child in children.items():
            yield from _sections(f"{path} {name}", child, en.commands[name])
        return
    yield f"## `{path}`\n\n{zh.help}\n\n{en.help}\n"
    rows = [(_name(a), a.help or "", b.help or "") for a, b in zip(zh.params, en.params, strict=True)]
    if rows:
        yield "| | 说明 | meaning |\n|---|---|---|"
        yield "\n".join(f"| `{name}` | {first} | {second} |" for name, first, second in rows) + "\n"


def _name(param: Any) -> str:
    if param.param_type_name == "argument":
        return str(param.name).upper().rstrip("_")
    return " ".join(param.opts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
