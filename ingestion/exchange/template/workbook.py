"""The template workbook of a record type, or of accounts.

The type and version stand in the file's custom properties, where no program that edits the sheets loses them: a
template of another type or of an older edition is recognised by them (``tabular.read``).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from ingestion import permissions
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.layout import Column, Look, accounts, columns, load
from ingestion.exchange.template import examples, guide
from ingestion.principal import Principal
from ingestion.store.engine import UnitOfWork, today

PROPERTY_TYPE, PROPERTY_VERSION = "yanshu_type", "yanshu_template"
ACCOUNTS = "accounts"
EXAMPLE = ("示例行（导入时忽略）", "Example (ignored)")
LIST_SHEET = "_codes"
LAST_ROW = 1_048_575
TEXT_FORMAT_LIMIT = 255  # a cell in text format shows ##### beyond it in older spreadsheets
BLUE, PALE, GREY = "#1F4E9E", "#E8EEF7", "#6B7280"
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def template_columns(type_id: str) -> tuple[Column, ...]:
    """The columns a template asks for: all but those only an export tells."""
    if type_id == ACCOUNTS:
        return accounts.COLUMNS
    return tuple(c for c in columns(type_id) if c.kind != "header" or c.key == "record_no")


def version(type_id: str) -> str:
    """Changes whenever the columns do."""
    told = [(c.key, c.zh, c.en, type(c.field).__name__, c.required, c.code_list) for c in template_columns(type_id)]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12]


def look_of(uow: UnitOfWork, actor: Principal, type_id: str, language: str) -> Look:
    """What a template shows of a university: its own codes and units. Raises Denied without the right to import."""
    permissions.require(actor, *(("manage_accounts",) if type_id == ACCOUNTS else ("import", type_id)))
    return load(uow, actor, "person" if type_id == ACCOUNTS else type_id, language=language, reading=False)


def title(type_id: str, language: str) -> str:
    if type_id == ACCOUNTS:
        return "Accounts" if language == "en" else "账号"
    return ALL_RECORDS[type_id].en if language == "en" else ALL_RECORDS[type_id].zh


def file_name(type_id: str, language: str) -> str:
    return f"{title(type_id, language)} template.xlsx" if language == "en" else f"{title(type_id, language)}导入模板.xlsx"


def write(target: Path | BinaryIO, type_id: str, look: Look) -> None:
    """Writes the template. ``look`` gives language, codes, units and the university's name."""
    at = 1 if look.language == "en" else 0
    with xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, OPTIONS) as book:
        book.set_properties({"title": file_name(type_id, look.language), "company": look.own_names[0] if look.own_names else ""})
        book.set_custom_property(PROPERTY_TYPE, type_id)
        book.set_custom_property(PROPERTY_VERSION, version(type_id))
        sheet = book.add_worksheet(title(type_id, look.language)[:31])
        about = book.add_worksheet(("填写说明", "How to fill in")[at])
        lists = book.add_worksheet(LIST_SHEET)
        _data(book, sheet, lists, type_id, look)
        _guide(book, about, type_id, look)
        lists.hide()
        sheet.activate()


# --- the data sheet ---------------------------------------------------------------------------------------------


def _data(book: Any, sheet: Any, lists: Any, type_id: str, look: Look) -> None:
    at = 1 if look.language == "en" else 0
    base = {"valign": "vcenter", "text_wrap": True, "border": 1, "border_color": "#C9D3E3"}
    must = book.add_format({**base, "bold": True, "font_color": "#FFFFFF", "bg_color": BLUE})
    may = book.add_format({**base, "bold": True, "font_color": BLUE, "bg_color": PALE})
    formats = _Formats(book)
    example = _example(type_id, look)
    sheet.set_row(0, 2 * LINE + 6)
    sheet.set_row(1, LINE * max(lines_of(str(value), 32) for value in example.values()))
    for position, column in enumerate(template_columns(type_id)):
        number_format = cell_format(column)
        sheet.set_column(position, position, _width(column), formats.plain(number_format))
        sheet.write_string(0, position, column.heading(look.language), must if column.required else may)
        _offer(sheet, lists, position, type_id, column, look)
        value = EXAMPLE[at] if position == 0 else example.get(column.key)
        _put(sheet, 1, position, value, formats.example(number_format))
    sheet.freeze_panes(1, 1)


