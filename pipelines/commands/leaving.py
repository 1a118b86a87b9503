"""exit-bundle, restore-bundle."""

# No postponed annotations here: an option's help is worded when its command is registered.

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ingestion.principal import Denied, NotFound, Principal
from pipelines.commands.shell import Failure, Progress, command_class, emit
from pipelines.commands.words import Words

STAGES = {
    "tables": ("写入数据表", "Writing tables"),
    "attachments": ("复制附件", "Copying attachments"),
    "finish": ("写入清单", "Writing the manifest"),
}

ARRIVING = {
    "check": ("核对文件", "Checking files"),
    "load": ("导入", "Importing"),
    "compare": ("对比", "Comparing"),
    "refresh": ("重新统计", "Building the numbers"),
}


def register(app: typer.Typer, words: Words) -> None:
    cls = command_class(words)
    json_option = typer.Option("--json", help=words("以 JSON 输出，供程序读取。", "Answer as JSON, for machines."))

    @app.command(
        "exit-bundle",
        cls=cls,
        help=words(
            "导出一所高校的迁出包：全部数据表（CSV、XLSX、Parquet）、代码表、数据字典与指标定义、操作日志、附件原件和带校验值的清单。"
            "在终端上确认两次，第二次须输入高校代码；缺失附件时仍会生成，退出码非 0。",
            "Makes the exit bundle of a university: every table as CSV, XLSX and Parquet, code lists, definitions, the audit log, "
            "attachments under their names and a manifest with hashes. Asks twice on a terminal, the second time for the "
            "university's code. With attachments missing it is still made, and the exit code is not 0.",
        ),
    )
    def exit_bundle(
        university: Annotated[str, typer.Option("--university", metavar=words("代码", "CODE"), help=words("高校代码，如 99001。", "The university's code, as 99001."))],
        out: Annotated[Path | None, typer.Option("--out", "-o", metavar=words("文件", "FILE"), show_default=False, help=words("写到哪个文件；默认为当前目录下的“代码-exit-时间.zip”。", "The file to write; CODE-exit-TIME.zip in this folder by default."))] = None,
        personal: Annotated[bool, typer.Option("--with-personal-data", help=words("证件号、电话、银行账号、出生日期以明文导出；默认遮盖。", "ID numbers, phones, bank accounts and birth dates in clear; masked by default."))] = False,
        as_user: Annotated[str | None, typer.Option("--as", metavar=words("账号", "USER"), help=words("以哪个科研处账号导出并记入日志；默认为系统。", "The office account that does it, for the log; the system by default."))] = None,
        yes_code: Annotated[str | None, typer.Option("--yes-code", metavar=words("代码", "CODE"), help=words("再写一遍高校代码代替确认，供脚本使用。", "The university's code once more instead of the questions, for scripts."))] = None,
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from ingestion.store.engine import open_store
        from pipelines import leaving
        from pipelines.installation import require_ready

        store = open_store()
        try:
            require_ready(store)
            actor, name = acting_office(store, university, as_user, words)
            _confirm(university, name, personal, yes_code, words)
            target = out or Path(f"{leaving.file_stem(university)}.zip")
            with Progress(quiet=as_json).running() as progress:
                made = leaving.make(
                    store, actor, target.absolute(), personal_data=personal, refreshing=leaving.refresh_here(store),
                    progress=lambda stage, done, total: progress.step(words(*STAGES[stage]), done, total),
                )  # fmt: skip
        finally:
            store.dispose()
        emit(_as_dict(made), _text(made, words), as_json)
        if made.missing:
            first = made.missing[0]
            where = f"{first.number} {first.name}".strip()
            raise Failure(
                words(
                    f"{len(made.missing)} 个附件在磁盘上缺失或损坏（如 {where}），已列入清单。",
                    f"{len(made.missing)} attachments are missing or damaged on disk (as {where}); the manifest lists them.",
                )
            )


    @app.command(
        "restore-bundle",
        cls=cls,
        help=words(
            "把迁出包导入空的系统（先运行 yanshu init）：先核对清单和每个文件，再整体导入，然后重新统计并逐项对比指标、记录数、历史版本、附件和操作日志，"
            "给出报告；全部一致时退出码为 0。账号不带密码，用激活链接设置。",
            "Brings an exit bundle into an empty installation (after yanshu init): checks manifest and every file, imports all or "
            "nothing, then builds the numbers anew and compares indicators, records, versions, attachments and the audit log one by "
            "one. Exit code 0 when all are equal. Accounts come without passwords and are activated by link.",
        ),
    )
    def restore_bundle(
        file: Annotated[Path, typer.Argument(metavar=words("文件", "FILE"), help=words("迁出包（zip）。", "The bundle (zip)."))],
        sha256: Annotated[str | None, typer.Option("--sha256", metavar=words("校验码", "VALUE"), help=words("导出时给出的清单校验码；不符则不导入。", "The check value told when it was made; another one is refused."))] = None,
        check: Annotated[bool, typer.Option("--check", help=words("只核对，不导入。", "Check only, import nothing."))] = False,
        compare: Annotated[bool, typer.Option("--compare", help=words("已导入过：只重新统计并对比，不再导入。", "It was imported before: only build the numbers and compare again."))] = False,
        report: Annotated[Path | None, typer.Option("--report", metavar=words("文件", "FILE"), help=words("把报告写成工作簿（xlsx）。", "Write the report as a workbook (xlsx)."))] = None,
        links: Annotated[Path | None, typer.Option("--links", metavar=words("文件", "FILE"), help=words("把全部账号的激活链接写入 CSV 文件；默认只显示科研处管理员的。", "Write the activation links of all accounts to a CSV file; only the office's are shown by default."))] = None,
        address: Annotated[str, typer.Option("--address", metavar=words("网址", "URL"), help=words("链接前面的网址。", "The address the links begin with."))] = "http://127.0.0.1:8501",
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from ingestion.store.engine import open_store
        from pipelines import arriving
        from pipelines.installation import require_ready

        for target in (report, links):
            if target is not None and target.exists():
                raise Failure(words(f"文件“{target.name}”已存在，请换一个文件名。", f"The file “{target.name}” exists already; choose another name."))
        store = open_store()
        try:
            require_ready(store)
            with Progress(quiet=as_json).running() as progress:

                def tell(stage: str, done: int, total: int) -> None:
                    progress.step(words(*ARRIVING[stage]), done, total)

                if check:
                    manifest = arriving.check(store, file, expect=sha256, progress=tell)
                    emit(manifest, words(f"迁出包完整：{manifest['university']['name']}，{len(manifest['files'])} 个文件。", f"The bundle is complete: {manifest['university']['code']}, {len(manifest['files'])} files."), as_json)
                    return
                found = (arriving.prove if compare else arriving.restore)(store, file, expect=sha256, all_links=links is not None, progress=tell)
        finally:
            store.dispose()
        if report is not None:
            arriving.workbook(found, report, words.language)
        if links is not None:
            arriving.write_links(found, links, address)
        emit({**arriving.as_dict(found), "links": [] if links else [address.rstrip("/") + link for _, _, link in found.links]}, arriving.text(found, address, links, words), as_json)
        if not found.proven:
            raise Failure(words("导入后的数据与迁出包不一致，见报告。", "What stands here differs from the bundle; see the report."))


def acting_office(store: Any, university: str, username: str | None, words: Words) -> tuple[Principal, str]:
    from sqlalchemy import select

    from ingestion import accounts
    from ingestion.store.engine import ALL
    from ingestion.store.platform import university as table

    with store.read(ALL) as uow:
        name = uow.conn.scalar(select(table.c.name).where(table.c.code == university, table.c.kind == "university"))
        if name is None:
            raise Failure(words(f"没有代码为“{university}”的高校。", f"There is no university with the code “{university}”."))
        try:
            if username is None:
                return accounts.system_principal(uow, university), name
            return accounts.principal_for(uow, university, username, "office_admin"), name
        except (NotFound, Denied):
            raise Failure(words(f"高校 {university} 没有科研处账号“{username}”。", f"University {university} has no office account “{username}”.")) from None


def _confirm(code: str, name: str, personal: bool, yes_code: str | None, words: Words) -> None:
    """Twice on a terminal; a script says the code a second time instead."""
    wrong = Failure(words(f"确认用的代码与 {code} 不符，没有导出。", f"The code given to confirm is not {code}; nothing was made."))
    if yes_code is not None:
        if yes_code != code:
            raise wrong
        return
    if not sys.stdin.isatty():
        raise Failure(words("请在终端上运行并确认，或用 --yes-code 再写一遍高校代码。", "Run it on a terminal to confirm, or repeat the university's code with --yes-code."))
    what = words(f"将导出{name}（{code}）的全部数据和附件，包括未提交的草稿。", f"This exports all data and attachments of {name} ({code}), unfinished drafts too.")
    if personal:
        what += words("证件号、电话、银行账号、出生日期将以明文写入文件。", " ID numbers, phones, bank accounts and birth dates will be in clear.")
    if not typer.confirm(what + words("继续？", " Go on?"), default=False):
        raise Failure(words("已取消，没有导出。", "Cancelled; nothing was made."))
    if typer.prompt(words("再次确认：请输入高校代码", "Confirm again: type the university's code")).strip() != code:
        raise wrong


def _as_dict(made: Any) -> dict[str, Any]:
    return {
        "file": str(made.path), "size": made.size, "sha256": made.sha256, "as_of": made.as_of.isoformat(), "rows": made.rows, "records": made.records,
        "attachments": made.attachments, "missing": [vars(one) for one in made.missing], "personal_data": made.personal, "figures": made.figures,
    }  # fmt: skip


def _text(made: Any, words: Words) -> str:
    from pipelines.leaving import sentence

    lines = [words(*sentence(made)), words(f"文件：{made.path}", f"File: {made.path}"), words(f"清单校验码（SHA-256）：{made.sha256}", f"Check value of the manifest (SHA-256): {made.sha256}")]
    figures = made.figures
    if figures is None:
        lines.append(words("尚未发布过统计值，包中没有指标数值。", "Nothing was ever published: there are no indicator values in it."))
    elif figures["changes_since"]:
        lines.append(words(f"指标数值来自批次 #{figures['generation']}，其后另有 {figures['changes_since']} 处变更。", f"The indicator values are of generation #{figures['generation']}; {figures['changes_since']} changes came after."))
    else:
        lines.append(words(f"指标数值来自批次 #{figures['generation']}。", f"The indicator values are of generation #{figures['generation']}."))
    if made.personal:
        lines.append(words("文件含个人敏感信息明文，请加密保管。", "The file holds personal data in clear: keep it encrypted."))
    return "\n".join(lines)
