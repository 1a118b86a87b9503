"""init, demo, serve, doctor."""

# No postponed annotations here: an option's help is worded when its command is registered.

import os
import sys
from typing import Annotated, Any

import typer

from pipelines.commands.shell import Failure, Progress, command_class, emit
from pipelines.commands.words import Words


def register(app: typer.Typer, words: Words) -> None:
    cls = command_class(words)
    json_option = typer.Option("--json", help=words("以 JSON 输出，供程序读取。", "Answer as JSON, for machines."))
    port_option = typer.Option(
        "--port", min=1, max=65535, metavar=words("端口", "PORT"), help=words("网页端口。", "The port of the web pages.")
    )
    host_option = typer.Option(
        "--host",
        metavar=words("地址", "ADDRESS"),
        help=words("监听地址；本机以外须置于 HTTPS 代理之后。", "Where to listen; beyond this machine only behind an HTTPS proxy."),
    )

    @app.command(
        "init",
        cls=cls,
        help=words(
            "建立一个新的空系统，并显示一次性设置链接；使用该链接之前没有任何可用账号。换用新版本后再次运行则升级数据库结构。",
            "Sets up a new, empty installation and shows a single-use link; no account is usable before it is used. "
            "Run again after a new version it upgrades the tables.",
        ),
    )
    def init(
        code: Annotated[str, typer.Option("--code", metavar=words("代码", "CODE"), help=words("省级主管部门的单位代码。", "The province office's code."))] = "42",
        name: Annotated[str, typer.Option("--name", show_default=False, metavar=words("名称", "NAME"), help=words("省级主管部门的名称。", "The province office's name."))] = "省教育厅",
        username: Annotated[str, typer.Option("--username", metavar=words("账号", "USERNAME"), help=words("首个管理员的账号。", "The first administrator's username."))] = "admin",
        person: Annotated[str, typer.Option("--person", show_default=False, metavar=words("姓名", "NAME"), help=words("首个管理员的姓名。", "The first administrator's name."))] = "省厅管理员",
        address: Annotated[str, typer.Option("--address", metavar=words("网址", "URL"), help=words("链接前面的网址。", "The address the link begins with."))] = "http://127.0.0.1:8501",
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from pipelines.installation import initialise, upgrade

        if upgrade():
            emit({"upgraded": True}, words("数据库结构已升级。", "The tables were upgraded."), as_json)
            return
        link = address.rstrip("/") + initialise(code, name, username, person)
        emit(
            {"code": code, "username": username, "link": link},
            words(
                f"已初始化。请先运行 yanshu serve，再打开一次性设置链接（7 天内有效，只显示这一次）：\n{link}",
                f"Set up. Run yanshu serve, then open the single-use link (valid for 7 days, shown this once):\n{link}",
            ),
            as_json,
        )

    @app.command(
        "demo",
        cls=cls,
        help=words(
            "建立演示省：虚构的高校、人员和十年记录，然后运行网页。账号与随机密码写在 $YANSHU_HOME/demo-accounts.csv。",
            "Makes the demo province: fictional universities, people and ten years of records, then serves it. "
            "Accounts with random passwords are in $YANSHU_HOME/demo-accounts.csv.",
        ),
    )
    def demo(
        universities: Annotated[int, typer.Option("--universities", min=3, max=130, metavar=words("数量", "N"), help=words("高校数量。", "How many universities."))] = 12,
        records: Annotated[int, typer.Option("--records", min=50, max=100_000, metavar=words("数量", "N"), help=words("平均每所高校的记录数。", "Records of an average university."))] = 2500,
        no_serve: Annotated[bool, typer.Option("--no-serve", help=words("只建立数据，不运行网页。", "Make the data only, serve nothing."))] = False,
        port: Annotated[int, port_option] = 8501,
        host: Annotated[str, host_option] = "127.0.0.1",
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from pipelines.demo import build

        with Progress(quiet=as_json).running() as progress:
            made = build.make(universities=universities, records_each=records, words=words, progress=progress.step)
        if made is None:
            text = words("演示省已存在，直接使用。", "The demo province stands already and is used as it is.")
        else:
            text = words(
                f"演示省已建立：{made.universities} 所高校，{made.records} 条记录，批次 #{made.generation}，用时 {made.seconds:.0f} 秒。",
                f"The demo province stands: {made.universities} universities, {made.records} records, "
                f"generation #{made.generation}, in {made.seconds:.0f} s.",
            )
        text += "\n" + words(f"账号与密码：{build.accounts_file()}", f"Accounts and passwords: {build.accounts_file()}")
        emit({"made": made is not None, **(made.as_dict() if made else {}), "accounts": str(build.accounts_file())}, text, as_json)
        if no_serve:
            return
        if made is None:
            _serve(host, port)
            return
        # A fresh process serves: what making the data and the first refresh took (400 MB) is given back.
        sys.stdout.flush()
        line = ["-m", "pipelines.cli", "serve", "--host", host, "--port", str(port), "--lang", words.language]
        os.execv(sys.executable, [sys.executable, *line])

    @app.command(
        "serve",
        cls=cls,
        help=words("运行网页、后台任务和数据刷新。按 Ctrl+C 停止。", "Serves the pages, the worker and the refresher. Ctrl+C stops them."),
    )
    def serve(
        port: Annotated[int, port_option] = 8501,
        host: Annotated[str, host_option] = "127.0.0.1",
    ) -> None:
        from ingestion.store.engine import open_store
        from pipelines.installation import require_ready

        store = open_store()
        try:
            require_ready(store)
        finally:
            store.dispose()
        _serve(host, port)

    def _serve(host: str, port: int) -> None:
        from pipelines import serve as serving

        def ready(address: str) -> None:
            print(words(f"研数已就绪：{address}（按 Ctrl+C 停止）", f"Yanshu is ready: {address} (Ctrl+C stops it)"), flush=True)

        serving.run(host, port, ready=ready)

    @app.command(
        "doctor",
        cls=cls,
        help=words("逐项检查系统各部分；全部正常时退出码为 0。", "Checks every part; exit code 0 when all are well."),
    )
    def doctor(as_json: Annotated[bool, json_option] = False) -> None:
        from pipelines import doctor as checking

        checks = checking.examine()
        text = "\n".join(_line(check, words) for check in checks)
        emit([check.as_dict(words.language) for check in checks], text, as_json)
        wrong = [words(check.zh, check.en) for check in checks if not check.ok]
        if wrong:
            raise Failure(words(f"{len(wrong)} 项不正常：{'、'.join(wrong)}。", f"{len(wrong)} not well: {', '.join(wrong)}."))


def _line(check: Any, words: Words) -> str:
    mark = words("正常", "OK") if check.ok else words("异常", "FAIL")
    return f"{mark:<4}  {words(check.zh, check.en)}：{words(check.detail_zh, check.detail_en)}"
