"""import: a university's own files in."""

# No postponed annotations here: an option's help is worded when its command is registered.

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ingestion.principal import Principal
from pipelines.commands import account_import
from pipelines.commands.data import acting
from pipelines.commands.shell import Failure, Progress, command_class, emit
from pipelines.commands.words import Words

IMPORTING_ROLES = ("office_admin", "college_admin", "researcher", "finance")


def register(app: typer.Typer, words: Words) -> None:
    cls = command_class(words)
    json_option = typer.Option("--json", help=words("以 JSON 输出，供程序读取。", "Answer as JSON, for machines."))

    @app.command(
        "import",
        cls=cls,
        help=words(
            "导入文件：28 种记录的表格（xlsx、xls、csv 等，列名和顺序不限），以及题录文件，作为历史数据由科研处归档为"
            "paper（论文）、book（著作）、standard（标准）、patent（专利）；题录格式按内容识别：BibTeX、RIS、EndNote、NoteExpress、RefWorks、"
            "知网和维普自定义、GB/T 7714 列表、CSSCI、Web of Science（文本或 Excel）、Scopus CSV、PubMed。accounts 为账号名单，附激活单。全部生效或全部不生效；结束时显示读取、新增、更新、未变、重复、错误的数量。",
            "Imports a file: a table of any of the 28 record types (xlsx, xls, csv …, any names and order of columns) "
            "or a bibliographic file, filed as history by the research office as paper, book, standard or patent (the format is told by "
            "the content: BibTeX, RIS, EndNote, NoteExpress, RefWorks, CNKI's and VIP's own, GB/T 7714 lists, CSSCI, Web of Science (text or Excel), Scopus CSV, "
            "PubMed), or accounts from a list, with their activation sheet. It takes effect whole or not at all, and ends "
            "with its counts: read, new, changed, unchanged, duplicate, error.",
        ),
    )
    def import_(
        type_id: Annotated[str, typer.Argument(metavar=words("类型", "TYPE"), help=words("记录类型，如 paper；或 accounts。", "The record type, as paper; or accounts."))],
        file: Annotated[Path, typer.Argument(metavar=words("文件", "FILE"), help=words("要导入的文件。", "The file to import."))],
        university: Annotated[str, typer.Option("--university", metavar=words("代码", "CODE"), help=words("高校代码，如 99001。", "The university's code, as 99001."))],
        as_user: Annotated[str, typer.Option("--as", metavar=words("账号", "USER"), help=words("以哪个账号导入，权限和署名随之。", "The account that imports; its permissions and authorship apply."))],
        college: Annotated[str | None, typer.Option("--college", metavar=words("代码", "CODE"), help=words("没有写学院的行所属的学院（代码或名称）。", "The college of rows that name none (code or name)."))] = None,
        sets: Annotated[
            list[str] | None,
            typer.Option(
                "--set", metavar=words("字段=值", "FIELD=VALUE"),
                help=words("没有写该字段的行的值，可多次使用。", "A value for rows that say nothing there; may be repeated."),
            ),
        ] = None,
        maps: Annotated[
            list[str] | None,
            typer.Option(
                "--map", metavar=words("列名=字段", "HEADING=FIELD"),
                help=words("指定某列对应的字段，可带单位，如 “经费=approved_fund(万元)”；字段留空则不导入该列。会被记住。可多次使用。",
                           "What a column means, with its unit if need be: money=approved_fund(10,000 yuan); empty leaves it out. Remembered. May be repeated."),
            ),
        ] = None,
        sheet: Annotated[str | None, typer.Option("--sheet", metavar=words("工作表", "SHEET"), help=words("导入哪个工作表。", "Which sheet to import."))] = None,
        as_history: Annotated[bool, typer.Option("--as-history", help=words("作为历史数据归档（科研处）：缺少的内容成为待补事项。", "File as history (office): what is missing becomes open findings."))] = False,
        all_or_nothing: Annotated[bool, typer.Option("--all-or-nothing", help=words("有一行错误就全部不导入。", "One wrong row and nothing is imported."))] = False,
        people: Annotated[
            str,
            typer.Option(
                "--people", metavar="hold|unlinked",
                help=words("只写了姓名的本校人员：hold 该行待选人员（默认），unlinked 不关联并列为待补事项（历史数据默认）。",
                           "People only named: hold keeps the row back until one is chosen (the default), unlinked loads it with a finding (the default for history)."),
            ),
        ] = "",
        alike: Annotated[bool, typer.Option("--alike", help=words("疑似重复（名称相同或相近）的行也导入，列为待核对。", "Import rows that look like what stands already too; they are listed to be looked at."))] = False,
        totals: Annotated[
            list[str] | None,
            typer.Option(
                "--total", metavar=words("年度=数量", "YEAR=N"),
                help=words("控制数：导入后该年度应有的数量，如 2019=1204；不符时列出差异。可多次使用。", "A control total: how many there must be of a year afterwards, as 2019=1204; differences are listed. May be repeated."),
            ),
        ] = None,
        non_secret: Annotated[bool, typer.Option("--non-secret", help=words("确认本批信息不涉密（必须）。", "Declares that the batch holds nothing secret (needed)."))] = False,
        dry_run: Annotated[bool, typer.Option("--dry-run", help=words("只检查，不写入。", "Check only, write nothing."))] = False,
        errors: Annotated[Path | None, typer.Option("--errors", metavar=words("文件", "FILE"), help=words("把标注了错误的原文件写到这里（.xlsx）；题录文件为 .csv。", "Write the file with its errors marked here (.xlsx); of a bibliographic file a .csv."))] = None,
        activations: Annotated[Path | None, typer.Option("--activations", metavar=words("文件", "FILE"), help=words("把新账号的激活单写到这里（.xlsx，仅 accounts）。", "Write the activation sheet of new accounts here (.xlsx; accounts only)."))] = None,
        address: Annotated[str, typer.Option("--address", metavar=words("网址", "URL"), help=words("激活地址前面的网址。", "The address the links begin with."))] = "http://127.0.0.1:8501",
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        from ingestion.catalog.registry import ALL_RECORDS
        from ingestion.store.engine import open_store

        if type_id not in (*ALL_RECORDS, account_import.ACCOUNTS):
            there = [*ALL_RECORDS, account_import.ACCOUNTS]
            raise Failure(words(f"类型“{type_id}”不能导入；可用：{'、'.join(there)}。", f"The type “{type_id}” cannot be imported; there is: {', '.join(there)}."))
        if people not in ("", "hold", "unlinked"):
            raise Failure(words(f"--people “{people}”无效；可用：hold、unlinked。", f"--people “{people}” is not valid; there are: hold, unlinked."))
        given = dict(
            college=college, sets=tuple(sets or ()), columns=_pairs(maps or [], words), sheet=sheet, as_history=as_history,
            all_or_nothing=all_or_nothing, people=people, alike=alike, totals=_totals(totals or [], words),
        )  # fmt: skip
        store = open_store()
        try:
            if type_id == account_import.ACCOUNTS:
                other = {"--college": college, "--set": sets, "--map": maps, "--as-history": as_history, "--all-or-nothing": all_or_nothing,
                         "--people": people, "--alike": alike, "--total": totals}  # fmt: skip
                account_import.run(
                    store, university, as_user, file, other=other, sheet=sheet, dry_run=dry_run, errors=errors, activations=activations, address=address,
                    words=words, as_json=as_json,
                )  # fmt: skip
                return
            if activations is not None:
                raise Failure(words("选项 --activations 只用于 accounts。", "The option --activations is for accounts only."))
            actor = _importer(store, university, as_user, type_id, words)
            if not non_secret and not dry_run and sys.stdin.isatty():
                non_secret = typer.confirm(words("涉密数据不得上网。确认本批信息不涉密？", "Does this batch hold nothing secret?"))
            with Progress(quiet=as_json).running() as progress:
                step = lambda done, total: progress.step(words("校验与写入", "Checking and filing"), done, total)  # noqa: E731
                if _bibliographic(file):
                    _references(store, actor, type_id, file, given, non_secret, dry_run, errors, step, words, as_json)
                    return
                _table(store, actor, type_id, file, given, non_secret, dry_run, errors, step, words, as_json)
        finally:
            store.dispose()


def _importer(store: Any, university: str, username: str, type_id: str, words: Words) -> Principal:
    """The account in the role that may import this type, the office's first."""
    from ingestion import accounts, permissions
    from ingestion.principal import Denied, NotFound
    from ingestion.store.engine import ALL

    with store.read(ALL) as uow:
        for role in IMPORTING_ROLES:
            try:
                found = accounts.principal_for(uow, university, username, role)
            except (NotFound, Denied):
                continue
            if permissions.can(found, "import", type_id):
                return found

        def nobody() -> Principal:
            raise NotFound

        return acting(nobody, university, username, words)


def _pairs(said: list[str], words: Words) -> dict[str, str]:
    out: dict[str, str] = {}
    for word in said:
        heading, equals, meaning = word.rpartition("=")
        if not equals or not heading.strip():
            raise Failure(words(f"--map “{word}”应写为 列名=字段。", f"--map “{word}” must be HEADING=FIELD."))
        out[heading.strip()] = meaning.strip()
    return out


def _totals(said: list[str], words: Words) -> dict[int, int]:
    out: dict[int, int] = {}
    for word in said:
        year, _equals, n = word.partition("=")
        if not year.strip().isdecimal() or not n.strip().isdecimal():
            raise Failure(words(f"--total “{word}”应写为 年度=数量，如 2019=1204。", f"--total “{word}” must be YEAR=N, as 2019=1204."))
        out[int(year)] = int(n)
    return out


def _bibliographic(file: Path) -> bool:
    """Whether the file is a list of references in a format of its own, and no table."""
    from ingestion.exchange.importing.listed import is_listing

    return is_listing(file)


def _references(
    store: Any, actor: Principal, type_id: str, file: Path, given: dict[str, Any], non_secret: bool, dry_run: bool, errors: Path | None, step: Any, words: Words, as_json: bool
) -> None:
    from ingestion.exchange import history

    outcome = history.import_file(
        store, actor, type_id, file, sets=given["sets"], college=given["college"], non_secret=non_secret, dry_run=dry_run, errors_out=errors, progress=step
    )
    emit(outcome.as_dict(words.language), outcome.text(words.language), as_json)
    if outcome.counts["error"] and not any(outcome.counts[name] for name in ("new", "unchanged", "duplicate")):
        raise Failure(words("没有一条可以导入。", "Nothing could be imported."))


def _table(
    store: Any, actor: Principal, type_id: str, file: Path, given: dict[str, Any], non_secret: bool, dry_run: bool, errors: Path | None, step: Any,
    words: Words, as_json: bool,
) -> None:  # fmt: skip
    from ingestion.exchange import importing

    options = importing.Options(non_secret=non_secret, **given)
    if not file.is_file():
        raise Failure(words(f"找不到文件“{file.name}”。", f"There is no file “{file.name}”."))
    if errors is not None and not errors.parent.is_dir():
        raise Failure(words(f"文件夹“{errors.parent}”不存在。", f"There is no folder “{errors.parent}”."))
    outcome = importing.import_file(
        store, actor, type_id, file, options, dry_run=dry_run, errors_out=errors, language=words.language, progress=step
    )
    emit(outcome.as_dict(), _told(outcome, errors, words), as_json)
    if outcome.stopped:
        raise Failure(words(f"有 {outcome.counts['error'] + outcome.counts['held']} 行不能导入，按要求全部没有导入。", f"{outcome.counts['error'] + outcome.counts['held']} rows cannot be imported; as asked, none was."))
    bad = outcome.counts["error"] + outcome.counts["held"]
    if bad and not any(outcome.counts[name] for name in ("new", "changed", "unchanged", "duplicate")):
        raise Failure(words("没有一行可以导入。", "No row could be imported."))


def _told(outcome: Any, errors: Path | None, words: Words) -> str:
    """What the command says in words: doubts about the file, the first faults, the effect, the counts last."""
    zh = words.language == "zh"
    lines = [words(*note) for note in outcome.notes]
    ignored = [heading for heading, key, how in outcome.columns if not key and how == "none" and heading]
    if ignored:
        lines.append(words(f"没有导入的列：{'、'.join(ignored)}（可用 --map 指定）", f"Columns left out: {', '.join(ignored)} (say what they are with --map)"))
    lines += outcome.lines(words.language)
    gaps = sum(one.count for one in outcome.quality if one.severity == "gap")
    if gaps:
        lines.append(words(f"待补事项 {gaps} 项：", f"{gaps} open findings:"))
        top = [one for one in outcome.quality if one.severity == "gap"][:8]
        lines += [f"  {one.count:>6}  {one.zh if zh else one.en}" for one in top]
    for one in outcome.differences:
        rows = "、".join(map(str, one.rows[:10]))
        lines.append(
            words(
                f"控制数不符：{one.year} 年应有 {one.expected:,}，导入后 {one.actual:,}" + (f"；未导入的行：{rows}" if rows else ""),
                f"Control total of {one.year}: {one.expected:,} expected, {one.actual:,} there" + (f"; rows not imported: {rows}" if rows else ""),
            )
        )
    effect = outcome.effect
    if effect.records or effect.waiting:
        years = words("、", ", ").join(f"{year or words('无年度', 'no year')} +{n}" for year, n in effect.by_year.items())
        lines.append(words(f"计入统计 +{effect.records}（{years}）" if effect.records else f"待审核 {effect.waiting} 条", f"Counting +{effect.records} ({years})" if effect.records else f"{effect.waiting} wait for review"))
        tiers = [f"{zh_code if zh else en_code} +{n}" for f_zh, _f_en, zh_code, en_code, n in effect.by_code if f_zh in ("收录类别", "项目级别", "获奖级别", "专利类型")]
        if tiers:
            lines.append(words("其中 ", "of these ") + words("、", ", ").join(tiers[:12]))
    if outcome.repeated is not None:
        lines.append(words(f"同一文件已在批次 {outcome.repeated} 导入过。", f"The same file was imported as batch {outcome.repeated}."))
    if errors is not None:
        lines.append(words(f"标注的文件：{errors}", f"The marked file: {errors}"))
    counts = outcome.counts_text(words.language)
    if outcome.dry_run:
        counts += words("（仅检查，未写入）", " (checked only, nothing written)")
    elif outcome.batch_id is not None:
        counts += words(f"；批次 {outcome.batch_id}", f"; batch {outcome.batch_id}")
    return "\n".join([*lines, counts])
