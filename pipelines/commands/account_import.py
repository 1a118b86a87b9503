"""import accounts: accounts by the hundred from a list, with their sheet of activation links."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.commands.data import acting
from pipelines.commands.shell import Failure, Progress, emit
from pipelines.commands.words import Words

ACCOUNTS = "accounts"
SHOWN = 20  # faults told one by one; all of them stand in the marked file


def run(
    store: Any, university: str, username: str, file: Path, *, other: Mapping[str, Any], sheet: str | None, dry_run: bool, errors: Path | None,
    activations: Path | None, address: str, words: Words, as_json: bool,
) -> None:  # fmt: skip
    """``other``: options that only records have, by their name on the command line."""
    from ingestion import accounts
    from ingestion.exchange import account_lists
    from ingestion.store.engine import ALL

    with store.read(ALL) as uow:
        actor = acting(lambda: accounts.principal_for(uow, university, username, "office_admin"), university, username, words)
    for option, value in other.items():
        if value:
            raise Failure(words(f"导入账号时没有选项 {option}。", f"Accounts are imported without the option {option}."))
    if not file.is_file():
        raise Failure(words(f"找不到文件“{file.name}”。", f"There is no file “{file.name}”."))
    for out in (errors, activations):
        if out is not None and not out.parent.is_dir():
            raise Failure(words(f"文件夹“{out.parent}”不存在。", f"There is no folder “{out.parent}”."))
    lines = 0
    with Progress(quiet=as_json).running() as progress:
        if errors is not None:
            account_lists.mark(store, actor, file, errors, sheet=sheet, language=words.language)
        if dry_run:
            made = account_lists.check(store, actor, file, sheet=sheet)
        else:
            made = account_lists.import_list(store, actor, file, sheet=sheet, progress=lambda done, total: progress.step(words("写入", "Writing"), done, total))
            if activations is not None:
                lines = account_lists.write_sheet(store, actor, activations, address, only=made.accounts, language=words.language)
    said = [{"row": one.row, "column": one.index, "text": words(one.zh, one.en)} for one in made.refused]
    told = [words(f"第 {one.row} 行：{one.zh}", f"Row {one.row}: {one.en}") for one in made.refused[:SHOWN]]
    if len(made.refused) > SHOWN:
        told.append(words(f"还有 {len(made.refused) - SHOWN} 处错误，用 --errors 全部标注。", f"{len(made.refused) - SHOWN} more faults; --errors marks them all."))
    if errors is not None:
        told.append(words(f"标注的文件：{errors}", f"The marked file: {errors}"))
    told += _of_the_sheet(made, lines, activations, dry_run, words)
    told.append(made.text(words.language) + (words("（仅检查，未写入）", " (checked only, nothing written)") if dry_run else ""))
    emit({**made.counts, "activations": lines, "notes": said}, "\n".join(told), as_json)
    if made.counts["error"] and made.counts["error"] == made.counts["read"]:
        raise Failure(words("没有一行可以导入。", "No row could be imported."))


def _of_the_sheet(made: Any, lines: int, activations: Path | None, dry_run: bool, words: Words) -> list[str]:
    if lines:
        return [words(f"激活单（{lines} 人）：{activations}", f"The activation sheet ({lines} people): {activations}")]
    if dry_run or (activations is None and not made.counts["new"]):
        return []
    if activations is None:
        return [words("没有生成激活单：用 --activations 指定文件再执行一次，或在“批量开通账号”页生成。", "No activation sheet was made: run this again with --activations, or make it on the page of accounts.")]
    return [words("没有需要发放激活地址的账号，未生成激活单。", "No account needs a link; no activation sheet was made.")]
