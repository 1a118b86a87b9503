"""The manifest of an exit bundle, and the same told to people: README in both languages and a workbook.

``manifest.json`` names every other file with size and SHA-256; ``manifest.json.sha256`` seals the manifest itself.
Whoever receives a bundle by another way than its check value (told when it is made, and kept in the audit log of
both installations) can so tell any change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import xlsxwriter

from ingestion.exchange.exit_bundle import cells
from ingestion.exchange.exit_bundle.contents import LEFT_BEHIND, by_name
from ingestion.exchange.exit_bundle.files import Missing
from ingestion.exchange.exit_bundle.packing import Entry, private
from ingestion.exchange.exit_bundle.tables import Written
from ingestion.store.engine import local_time

FORMAT = "yanshu-exit-bundle"
FORMAT_VERSION = 1
"""Raised when an older product could misread what a newer one writes, and by a migration that changes what values
mean without changing columns."""
NAME, SEAL = "manifest.json", "manifest.json.sha256"


def product_version() -> str:
    try:
        return version("yanshu")
    except PackageNotFoundError:
        return "unknown"


@dataclass(frozen=True)
class About:
    """What the bundle is. ``figures`` says which published generation its indicator values are from and how many
    changes of the university came after it; None where nothing was published."""

    code: str
    name: str
    name_en: str
    as_of: datetime
    personal: bool
    made_by: str
    store_id: str
    revision: str
    versions: dict[str, str]
    timezone: str
    figures: dict[str, Any] | None


def content(about: About, tables: Sequence[Written], sheets: Sequence[Written], missing: Sequence[Missing], entries: Sequence[Entry]) -> dict[str, Any]:
    """The manifest as JSON values."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "product": {"version": product_version(), **about.versions},
        "schema_revision": about.revision,
        "store_id": about.store_id,
        "university": {"code": about.code, "name": about.name, "name_en": about.name_en},
        "as_of": about.as_of.replace(tzinfo=UTC).isoformat(),
        "timezone": about.timezone,
        "personal_data": about.personal,
        "made_by": about.made_by,
        "figures": about.figures,
        "csv_rule": {"zh": cells.RULE_ZH, "en": cells.RULE_EN},
        "restored_from": "parquet",
        "tables": [_table(table, about.personal) for table in tables],
        "sheets": [{"type": one.name, "zh": one.zh, "en": one.en, "rows": one.rows, "file": one.files["xlsx"], "cells_too_long": one.long_cells} for one in sheets],
        "missing_attachments": [asdict(one) for one in missing],
        "left_behind": {name: {"zh": zh, "en": en} for name, (zh, en) in LEFT_BEHIND.items()},
        "files": [asdict(entry) for entry in entries],
    }


def _table(table: Written, personal: bool) -> dict[str, Any]:
    known = by_name().get(table.name) if table.group == "data" else None
    treatments = {kept.name: kept.treatment for kept in known.kept} if known else {}
    columns = []
    for head in table.heads:
        column = {"name": head.name, "kind": head.kind, "zh": head.zh, "en": head.en}
        if treatments.get(head.name, "plain") != "plain":
            column["personal_data"] = "clear" if personal else "masked"
        columns.append(column)
    return {
        "group": table.group, "name": table.name, "zh": table.zh, "en": table.en, "rows": table.rows, "files": table.files,
        "restored": bool(known and known.restored), "columns": columns,
        "workbook": {"cells_too_long": table.long_cells, "control_characters_removed": table.control_characters},
    }  # fmt: skip


# --- for people ----------------------------------------------------------------------------------------


