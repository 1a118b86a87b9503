"""snapshot: signed figures of a university and year, made, checked, listed."""

# No postponed annotations here: an option's help is worded when its command is registered.

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands.leaving import acting_office
from pipelines.commands.shell import Failure, command_class, emit
from pipelines.commands.words import Words


def register(app: typer.Typer, words: Words) -> None:
    cls = command_class(words)
    group = typer.Typer(help=words("报送快照：把一所高校一个年度的统计数据签名定稿。", "Signed snapshots of a university's figures of a year."))
    app.add_typer(group, name="snapshot")
    json_option = typer.Option("--json", help=words("以 JSON 输出，供程序读取。", "Answer as JSON, for machines."))

    @group.command(
        "create",
        cls=cls,
        help=words(
            "把已发布的统计数据签名定稿：数据、口径、程序版本、检查结果和逐行校验值写入一个文件，登记为新的修订。数据不变时内容校验值相同。",
            "Signs the published figures: data, definitions, code version, results of the checks and a hash of every row in one file, "
            "registered as a new revision. Unchanged data give the same content hash.",
        ),
    )
    def create(
        university: Annotated[str, typer.Option("--university", metavar=words("代码", "CODE"), help=words("高校代码，如 99001。", "The university's code, as 99001."))],
        year: Annotated[int, typer.Option("--year", metavar="YYYY", help=words("统计年度。", "The year of the figures."))],
        purpose: Annotated[str, typer.Option("--purpose", metavar="moe|evaluation", help=words("用途：moe（年底统计）或 evaluation（省内评价）。", "What for: moe (year-end statistics) or evaluation."))],
        out: Annotated[Path | None, typer.Option("--out", "-o", metavar=words("文件", "FILE"), show_default=False, help=words("另存一份到这个文件。", "Write a copy to this file."))] = None,
        as_user: Annotated[str | None, typer.Option("--as", metavar=words("账号", "USER"), help=words("以哪个科研处账号签名并记入日志；默认为系统。", "The office account that signs, for the log; the system by default."))] = None,
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from ingestion.store.engine import open_store
        from pipelines import snapshots
        from pipelines.installation import require_ready

        store = open_store()
        try:
            require_ready(store)
            actor, _name = acting_office(store, university, as_user, words)
            made = snapshots.create(store, actor, year, purpose)
        finally:
            store.dispose()
        path = made.path
        if out is not None:
            path = out
            try:
                shutil.copyfile(made.path, out)
            except OSError:
                raise Failure(words(f"快照 {made.number} 已签名，但不能写到“{out.name}”。", f"Snapshot {made.number} is signed, but “{out.name}” cannot be written.")) from None
        text = "\n".join(
            (
                words(f"已签名：{made.number}（{made.university_zh}）", f"Signed: {made.number} ({made.university_en})"),
                words(f"数据截至：{made.as_of:%Y-%m-%d %H:%M:%S}（UTC），批次 #{made.generation}", f"As of: {made.as_of:%Y-%m-%d %H:%M:%S} (UTC), generation #{made.generation}"),
                words(f"内容校验值：{made.content_hash}", f"Content hash: {made.content_hash}"),
                words(f"文件：{path}", f"File: {path}"),
            )
        )
        emit(_as_dict(made) | {"file": str(path)}, text, as_json)

    @group.command(
        "verify",
        cls=cls,
        help=words(
            "核验快照文件：签名、每个文件和每行的校验值，并由明细重新计算全部数字。任何一处不符，退出码非 0 并指出文件。",
            "Checks a snapshot: signature, the hash of every file and row, and every number again from its records. Anything wrong is "
            "named with its file, and the exit code is not 0.",
        ),
    )
    def verify(
        path: Annotated[Path, typer.Argument(metavar=words("文件", "FILE"), help=words("快照文件。", "The snapshot's file."))],
        key: Annotated[str | None, typer.Option("--key", metavar=words("公钥", "KEY"), show_default=False, help=words("用哪个公钥核验（十六进制）；默认为本系统的。", "The public key to check with (hex); this installation's by default."))] = None,
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from ingestion.store.engine import open_store
        from pipelines import installation, snapshots

        store = open_store()
        try:
            found = snapshots.verify(path, key, store if installation.is_set_up(store) else None)
        finally:
            store.dispose()
        result = {
            "holds": found.holds, "id": found.manifest.get("id"), "content_hash": found.manifest.get("content_hash"), "numbers": found.numbers,
            "registered": found.registered, "faults": [{"file": one.file, "zh": one.zh, "en": one.en} for one in found.faults],
        }  # fmt: skip
        if not found.holds:
            lines = [words(f"{one.file}：{one.zh}", f"{one.file}: {one.en}") for one in found.faults[:20]]
            if as_json:
                emit(result, "", True)
            raise Failure(words("核验不通过。\n", "It does not hold.\n") + "\n".join(lines))
        said = {
            True: words("与本系统的登记一致。", "It is the one registered here."),
            None: words("本系统没有登记这份快照。", "It is not registered here."),
        }[found.registered or None]
        told = words(
            f"核验通过：{found.manifest['id']}，签名有效，{len(found.manifest['files'])} 个文件未改动，{found.numbers} 个数字重新计算后全部相等。",
            f"It holds: {found.manifest['id']}, signature valid, {len(found.manifest['files'])} files unchanged, {found.numbers} numbers worked out again, all equal.",
        )
        emit(result, f"{told}\n{said}", as_json)

    @group.command("list", cls=cls, help=words("列出已签名的快照和签名公钥。", "Lists the signed snapshots and the public key."))
    def list_(
        university: Annotated[str | None, typer.Option("--university", metavar=words("代码", "CODE"), show_default=False, help=words("只列一所高校；默认全部。", "Of one university only; all by default."))] = None,
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from ingestion import snapshots, vault
        from ingestion.principal import Principal
        from ingestion.store.engine import ALL, open_store
        from pipelines.installation import require_ready

        store = open_store()
        try:
            require_ready(store)
            with store.read(ALL) as uow:
                found = snapshots.list_for(uow, Principal(0, ALL, "", "", "province_staff"))
        finally:
            store.dispose()
        rows = [_as_dict(one) for one in found if university in (None, one.university_code)]
        lines = [f"{one['id']}  {one['made_at'][:16]}  {one['made_by']}  {one['content_hash'][:16]}  {one['file']}" for one in rows]
        lines.append(words(f"签名公钥：{vault.public_key()}", f"Public key: {vault.public_key()}"))
        emit({"snapshots": rows, "key": vault.public_key()}, "\n".join(lines if rows else [words("还没有签名的快照。", "Nothing is signed yet."), lines[-1]]), as_json)


def _as_dict(made: Any) -> dict[str, Any]:
    return {
        "id": made.number, "university": made.university_code, "year": made.year, "purpose": made.purpose, "revision": made.revision, "generation": made.generation,
        "as_of": made.as_of.isoformat(), "content_hash": made.content_hash, "sha256": made.file_sha256, "size": made.size, "made_at": made.made_at.isoformat(),
        "made_by": made.made_by, "file": str(made.path),
    }  # fmt: skip
