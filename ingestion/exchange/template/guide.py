"""Words about a column: what a template's 填写说明 and its cells tell whoever fills it in."""

from __future__ import annotations

from ingestion.catalog import kinds as k
from ingestion.catalog import secrecy
from ingestion.catalog.codelists import BUILT_IN, CodeItem
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.layout import Column, Look
from ingestion.exchange.layout.columns import PERSON_KIND
from ingestion.exchange.layout.writing import KIND_WORDS, NO, YES, code_word, loose
from ingestion.store.engine import today

SHOWN_CODES = 30  # listed one by one in the guide; longer lists stand in the drop-down alone
STATISTICS = {"ST": ("科技统计", "S&T statistics"), "SK": ("社科统计", "social science statistics"), "QP": ("质量报告", "quality report"), "EVAL": ("评估", "evaluations")}
_SCHEMES = {
    "plain": ("编号，按文本填写", "A number as text"),
    "doi": ("DOI，如 10.1000/abc123", "A DOI, e.g. 10.1000/abc123"),
    "issn": ("ISSN，8 位，如 0253-3766", "An ISSN, e.g. 0253-3766"),
    "isbn": ("ISBN，13 位（或 10 位）", "An ISBN of 13 (or 10) digits"),
    "cn_serial": ("CN 号，如 CN42-1234/TP", "A CN serial number, e.g. CN42-1234/TP"),
    "patent_application": ("专利申请号，如 202010123456.8；国外专利以国家代码开头", "e.g. 202010123456.8; a foreign one begins with its country's code"),
    "orcid": ("ORCID，如 0000-0002-1825-0097", "An ORCID, e.g. 0000-0002-1825-0097"),
    "uscc": ("统一社会信用代码，18 位", "18 characters"),
    "email": ("电子邮箱", "An e-mail address"),
    "phone": ("电话，如 027-87654321", "e.g. 027-87654321"),
    "url": ("网址，以 http:// 或 https:// 开头", "A web address"),
}
_SECRETS = {
    "id_number": ("证件号码，按文本填写（数字格式会丢失末位）", "As text: a number loses its last digits"),
    "mobile": ("手机号，11 位；境外号码以 + 开头", "11 digits; + and the country's code for others"),
    "bank_account": ("银行账号，按文本填写", "As text"),
}


def required(type_id: str, column: Column, look: Look) -> str:
    """Whether a column must be filled in, with the condition in words."""
    at = 1 if look.language == "en" else 0
    field = column.field
    if column.key == "record_no":
        return ("新增时留空", "Empty for new records")[at]
    if column.required:
        if column.kind == "child":
            return ("有此项时必填", "In every row")[at]
        return ("必填", "Required")[at]
    if field is not None and field.required_when is not None:
        return f"{('按条件必填：', 'Required where ')[at]}{_condition(type_id, field.required_when, look)}"
    if field is not None and field.needed_for:
        names = "、".join(STATISTICS[one][0] for one in field.needed_for) if not at else ", ".join(STATISTICS[one][1] for one in field.needed_for)
        return f"选填（{names}需要）" if not at else f"Optional (for {names})"
    if field is not None and field.shown_when is not None:
        return f"{('选填，仅当', 'Optional, only where ')[at]}{_condition(type_id, field.shown_when, look)}"
    return ("选填", "Optional")[at]


def _condition(type_id: str, when: k.When, look: Look) -> str:
    fields = [*ALL_RECORDS[type_id].fields(), *(one for step in ALL_RECORDS[type_id].children() for one in step.fields)]
    other = next(one for one in fields if one.name == when.field)
    at = 1 if look.language == "en" else 0
    words = []
    for value in when.values:
        match other:
            case k.Code(code_list=name) | k.MultiCode(code_list=name):
                words.append(look.codes.label(name, value, look.language))
            case k.YesNo():
                words.append((YES if value == "true" else NO)[at])
            case _:
                words.append(value)
    if at:
        return f"“{other.en}” is {'not ' if when.negated else ''}{' or '.join(words)}"
    return f"“{other.zh}”{'不' if when.negated else ''}为{'或'.join(words)}"


def form(column: Column, look: Look) -> str:
    """How a value is written."""
    at = 1 if look.language == "en" else 0
    if column.key == "record_no":
        return (column.hint_zh, column.hint_en)[at]
    words = _form(column, at)
    hint = (column.hint_zh, column.hint_en)[at]
    return "；".join(part for part in (words, hint) if part) if not at else "; ".join(part for part in (words, hint) if part)


