"""source: tables for indicators that no record can answer (citations, ESI lists, points of the yearly score)."""

# No postponed annotations here: an option's help is worded when its command is registered.

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.data import acting
from pipelines.commands.shell import Failure, command_class, emit
from pipelines.commands.words import Words


def register(app: typer.Typer, words: Words) -> None:
    cls = command_class(words)
    group = typer.Typer(help=words("指标数据来源：被引表、ESI 名单、计分标准。", "Sources of indicators: citations, ESI lists, points."))
    app.add_typer(group, name="source")
    university_option = typer.Option("--university", metavar=words("代码", "CODE"), help=words("高校代码，如 99001。", "The university's code, as 99001."))
    user_option = typer.Option("--as", metavar=words("账号", "USER"), help=words("以哪个账号（科研处）。", "The account, of the research office."))
    json_option = typer.Option("--json", help=words("以 JSON 输出，供程序读取。", "Answer as JSON, for machines."))

    @group.command(
        "import",
        cls=cls,
        help=words(
            "录入一张表（xlsx、xls、csv）并启用：citations（论文被引表）、esi（ESI高被引与热点名单）、score_rules（年度考核计分标准）。统计在下次刷新时重新计算。",
            "Brings a table (xlsx, xls, csv) in and puts it in force: citations, esi (highly cited and hot papers) or score_rules (points of "
            "the yearly score). Numbers follow at the next refresh.",
        ),
    )
    def import_(
        kind: Annotated[str, typer.Argument(metavar="citations|esi|score_rules", help=words("哪种表。", "Which table."))],
        file: Annotated[Path, typer.Argument(metavar=words("文件", "FILE"), help=words("要录入的文件。", "The file."))],
        university: Annotated[str, university_option],
        as_user: Annotated[str, user_option],
        source: Annotated[str, typer.Option("--source", metavar=words("来源", "SOURCE"), help=words("数据来源，如 “Web of Science”。", "Where the data come from, as Web of Science."))],
        day: Annotated[str, typer.Option("--date", metavar="YYYY-MM-DD", help=words("数据日期。", "The date of the data."))],
        period: Annotated[str, typer.Option("--period", metavar="YYYY-MM", help=words("ESI 期次。", "The period of the ESI list."))] = "",
        year: Annotated[int | None, typer.Option("--year", metavar="YYYY", help=words("计分标准的考核年度。", "The year the points are for."))] = None,
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from ingestion import accounts, sources
        from ingestion.exchange import sources as reading
        from ingestion.store.engine import ALL, open_store

        if kind not in sources.KINDS:
            raise Failure(words(f"没有“{kind}”这种表；可用：{'、'.join(sources.KINDS)}。", f"There is no table “{kind}”; there are: {', '.join(sources.KINDS)}."))
        if not file.is_file():
            raise Failure(words(f"找不到文件“{file.name}”。", f"There is no file “{file.name}”."))
        try:
            taken_on = datetime.strptime(day, "%Y-%m-%d").date()
        except ValueError:
            raise Failure(words(f"--date “{day}”应写为 年-月-日，如 2026-11-01。", f"--date “{day}” must be a day, as 2026-11-01.")) from None
        store = open_store()
        try:
            with store.read(ALL) as uow:
                actor = acting(lambda: accounts.principal_for(uow, university, as_user, "office_admin"), university, as_user, words)
            with store.begin(actor.university_code) as uow:
                taken = reading.take(uow, actor, kind, file, sources.Head(source, taken_on, period, year, file.name))
        finally:
            store.dispose()
        lines = [words(f"第 {row} 行 {said}：不是本校已通过的论文", f"Row {row} {said}: no approved paper of the university") for row, said in taken.strangers[:10]]
        lines.append(words(f"读取 {taken.rows}，采用 {taken.used}，未采用 {taken.unknown}", f"read {taken.rows}, used {taken.used}, left out {taken.unknown}"))
        emit({"table": taken.table_id, "rows": taken.rows, "used": taken.used, "unknown": taken.unknown}, "\n".join(lines), as_json)

    @group.command("list", cls=cls, help=words("列出录入过的表：来源、日期、行数、录入人。", "Lists the tables: source, date, rows, who brought them."))
    def list_(university: Annotated[str, university_option], as_user: Annotated[str, user_option], as_json: Annotated[bool, json_option] = False) -> None:
        from ingestion import accounts, sources
        from ingestion.store.engine import ALL, open_store

        store = open_store()
        try:
            with store.read(ALL) as uow:
                actor = acting(lambda: accounts.principal_for(uow, university, as_user, "office_admin"), university, as_user, words)
            with store.read(actor.university_code) as uow:
                kept = sources.tables(uow, actor)
        finally:
            store.dispose()
        rows = [
            {"kind": one.kind, "source": one.source, "date": one.taken_on.isoformat(), "period": one.period or one.year or "", "rows": one.rows, "used": one.used, "by": one.made_by, "in_force": one.in_force}
            for one in kept
        ]  # fmt: skip
        text = "\n".join("  ".join(str(value) for value in row.values()) for row in rows) or words("尚未录入。", "Nothing was brought in yet.")
        emit({"tables": rows}, text, as_json)
