"""template, export: a university's own files out."""

# No postponed annotations here: an option's help is worded when its command is registered.

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.data import acting
from pipelines.commands.shell import Failure, command_class, emit
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