def _form(column: Column, at: int) -> str:
    field = column.field
    match field:
        case None:
            return ("文字", "Text")[at]
        case k.Text(name="kind") if field is PERSON_KIND:
            return ""
        case k.Text(max_length=most):
            return (f"文字，最多 {most} 字", f"Text of at most {most} characters")[at]
        case k.LongText(max_length=most):
            return (f"文字，可分行，最多 {most} 字", f"Text, also of several lines, at most {most} characters")[at]
        case k.TextList(max_items=items):
            return (f"一项或几项（最多 {items} 项）", f"One or several entries (at most {items})")[at]
        case k.Identifier(scheme=scheme):
            return _SCHEMES[scheme][at]
        case k.Secret(scheme=scheme):
            return _SECRETS[scheme][at]
        case k.Integer(minimum=low, maximum=high):
            return ("整数" + _bounds(low, high, "，"), "Whole number" + _bounds(low, high, ", "))[at]
        case k.Year():
            return ("四位年份，如 2025", "Four digits, e.g. 2025")[at]
        case k.Decimal(places=places, minimum=low, maximum=high):
            return (f"数字，最多 {places} 位小数{_bounds(low, high, '，')}", f"Number with at most {places} decimals{_bounds(low, high, ', ')}")[at]
        case k.Money():
            return ("金额，单位元，最多两位小数", "Amount in yuan with at most two decimals")[at]
        case k.Date(partial=True):
            return ("日期，如 2025-03-01；不知道日或月时可填 2025-03、2025", "e.g. 2025-03-01; 2025-03 or 2025 where no more is known")[at]
        case k.Date():
            return ("日期，如 2025-03-01", "e.g. 2025-03-01")[at]
        case k.YesNo():
            return ("是或否", "Yes or No")[at]
        case k.Code():
            return ("从下拉列表选择；也可填代码或“代码 名称”", "Choose from the list; a code or “code label” will do")[at]
        case k.MultiCode():
            return ("名称或代码，一项或几项", "Labels or codes, one or several")[at]
        case k.PersonRef() | k.PersonRefs():
            return ("工号，后面可跟姓名，如“00123 张伟”", "Staff number, with the name behind it if you like")[at]
        case k.UnitRef():
            return ("单位名称或单位代码", "Name or code of the unit")[at]
        case k.RecordRef(targets=targets) | k.RecordRefs(targets=targets):
            types = [ALL_RECORDS[t] for t in targets]
            return (
                f"{'、'.join(t.zh for t in types)}的记录编号（如 {types[0].prefix}000123）或项目编号等唯一编号，后面可跟名称",
                f"Record number (e.g. {types[0].prefix}000123) or own number of: {', '.join(t.en for t in types)}",
            )[at]
        case _:
            return ""


def _bounds(low: float | None, high: float | None, comma: str) -> str:
    if low is None or high is None or high >= 1e9:
        return ""
    return f"{comma}{low:g}–{high:g}"


def several(column: Column, look: Look) -> str:
    """How several values are written in one cell; empty where there is only one."""
    at = 1 if look.language == "en" else 0
    if column.many:
        field = column.field
        also = column.kind == "person" and field is not None or field is not None and loose(field)
        words = ("逐行填写（Alt+Enter 换行），各列第 n 行属于同一{}", "One line each (Alt+Enter); line n of all columns is one {}")[at]
        what = (("人", "person") if column.kind == "person" else ("项", "entry"))[at]
        return words.format(what) + (("，也可用“；”隔开", ", or separated by “；”")[at] if also else "")
    match column.field:
        case k.TextList() | k.MultiCode() | k.PersonRefs() | k.RecordRefs():
            return ("多项用“；”隔开", "Separated by “；”")[at]
        case _:
            return ""


def allowed(type_id: str, column: Column, look: Look) -> str:
    """The allowed values, or where they stand."""
    at = 1 if look.language == "en" else 0
    field = column.field
    if field is PERSON_KIND:
        return "；".join(words[at] for words in KIND_WORDS.values())
    if isinstance(field, k.YesNo):
        return f"{YES[at]}；{NO[at]}"
    if not isinstance(field, (k.Code, k.MultiCode)):
        return ""
    if isinstance(field, k.Code) and field.list_by is not None:
        by = field.list_by
        parts = [f"{_condition(type_id, k.When(by.field, (value,)), look)}{('：', ': ')[at]}{_listed(field, (name,), look)}" for value, name in by.lists]
        return "\n".join(parts)
    return _listed(field, (field.code_list,), look)


def _listed(field: k.Code | k.MultiCode, names: tuple[str, ...], look: Look) -> str:
    at = 1 if look.language == "en" else 0
    items = _items(field, names, look)
    if len(items) <= SHOWN_CODES:
        return "；".join(f"{item.code} {item.label(look.language)}" for item in items)
    known = BUILT_IN.get(names[0])
    name = f"“{known.zh}”" if known and not at else f" of “{known.en}”" if known else ""
    return f"共 {len(items)} 项，见下拉列表{name}" if not at else f"{len(items)} values{name}, see the list in the cells"


def offered(field: k.Code | k.MultiCode, look: Look) -> list[CodeItem]:
    """The codes a cell may hold today, of every list that may apply; what marks secret matter is none of them."""
    return _items(field, _lists(field), look)


def _lists(field: k.Code | k.MultiCode) -> tuple[str, ...]:
    by = field.list_by.lists if isinstance(field, k.Code) and field.list_by is not None else ()
    return tuple(dict.fromkeys([*(name for _value, name in by), field.code_list]))


def _items(field: k.Code | k.MultiCode, names: tuple[str, ...], look: Look) -> list[CodeItem]:
    day, depth = today().isoformat(), field.depth if isinstance(field, k.Code) else None
    return [
        item for name in names for item in look.codes.items(name, day, depth) if item.code not in secrecy.refused_codes(name)
    ]


def choices(column: Column, look: Look) -> list[str]:
    """What a cell's drop-down offers; empty for fields that are not coded. Every choice is read back."""
    at = 1 if look.language == "en" else 0
    match column.field:
        case k.YesNo():
            return [YES[at], NO[at]]
        case k.Code() | k.MultiCode() as field:
            words = (code_word(look, name, item.code, None) for name in _lists(field) for item in _items(field, (name,), look))
            return list(dict.fromkeys(words))
        case k.UnitRef():
            return [unit.name for unit in look.units.values() if unit.id not in look.closed_units and look.unit_words.get(unit.name) == unit.id]
        case field if field is PERSON_KIND:
            return [words[at] for words in KIND_WORDS.values()]
        case _:
            return []
