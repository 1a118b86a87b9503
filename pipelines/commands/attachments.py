"""attachments check, attachments clean."""

# No postponed annotations here: an option's help is worded when its command is registered.

from typing import Annotated, Any

import typer

from pipelines.commands.shell import Failure, command_class, emit, new_app
from pipelines.commands.words import Words

SHOWN = 20


def register(app: typer.Typer, words: Words) -> None:
    cls = command_class(words)
    json_option = typer.Option("--json", help=words("以 JSON 输出，供程序读取。", "Answer as JSON, for machines."))
    group = new_app(words, words("附件存储。", "The store of attachments."))
    app.add_typer(group, name="attachments")

    @group.command(
        "check",
        cls=cls,
        help=words(
            "核对每个附件的内容是否在存储中、大小是否相符；有缺失或损坏时逐个列出，退出码非 0。",
            "Checks that the content of every attachment is in the store, with the right size; lists what is lost or damaged, and then the exit code is not 0.",
        ),
    )
    def check(
        full: Annotated[bool, typer.Option("--full", help=words("读出全部内容，重新计算 SHA-256。", "Read every content and take its SHA-256 anew."))] = False,
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from ingestion.attachments import upkeep

        report = _with_store(lambda store: upkeep.examine(store, full=full))
        wrong = [*((one, "lost") for one in report.lost), *((one, "damaged") for one in report.damaged)]
        found = {
            "ok": not wrong, "contents": report.contents, "size": report.size, "orphans": report.orphans, "orphan_size": report.orphan_size, "drafts": report.drafts,
            "wrong": [{"university": one.university_code, "record": one.record_id, "name": one.name, "problem": problem} for one, problem in wrong],
        }  # fmt: skip
        lines = [
            words(
                f"附件内容 {report.contents:,} 个，{_size(report.size)}；无引用的内容 {report.orphans:,} 个，{_size(report.orphan_size)}；未完成的上传 {report.drafts:,} 个。",
                f"{report.contents:,} contents, {_size(report.size)}; {report.orphans:,} nobody names, {_size(report.orphan_size)}; {report.drafts:,} unfinished uploads.",
            ),
            *(
                words(f"{'内容缺失' if problem == 'lost' else '内容损坏'}：{one.university_code} 记录 {one.record_id} “{one.name}”", f"{problem}: {one.university_code} record {one.record_id} “{one.name}”")
                for one, problem in wrong[:SHOWN]
            ),
        ]
        emit(found, "\n".join(lines), as_json)
        if wrong:
            raise Failure(words(f"{len(wrong)} 个附件的内容缺失或损坏。", f"The content of {len(wrong)} attachments is lost or damaged."))

    @group.command(
        "clean",
        cls=cls,
        help=words(
            "清除没有任何附件引用、且超过一天的内容和未完成的上传；后台每天自动执行一次。",
            "Clears away contents that no attachment names and unfinished uploads, both older than a day; the worker does so once a day.",
        ),
    )
    def clean(as_json: Annotated[bool, json_option] = False) -> None:
        from ingestion.attachments import upkeep

        done = _with_store(upkeep.clean)
        emit(
            {"contents": done.contents, "size": done.size, "drafts": done.drafts},
            words(f"已清除 {done.contents:,} 个内容（{_size(done.size)}）和 {done.drafts:,} 个未完成的上传。", f"Cleared away {done.contents:,} contents ({_size(done.size)}) and {done.drafts:,} unfinished uploads."),
            as_json,
        )


def _with_store(act: Any) -> Any:
    from ingestion.store.engine import open_store
    from pipelines.installation import require_ready

    store = open_store()
    try:
        require_ready(store)
        return act(store)
    finally:
        store.dispose()


def _size(size: int) -> str:
    return f"{size / (1 << 20):,.1f} MB"
