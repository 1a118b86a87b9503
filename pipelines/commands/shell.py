"""What all commands share with the person at the terminal: help in Chinese, one sentence a failure, results
as words or as JSON, progress."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

from pipelines.commands.words import Words

UsageError: Any = typer.BadParameter.__mro__[1]


class Failure(Exception):
    """A command's end with exit code 1 and one sentence."""


def localise(words: Words) -> None:
    """Typer's own words in the chosen language."""
    rich_utils.OPTIONS_PANEL_TITLE = words("选项", "Options")
    rich_utils.ARGUMENTS_PANEL_TITLE = words("参数", "Arguments")
    rich_utils.COMMANDS_PANEL_TITLE = words("命令", "Commands")
    rich_utils.DEFAULT_STRING = words("[默认：{}]", "[default: {}]")
    rich_utils.REQUIRED_LONG_STRING = words("[必填]", "[required]")


def command_class(words: Words) -> type[TyperCommand]:
    class Command(TyperCommand):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.short_help = re.split(r"[。；：:;]|\. ", self.help or "", maxsplit=1)[0].rstrip(".")

        def get_help_option(self, ctx: Any) -> Any:
            return _help_option(super().get_help_option(ctx), words)

        def format_usage(self, ctx: Any, formatter: Any) -> None:
            _usage(self, ctx, formatter, words)

    return Command


def group_class(words: Words) -> type[TyperGroup]:
    class Group(TyperGroup):
        def get_help_option(self, ctx: Any) -> Any:
            return _help_option(super().get_help_option(ctx), words)

        def format_usage(self, ctx: Any, formatter: Any) -> None:
            _usage(self, ctx, formatter, words)

    return Group


def _help_option(option: Any, words: Words) -> Any:
    if option is not None:
        option.help = words("显示本说明。", "Show this help.")
    return option


def _usage(command: Any, ctx: Any, formatter: Any, words: Words) -> None:
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix=words("用法：", "Usage: "))


def new_app(words: Words, help_text: str) -> typer.Typer:
    """A group of commands whose help and errors speak the chosen language."""
    return typer.Typer(
        cls=group_class(words),
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        options_metavar=words("[选项]", "[OPTIONS]"),
        subcommand_metavar=words("命令 [参数]…", "COMMAND [ARGUMENTS]…"),
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 110},
    )


def usage_sentence(error: Any, words: Words) -> str:
    """What is wrong with the line typed, in one sentence."""
    kind = type(error).__name__
    param = getattr(error, "param", None)
    name = " / ".join(param.opts) if param is not None and getattr(param, "opts", None) else ""
    if param is not None and getattr(param, "param_type_name", "") == "argument":
        name = param.metavar or param.name or name
    if kind == "MissingParameter":
        return words(f"缺少 {name}。", f"{name} is missing.")
    if kind == "NoSuchOption":
        return words(f"没有选项 {error.option_name}。", f"There is no option {error.option_name}.")
    if kind == "BadParameter" and name:
        allowed = _allowed(param, words)
        return words(f"{name} 的值无效{allowed}。", f"The value of {name} is not valid{allowed}.")
    if kind == "BadOptionUsage":
        return words(f"选项 {error.option_name} 缺少值。", f"The option {error.option_name} needs a value.")
    message = str(error.message)
    if message.startswith("No such command"):
        typed = message.split("'")[1] if "'" in message else ""
        return words(f"没有命令“{typed}”。", f"There is no command “{typed}”.")
    if message.startswith("Got unexpected"):
        return words("参数多余。", "There are too many arguments.")
    if message.startswith("Missing command"):
        return words("缺少命令。", "The command is missing.")
    return words("命令行参数无效。", message)


def _allowed(param: Any, words: Words) -> str:
    low, high = getattr(param, "min", None), getattr(param, "max", None)
    return "" if low is None or high is None else words(f"，应为 {low} 到 {high}", f"; it lies between {low} and {high}")


def emit(result: Any, text: str, as_json: bool) -> None:
    """A result: as one JSON document for machines, else as words."""
    if as_json:
        print(json.dumps(result, ensure_ascii=False, default=str))
    else:
        print(text)


class Progress:
    """Steps of long work, on standard error: a live line on a terminal, a line a step elsewhere."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._live: Any = None
        self._task: Any = None

    def step(self, text: str, done: int | None = None, total: int | None = None) -> None:
        if self._quiet:
            return
        if self._live is None:
            if done in (None, 0):
                print(f"· {text}", file=sys.stderr, flush=True)
            return
        if self._task is None or self._live.tasks[0].description != text:
            if self._task is not None:
                self._live.console.print(f"  ✓ {self._live.tasks[0].description}", style="dim")
                self._live.remove_task(self._task)
            self._task = self._live.add_task(text, total=total)
        self._live.update(self._task, completed=done or 0, total=total)

    @contextmanager
    def running(self) -> Iterator[Progress]:
        if self._quiet or not sys.stderr.isatty():
            yield self
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Live

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Live(*columns, console=Console(stderr=True), transient=True) as self._live:
            yield self
        self._live = None
