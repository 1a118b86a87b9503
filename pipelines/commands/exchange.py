"""template, export: a university's own files out."""

# No postponed annotations here: an option's help is worded when its command is registered.

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.data import acting
from pipelines.commands.shell import Failure, Progress, command_class, emit
from pipelines.commands.words import Words


def register(app: typer.Typer, words: Words) -> None:
    cls = command_class(words)
    json_option = typer.Option("--json", help=words("以 JSON 输出，供程序读取。", "Answer as JSON, for machines."))
    output_option = typer.Option("-o", "--output", metavar=words("文件", "FILE"), help=words("写入的文件。", "The file to write."))

    @app.command(
        "template",
        cls=cls,
        help=words(
            "生成导入模板：一张数据表、填写说明、下拉列表、示例行。类型为 28 种记录之一，或 accounts（账号）。",
            "Writes an import template: data sheet, guide, drop-downs, example. TYPE is one of the 28 record types, or accounts.",
        ),
    )
    def template(
        type_id: Annotated[str, typer.Argument(metavar=words("类型", "TYPE"), help=words("记录类型，如 paper；或 accounts。", "The record type, as paper; or accounts."))],
        output: Annotated[Path, output_option],
        university: Annotated[
            str | None,
            typer.Option(
                "--university", metavar=words("代码", "CODE"),
                help=words("带上这所高校的学院和自定义代码；不填则只有内置代码。", "With this university's colleges and own codes; built-in codes alone without it."),
            ),
        ] = None,
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from ingestion.exchange import template as templates
        from ingestion.exchange.layout import Look

        _known_type(type_id, words, also=(templates.ACCOUNTS,))
        look = Look(language=words.language) if university is None else _look(university, type_id, words)
        _writable(output, words)
        templates.write(output, type_id, look)
        emit({"file": str(output), "version": templates.version(type_id)}, words(f"模板已写入 {output}", f"The template is in {output}"), as_json)

    @app.command(
        "export",
        cls=cls,
        help=words(
            "导出一类记录：以 --as 账号的权限，可加条件。格式由 --format 或文件扩展名决定：xlsx、csv；论文等成果还有 bib、docx（GB/T 7714）。",
            "Exports records of one type with the permissions of the account --as, by conditions if given. --format or the file's "
            "ending choose: xlsx, csv; for publications also bib and docx (GB/T 7714).",
        ),
    )
    def export_(
        type_id: Annotated[str, typer.Argument(metavar=words("类型", "TYPE"), help=words("记录类型，如 paper。", "The record type, as paper."))],
        university: Annotated[str, typer.Option("--university", metavar=words("代码", "CODE"), help=words("高校代码，如 99001。", "The university's code, as 99001."))],
        as_user: Annotated[str, typer.Option("--as", metavar=words("账号", "USER"), help=words("以哪个账号的权限导出。", "Whose permissions apply."))],
        output: Annotated[Path, output_option],
        form: Annotated[str | None, typer.Option("--format", metavar="xlsx|csv|bib|docx", help=words("格式；默认看文件扩展名。", "The format; by default the file's ending says it."))] = None,
        filters: Annotated[
            list[str] | None,
            typer.Option(
                "--filter", metavar=words("字段=值", "FIELD=VALUE"),
                help=words("条件，可多次使用：year=2025、state=已通过、college=C1、from=、to=、keyword=，或代码字段。", "A condition, may be repeated: year=2025, state=30, college=C1, from=, to=, keyword=, or a coded field."),
            ),
        ] = None,
        columns: Annotated[str | None, typer.Option("--columns", metavar=words("字段,字段", "KEY,KEY"), help=words("只导出这些字段，逗号隔开。", "Only these columns, separated by commas."))] = None,
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from ingestion import accounts
        from ingestion.exchange import export, layout
        from ingestion.store.engine import ALL, open_store

        _known_type(type_id, words)
        _writable(output, words)
        kind = form or output.suffix.lstrip(".").lower() or "xlsx"
        store = open_store()
        try:
            with store.read(ALL) as uow:
                actor = acting(lambda: accounts.principal_for(uow, university, as_user), university, as_user, words)
            with store.read(university) as uow:
                query = export.query_of(type_id, filters or (), layout.load(uow, actor, type_id, language=words.language, reading=False))
            chosen = tuple(key.strip() for key in columns.split(",")) if columns else ()
            request = export.Request(type_id, kind, query, columns=chosen, language=words.language)  # type: ignore[arg-type]
            with Progress(quiet=as_json).running() as progress:
                made = export.make(store, actor, request, output, lambda done, total: progress.step(words("写入", "Writing"), done, total))
        finally:
            store.dispose()
        emit(
            {"file": str(output), "rows": made.rows, "sha256": made.sha256, "as_of": made.as_of},
            words(f"已导出 {made.rows:,} 条到 {output}", f"{made.rows:,} records are in {output}"), as_json,
        )  # fmt: skip


def _look(university: str, type_id: str, words: Words):  # type: ignore[no-untyped-def]
    from ingestion import accounts
    from ingestion.exchange import template as templates
    from ingestion.store.engine import ALL, open_store

    store = open_store()
    try:
        with store.read(ALL) as uow:
            actor = acting(lambda: accounts.system_principal(uow, university), university, "", words)
        with store.read(university) as uow:
            return templates.look_of(uow, actor, type_id, words.language)
    finally:
        store.dispose()


def _known_type(type_id: str, words: Words, also: tuple[str, ...] = ()) -> None:
    from ingestion.catalog.registry import TYPE_IDS

    if type_id not in (*TYPE_IDS, *also):
        listed = "、".join((*TYPE_IDS, *also))
        raise Failure(words(f"没有类型“{type_id}”；可用：{listed}。", f"There is no type “{type_id}”; there are: {listed.replace('、', ', ')}."))


def _writable(output: Path, words: Words) -> None:
    if not output.parent.is_dir():
        raise Failure(words(f"文件夹“{output.parent}”不存在。", f"The folder “{output.parent}” does not exist."))
    if output.is_dir():
        raise Failure(words(f"“{output}”是文件夹，请给出文件名。", f"“{output}” is a folder; give a file name."))
