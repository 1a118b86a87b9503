"""The command `yanshu`: reads the line, runs one command, exits 0 or says in one sentence why not."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import Any

import typer

from ingestion.principal import OperationError
from pipelines.commands import (
    attachments,
    checks,
    data,
    exchange,
    imports,
    installation,
    leaving,
    snapshots,
    sources,
)
from pipelines.commands.shell import Failure, UsageError, localise, new_app, usage_sentence
from pipelines.commands.words import Words, take_language


def build(words: Words) -> typer.Typer:
    """All commands, with help in one language."""
    app = new_app(
        words,
        words(
            "研数：高校科研管理与科研统计。数据写在 YANSHU_HOME（默认 ./var）；YANSHU_DATABASE_URL 指定 PostgreSQL。"
            "加 --lang en 显示英文。",
            "Yanshu: research management and research statistics for universities. Everything is written to "
            "YANSHU_HOME (default ./var); YANSHU_DATABASE_URL picks PostgreSQL. --lang zh shows Chinese.",
        ),
    )
    installation.register(app, words)
    data.register(app, words)
    imports.register(app, words)
    exchange.register(app, words)
    sources.register(app, words)
    leaving.register(app, words)
    snapshots.register(app, words)
    attachments.register(app, words)
    checks.register(app, words)
    return app


def run(arguments: Sequence[str]) -> int:
    """Runs one line and gives its exit code: 0 done, 1 failed, 2 the line itself was wrong, 130 interrupted."""
    try:
        language, rest = take_language(arguments)
    except ValueError as error:
        return _say(f"--lang “{error}”：可用 zh 或 en (zh or en).", 2)
    words = Words(language)
    localise(words)
    command: Any = typer.main.get_command(build(words))
    try:
        code = command.main(args=rest, prog_name="yanshu", standalone_mode=False)
    except Failure as failure:
        return _say(str(failure), 1)
    except OperationError as refusal:
        return _say(words(refusal.zh, refusal.en), 1)
    except UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            return 2  # the help was printed
        hint = words("；用 --help 查看说明。", "; see --help.")
        return _say(usage_sentence(error, words).rstrip("。.") + hint, 2)
    except (KeyboardInterrupt, typer.Abort):
        return _say(words("已中断。", "Interrupted."), 130)
    except Exception as error:
        if os.environ.get("YANSHU_DEBUG"):
            raise
        return _say(_unforeseen(error, words), 1)
    return code if isinstance(code, int) else 0


def _unforeseen(error: Exception, words: Words) -> str:
    """A sentence for what no command foresaw; database errors are told by what the operator can do."""
    name = type(error).__name__
    text = str(error).lower()
    if name in ("OperationalError", "ProgrammingError", "UndefinedColumn") and re.search(r"no such column|no column named|column .* does not exist", text):
        return words("数据库结构比程序旧：请先运行 yanshu init 升级。", "The tables are older than the program: run yanshu init to upgrade them.")
    if name in ("OperationalError", "ProgrammingError") and ("no such table" in text or "does not exist" in text):
        return words("尚未初始化：请先运行 yanshu init 或 yanshu demo。", "Nothing is set up yet: run yanshu init or yanshu demo first.")
    if name == "OperationalError":
        return words("数据库无法连接，请检查 YANSHU_DATABASE_URL 与数据库服务。", "The database cannot be reached: check YANSHU_DATABASE_URL and the server.")
    if name in ("ArgumentError", "NoSuchModuleError"):  # the address itself cannot be read; it may hold a password
        return words(
            "数据库地址无法识别：YANSHU_DATABASE_URL 应为 postgresql://用户:密码@主机/数据库；使用 SQLite 时不要设置该变量。",
            "The database address cannot be read: YANSHU_DATABASE_URL must be postgresql://user:password@host/database; "
            "leave it unset for SQLite.",
        )
    if isinstance(error, PermissionError):
        return words("没有读写 YANSHU_HOME 的权限。", "YANSHU_HOME may not be read or written.")
    return words(
        f"命令未能完成（{name}）；设置 YANSHU_DEBUG=1 可查看详情。",
        f"The command could not finish ({name}); YANSHU_DEBUG=1 shows the details.",
    )


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


def main() -> None:
    from ingestion.processes import collect_seldom  # it reaches the store, which help does without

    collect_seldom()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