def readme(about: About, tables: Sequence[Written], missing: Sequence[Missing], attachments: int) -> tuple[str, str]:
    """README in Chinese and in English."""
    at = local_time(about.as_of).strftime("%Y-%m-%d %H:%M:%S")
    rows = sum(table.rows for table in tables if table.group == "data")
    lacking_zh = f"\n**缺失附件 {len(missing)} 个**，见 manifest.json 的 missing_attachments 与“说明.xlsx”。\n" if missing else ""
    lacking_en = f"\n**{len(missing)} attachments are missing**; see missing_attachments in manifest.json.\n" if missing else ""
    personal_zh = "含个人敏感信息明文（证件号、电话、银行账号、出生日期），请加密保管、限制传播。" if about.personal else "不含个人敏感信息明文：证件号、电话、银行账号已遮盖，出生日期只保留年份。"
    personal_en = (
        "Holds ID numbers, phones, bank accounts and birth dates IN CLEAR: keep it encrypted and do not pass it on."
        if about.personal
        else "Without personal data in clear: ID numbers, phones and bank accounts are masked, of birth dates the year is left."
    )
    zh = f"""# {about.name}（{about.code}）迁出包

数据截至 {at}（{about.timezone}），制作人：{about.made_by}，数据 {rows:,} 行，附件 {attachments:,} 个。
{personal_zh}
包中没有密码、令牌和密钥，也没有其他高校的数据。
{lacking_zh}
| 位置 | 内容 |
|---|---|
| `data/` | 全部数据表：`csv/`、`xlsx/`（供阅读，中文表头、金额为元、代码旁有名称）、`parquet/`（无损，还原用此格式） |
| `sheets/` | 每类记录一个工作簿，一条记录一行：作者、子表、引用都以文字写出，与页面导出的列相同，也可以再导入 |
| `codes/` | 代码表 |
| `definitions/` | 数据字典（记录类型、字段、数据表、数据列）与指标、计数方法、日期口径 |
| `figures/` | 各指标已发布的数值、各类型各状态各年度记录数 |
| `attachments/` | 附件，按记录类型和记录分文件夹，保留原文件名；清单在 `files/` |
| `说明.xlsx` | 本说明、数据表清单、文件清单 |
| `manifest.json` | 清单（供程序读取）：每个文件的大小与 SHA-256、每张表的行数与列 |
| `verify.py` | 不依赖研数即可核对本包：`python verify.py 包.zip` |

操作日志在 `data/*/audit_row.*`，封存区块在 `data/*/audit_block.*`。每个区块的摘要 = SHA-256(前一区块摘要 + 换行 + 编号 + 换行 + 各条摘要)，
与本校无关的区块只保留摘要与链接。签名只有原系统的密钥可以验证。

CSV 规则：{cells.RULE_ZH}

还原：在空的研数系统中运行 `yanshu restore-bundle 包.zip`，导入后自动对比各项指标、记录数和附件，并给出报告。
"""
    en = f"""# Exit bundle of {about.name_en or about.name} ({about.code})

As of {at} ({about.timezone}), made by {about.made_by}: {rows:,} rows of data, {attachments:,} attachments.
{personal_en}
There is no password, token or key in it, and nothing of any other university.
{lacking_en}
| place | content |
|---|---|
| `data/` | every table: `csv/`, `xlsx/` (for reading: Chinese headings, yuan, words beside codes), `parquet/` (lossless; an import reads these) |
| `sheets/` | a workbook a record type, a row a record, with people, children and references in words: the columns of an export, and an import takes them |
| `codes/` | code lists |
| `definitions/` | the data dictionary (record types, fields, tables, columns), indicators, counting and date rules |
| `figures/` | the published value of every indicator, and the records by type, state and year |
| `attachments/` | files under their original names, a folder a record; their index is in `files/` |
| `说明.xlsx` | this page, the tables and the files as a workbook |
| `manifest.json` | for machines: size and SHA-256 of each file, rows and columns of each table |
| `verify.py` | checks the bundle without the product: `python verify.py BUNDLE.zip` |

The audit log is `data/*/audit_row.*`, its sealed blocks `data/*/audit_block.*`: a block's hash is SHA-256(hash before + line
feed + ids + line feed + hashes of the entries). Blocks that seal nothing of this university keep hash and link only. The
signatures can be checked with the old installation's key alone.

CSV: {cells.RULE_EN}

To restore: `yanshu restore-bundle BUNDLE.zip` in an empty installation; it compares indicators, records and attachments
afterwards and reports.
"""
    return zh, en


def workbook(path: Path, texts: tuple[str, str], tables: Sequence[Written], missing: Sequence[Missing], entries: Sequence[Entry]) -> None:
    """说明.xlsx: the two READMEs line by line, tables, files, missing attachments."""
    with xlsxwriter.Workbook(str(private(path)), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": str(path.parent)}) as book:
        wrapped, bold = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"bold": True})
        for name, text in zip(("说明", "Read me"), texts, strict=True):
            sheet = book.add_worksheet(name)
            sheet.set_column(0, 0, 120)
            for line, said in enumerate(text.splitlines()):
                sheet.write_string(line, 0, said.replace("|", " ").replace("`", "").replace("**", ""), wrapped)
        sheets: tuple[tuple[str, tuple[str, ...], Any], ...] = (
            ("数据表 Tables", ("分组", "表", "中文名", "English", "行数"), ((t.group, t.name, t.zh, t.en, t.rows) for t in tables)),
            ("缺失附件 Missing", ("表", "附件编号", "记录", "文件名", "SHA-256", "原因"), ((m.table, m.row_id, m.number, m.name, m.sha256, m.reason) for m in missing)),
            ("文件 Files", ("路径", "大小（字节）", "SHA-256"), ((e.path, e.size, e.sha256) for e in entries[:1_048_000])),
        )
        for name, heads, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.set_column(0, len(heads) - 1, 24)
            sheet.freeze_panes(1, 0)
            for column, head in enumerate(heads):
                sheet.write_string(0, column, head, bold)
            for line, row in enumerate(rows, 1):
                for column, value in enumerate(row):
                    (sheet.write_number if isinstance(value, int) else sheet.write_string)(line, column, value)
