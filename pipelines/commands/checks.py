"""audit verify, permcheck."""

# No postponed annotations here: an option's help is worded when its command is registered.

from typing import Annotated

import typer

from pipelines.commands.shell import Failure, command_class, emit, new_app
from pipelines.commands.words import Words


def register(app: typer.Typer, words: Words) -> None:
    cls = command_class(words)
    json_option = typer.Option("--json", help=words("以 JSON 输出，供程序读取。", "Answer as JSON, for machines."))

    audit = new_app(words, words("操作日志。", "The audit log."))
    app.add_typer(audit, name="audit")

    @audit.command(
        "verify",
        cls=cls,
        help=words(
            "核对操作日志的封存链：每个区块的摘要、链接与签名，以及最新区块与密钥目录中记下的链尾是否一致。",
            "Checks the sealed audit log: each block's hash, link and signature, and the newest block against the head noted beside the keys.",
        ),
    )
    def verify(as_json: Annotated[bool, json_option] = False) -> None:
        from ingestion import audit as auditing
        from ingestion.exchange.exit_bundle import comparing
        from ingestion.store.engine import ALL, open_store

        store = open_store()
        try:
            with store.begin(ALL) as uow:
                auditing.seal(uow)
            with store.read(ALL) as uow:
                found = auditing.verify(uow)
                archives = comparing.archived(uow)
                for code, origin in archives:  # signed with another installation's key: only their hashes can be checked
                    for zh, en in comparing.archive_problems(uow, code, origin):
                        found.problems.append((f"{code} 从系统 {origin} 带来的日志：{zh}", f"The log {code} brought from {origin}: {en}"))
        finally:
            store.dispose()
        emit(
            {"ok": found.ok, "blocks": found.blocks, "rows": found.rows, "archives": len(archives), "problems": [zh if words.language == "zh" else en for zh, en in found.problems]},
            words(f"已核对 {found.blocks} 个区块、{found.rows} 行", f"Checked {found.blocks} blocks, {found.rows} rows")
            + (words(f"，以及迁入时带来的 {len(archives)} 份日志。", f", and {len(archives)} logs brought from elsewhere.") if archives else words("。", ".")),
            as_json,
        )
        if not found.ok:
            zh, en = found.problems[0]
            raise Failure(words(f"操作日志有 {len(found.problems)} 处不一致：{zh}", f"The audit log has {len(found.problems)} faults: {en}"))

    @app.command(
        "permcheck",
        cls=cls,
        help=words("显示权限表：角色、状态、范围与动作。", "Prints the policy: who may do what, in which state, within which reach."),
    )
    def permcheck(
        role: Annotated[str | None, typer.Option("--role", metavar=words("角色", "ROLE"), help=words("只看一个角色。", "One role only."))] = None,
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from ingestion import permissions
        from ingestion.principal import ROLE_NAMES

        if role is not None and role not in ROLE_NAMES:
            raise Failure(words(f"没有角色“{role}”；可用：{'、'.join(ROLE_NAMES)}。", f"There is no role “{role}”; there are: {', '.join(ROLE_NAMES)}."))
        rows = [cell for cell in permissions.cells() if role in (None, cell[0])]
        allowed = [cell for cell in rows if cell[-1]]
        emit(
            [{"role": r, "action": a, "state": s, "reach": reach, "allowed": ok} for r, a, s, reach, ok in rows],
            "\n".join(f"{r:<16} {a:<14} {s:<4} {reach}" for r, a, s, reach, _ in allowed)
            + "\n"
            + words(f"允许 {len(allowed)} 项，拒绝 {len(rows) - len(allowed)} 项。", f"{len(allowed)} allowed, {len(rows) - len(allowed)} refused."),
            as_json,
        )