class _Formats:
    """One format object for each number format: a workbook keeps them all."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Any] = {}

    def plain(self, number_format: str) -> Any:
        return self._get(number_format, False)

    def example(self, number_format: str) -> Any:
        return self._get(number_format, True)

    def _get(self, number_format: str, example: bool) -> Any:
        key = (number_format, example)
        if key not in self._made:
            look = {"italic": True, "font_color": GREY, "bg_color": "#F5F6F8"} if example else {}
            self._made[key] = self._book.add_format({"num_format": number_format, "valign": "top", "text_wrap": True, **look})
        return self._made[key]


def cell_format(column: Column) -> str:
    """Text for whatever a spreadsheet would spoil: identifiers, codes such as 04, "3-5", days known to the month only,
    cells of several lines."""
    match column.field:
        case k.Money():
            return "#,##0.00" if not column.many else "@"
        case k.Date(partial=False) if not column.many:
            return "yyyy-mm-dd"
        case k.Integer() | k.Year() if not column.many:
            return "0"
        case k.Decimal() if not column.many:
            return "General"
        case k.LongText():
            return "General"
        case k.Text(max_length=most) if most > TEXT_FORMAT_LIMIT and not column.many:
            return "General"
        case _:
            return "@"


def _width(column: Column) -> int:
    match column.field:
        case k.LongText():
            return 40
        case k.Text(max_length=most) if most >= 200:
            return 32
        case k.Integer() | k.Year() | k.YesNo() | k.Decimal():
            return 12
        case _:
            return 26 if column.key == "record_no" else 18


def _offer(sheet: Any, lists: Any, position: int, type_id: str, column: Column, look: Look) -> None:
    """The drop-down of a coded column, and a word of help in its cells. What a cell of several values may hold no
    drop-down can say, so nothing is refused here: the check does that, for all cells at once."""
    zh = look.language != "en"
    words = account_choices(column, look) if type_id == ACCOUNTS else guide.choices(column, look)
    help_ = "；".join(part for part in (_required(type_id, column, look), guide.form(column, look), guide.several(column, look)) if part)
    rule: dict[str, Any] = {
        "validate": "any",
        "input_title": column.heading(look.language)[:32],
        "input_message": help_ if len(help_) <= 255 else help_[:254] + "…",
        "ignore_blank": True,
    }
    if words:
        letter = xl_col_to_name(position)
        for row, word in enumerate(words):
            lists.write_string(row, position, word)
        rule |= {"validate": "list", "source": f"='{LIST_SHEET}'!${letter}$1:${letter}${len(words)}"}
        if column.many or isinstance(column.field, k.MultiCode):
            rule["show_error"] = False
        else:
            rule |= {
                "error_type": "warning",
                "error_title": "不在列表中" if zh else "Not in the list",
                "error_message": "可填列表中的名称、代码或“代码 名称”。是否保留？" if zh else "A label of the list, its code or “code label” will do. Keep it?",
            }
    sheet.data_validation(1, position, LAST_ROW, position, rule)


def account_choices(column: Column, look: Look) -> list[str]:
    return accounts.role_words(look.language) if column.key == "role" else guide.choices(column, look)


def _required(type_id: str, column: Column, look: Look) -> str:
    if type_id == ACCOUNTS:
        return (("必填", "选填"), ("Required", "Optional"))[look.language == "en"][not column.required]
    return guide.required(type_id, column, look)


def _example(type_id: str, look: Look) -> dict[str, Any]:
    return dict(accounts.example(look)) if type_id == ACCOUNTS else dict(examples.row(type_id, look))


def _put(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, style)
    elif hasattr(value, "isoformat"):
        sheet.write_datetime(row, column, value, style)
    else:
        sheet.write_number(row, column, value, style)


# --- 填写说明 ----------------------------------------------------------------------------------------------------

_RULES = (
    ("涉密信息不得录入本系统：涉密项目、涉密成果及其人员、经费数据一律不得上网。", "Nothing secret may be entered: no secret project, result, person or amount."),
    ("数据填写在第一张表，一行一条记录；第 2 行为示例，导入时忽略，可以保留。", "One record a row in the first sheet; row 2 is an example and ignored."),
    ("列的顺序可以调整，不需要的列可以删除，表头请勿改名。深蓝表头为必填列。", "Columns may be moved or left out, not renamed. Dark headings are required."),
    ("有下拉列表的列可填名称、代码或“代码 名称”；本校自定义的代码也可使用。", "Coded columns take a label, a code or “code label”; your university's own codes too."),
    ("编号、证件号码等列已设为文本，请勿改为数字，否则会丢失前导零或末位。", "Numbers that identify are text: as numbers they lose zeros and last digits."),
    ("本校人员必须填写工号，系统不按姓名关联人员。", "Own people need their staff number; a name links nobody."),
    ("一格多值逐行填写（Alt+Enter 换行），同一组各列的第 n 行相互对应；没有值的行写“/”。", "Several values of a cell stand in a line each; line n of all columns of a group belong together; “/” is an empty value."),
    ('值内含有换行、分隔符或以引号开头时，用英文双引号括起，其中的双引号写两个，如 "C、N 比"。', 'A value that holds a line break or separator, or begins with a quote, stands in double quotes, its own quotes doubled: "C; N ratio".'),
    ("填写“记录编号”的行更新该记录；导出文件修改后可直接导回。", "A row with a record number updates that record; an exported file can be edited and imported."),
)  # fmt: skip
_HEADS = (("列名", "是否必填", "填写要求", "可选值", "多个值的写法", "示例"), ("Column", "Required", "How to write it", "Allowed values", "Several values", "Example"))


WIDTHS = (28, 24, 44, 52, 36, 30)
LINE = 15.0  # points


def lines_of(text: str, width: int) -> int:
    """How many lines a text takes in a column: not every program fits a row to its wrapped text."""
    return sum(max(1, -(-sum(2 if ord(c) > 0x2E7F else 1 for c in part) // width)) for part in text.split("\n"))


def _guide(book: Any, sheet: Any, type_id: str, look: Look) -> None:
    at = 1 if look.language == "en" else 0
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "font_size": 14, "font_color": BLUE})
    head = book.add_format({"bold": True, "font_color": BLUE, "bg_color": PALE, "valign": "vcenter"})
    warn = book.add_format({"bold": True, "font_color": "#B42318"})
    for position, width in enumerate(WIDTHS):
        sheet.set_column(position, position, width)
    sheet.write_string(0, 0, f"{title(type_id, look.language)}{(' 导入模板填写说明', ': how to fill in the template')[at]}", bold)
    university = (look.own_names[-1] if at else look.own_names[0]) if look.own_names else ""
    made = f"{university}  {('模板版本', 'version')[at]} {version(type_id)}  {today().isoformat()}".strip()
    sheet.write_string(1, 0, made)
    line = 3
    for number, rule in enumerate(_RULES, 1):
        if type_id == ACCOUNTS and number in (6, 7, 8, 9):
            continue
        sheet.write_string(line, 0, f"{line - 2}. {rule[at]}", warn if number == 1 else None)
        line += 1
    line += 1
    for position, word in enumerate(_HEADS[at]):
        sheet.write_string(line, position, word, head)
    example = _example(type_id, look)
    for column in template_columns(type_id):
        line += 1
        shown = example.get(column.key)
        allowed = "；".join(account_choices(column, look)) if type_id == ACCOUNTS else guide.allowed(type_id, column, look)
        words = (column.heading(look.language), _required(type_id, column, look), guide.form(column, look), allowed,
                 guide.several(column, look), "" if shown is None else f"{shown:g}" if isinstance(shown, float) else str(shown))  # fmt: skip
        sheet.set_row(line, LINE * max(lines_of(word, width) for word, width in zip(words, WIDTHS, strict=True)))
        for position, word in enumerate(words):
            sheet.write_string(line, position, word, wrap)
    sheet.freeze_panes(line - len(template_columns(type_id)) + 1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
