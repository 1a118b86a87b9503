"""refresh, sql."""

# No postponed annotations here: an option's help is worded when its command is registered.

import csv
import io
import os
from typing import Annotated, Any

import typer

from ingestion.principal import Denied, NotFound, Principal
from pipelines.commands.shell import Failure, Progress, command_class, emit
from pipelines.commands.words import Words


def register(app: typer.Typer, words: Words) -> None:
    cls = command_class(words)
    json_option = typer.Option("--json", help=words("以 JSON 输出，供程序读取。", "Answer as JSON, for machines."))
    university_option = typer.Option(
        "--university", metavar=words("代码", "CODE"), help=words("高校代码，如 99001。", "The university's code, as 99001.")
    )

    @app.command(
        "refresh",
        cls=cls,
        help=words(
            "立即刷新一次数据，显示变更行数、各步用时和批次。",
            "Refreshes the numbers once, now; prints changed rows, time by stage and the generation.",
        ),
    )
    def refresh(
        full: Annotated[bool, typer.Option("--full", help=words("全部重建。", "Rebuild everything."))] = False,
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from ingestion import refreshes
        from ingestion.store.engine import ALL, home, open_store
        from pipelines import refresh as refreshing
        from pipelines.installation import require_ready

        store = open_store()
        try:
            require_ready(store)
            with store.begin(ALL) as uow:  # this run answers whatever was asked for before it
                if (asked := refreshes.waiting(uow)) is not None:
                    refreshes.take(uow, asked)
            with Progress(quiet=as_json).running() as progress:
                result = refreshing.run(
                    store, home(), full=full, progress=lambda stage, _seconds: progress.step(_stage(stage, words))
                )
        finally:
            store.dispose()
        emit(_as_dict(result), _refreshed(result, words), as_json)

    @app.command(
        "sql",
        cls=cls,
        help=words("在已发布的数据上执行一条 SELECT 查询。", "Runs one SELECT on the published data."),
    )
    def sql(
        statement: Annotated[str, typer.Argument(metavar=words("语句", "STATEMENT"), help=words("一条 SELECT 语句。", "One SELECT statement."))],
        university: Annotated[str, university_option],
        as_user: Annotated[str | None, typer.Option("--as", metavar=words("账号", "USER"), help=words("以哪个账号的权限查询；默认为系统。", "Whose permissions apply; the system's by default."))] = None,
        form: Annotated[str, typer.Option("--format", metavar="table|csv|json", help=words("输出格式。", "How to print the answer."))] = "table",
        limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, metavar=words("行数", "ROWS"), help=words("最多显示的行数。", "The most rows to print."))] = 1000,
        seconds: Annotated[int, typer.Option("--seconds", min=1, max=60, metavar=words("秒", "SECONDS"), help=words("最长执行时间。", "The longest it may run."))] = 10,
        asof: Annotated[str, typer.Option("--asof", metavar=words("日期", "DAY"), help=words("某个过去日期结束时的数据，如 2026-06-30。", "The data as of the end of a past day, as 2026-06-30."))] = "",
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from dashboards.marts import days, sandbox
        from ingestion import accounts
        from ingestion.store.engine import ALL, open_store

        if form not in ("table", "csv", "json"):
            raise Failure(words(f"--format “{form}”无效；可用：table、csv、json。", f"--format “{form}” is not valid; there are: table, csv, json."))
        store = open_store()
        try:
            with store.read(ALL) as uow:
                actor = acting(
                    lambda: accounts.principal_for(uow, university, as_user) if as_user else accounts.system_principal(uow, university),
                    university, as_user or "", words,
                )  # fmt: skip
            day = days.read(asof) if asof else None
            if day is not None and actor.role in sandbox.MAY_ASK:  # others are refused below, before anything is made
                from pipelines import past  # the machine's imports take a second

                past.ensure(store, actor, day, past.key_of(actor), f"sql-{os.getpid()}")
        finally:
            store.dispose()
        result = sandbox.run(actor, statement, limit, seconds, day)
        if as_json or form == "json":
            rows = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
            emit({"rows": rows, "total": result.total, "generation": result.generation}, "", True)
        elif form == "csv":
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerows([result.columns, *result.rows])
            print(out.getvalue(), end="")
        else:
            print(_table(result.columns, result.rows))
            print(words(f"共 {result.total} 行，批次 #{result.generation}，{result.seconds:.2f} 秒", f"{result.total} rows, generation #{result.generation}, {result.seconds:.2f} s"))


def acting(find: Any, university: str, username: str, words: Words) -> Principal:
    """The principal, or one sentence that does not tell an unknown account from one without the role."""
    try:
        found: Principal = find()
    except (NotFound, Denied):
        named = words(f"账号“{username}”", f"account “{username}”") if username else words("系统账号", "system account")
        raise Failure(words(f"高校 {university} 没有可用的{named}。", f"University {university} has no {named} that may do this.")) from None
    return found


def _as_dict(result: Any) -> dict[str, Any]:
    import dataclasses

    return dataclasses.asdict(result) if dataclasses.is_dataclass(result) and not isinstance(result, type) else dict(vars(result))


STAGES = {
    "feed": ("提取变更", "feed"),
    "batch": ("准备", "batch"),
    "raw_checks": ("检查原始数据", "raw checks"),
    "transform": ("转换", "transform"),
    "mart_checks": ("检查结果", "mart checks"),
    "publish": ("发布", "publish"),
    "findings": ("登记问题", "findings"),
}


def _stage(name: str, words: Words) -> str:
    return words(*STAGES.get(name, (name, name)))


def _refreshed(result: Any, words: Words) -> str:
    stages = words("，", ", ").join(f"{_stage(name, words)} {seconds:.2f}" for name, seconds in result.seconds_by_stage.items())
    text = words(
        f"批次 #{result.generation}：变更 {result.changed_rows} 行；用时（秒）：{stages}",
        f"Generation #{result.generation}: {result.changed_rows} changed rows; seconds: {stages}",
    )
    for university, held in sorted(result.held.items()):
        text += "\n" + words(f"{university} 保留上一批次：{held.zh}", f"{university} keeps its last file: {held.en}")
    return text


def _table(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    from rich.cells import cell_len

    cells = [[str(c) for c in columns], *[["" if v is None else str(v) for v in row] for row in rows]]
    widths = [max(cell_len(row[i]) for row in cells) for i in range(len(columns))]

    def line(row: list[str]) -> str:
        return "  ".join(value + " " * (width - cell_len(value)) for value, width in zip(row, widths, strict=True)).rstrip()

    return "\n".join([line(cells[0]), "  ".join("-" * width for width in widths), *(line(row) for row in cells[1:])])
