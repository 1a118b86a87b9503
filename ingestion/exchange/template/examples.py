"""The example row of a template: what a record of this university might look like. Nobody real is named."""

from __future__ import annotations

from typing import Any

from ingestion.catalog import conditions
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS
from ingestion.exchange.layout import Column, Look, columns
from ingestion.exchange.layout.columns import PERSON_KIND
from ingestion.exchange.layout.writing import Cell, code_word
from ingestion.exchange.template.guide import offered
from ingestion.store.engine import today

CODES = {"gbt2659_country": "156", "gbt2260_region": "420100", "gbt4880_language": "zh", "project_status": "20", "gbt13745_discipline": "210"}
DAY, LATER, BIRTH = "2025-03-01", "2027-12-31", "1985-04-12"
_SCHEMES = {
    "doi": "10.1000/yanshu.000123", "issn": "0253-3766", "isbn": "9787000000018", "cn_serial": "CN42-1234/TP",
    "patent_application": "202510000123.3", "orcid": "0000-0002-1825-0097", "uscc": "91420100000000123W",
    "email": "zhangwei@example.cn", "phone": "027-87654321", "url": "https://example.cn/",
    "id_number": "420101198504120013", "mobile": "13900000001", "bank_account": "6222000000000001",
}  # fmt: skip
_TITLES = {
    "person": "张伟", "expert": "李娜", "institution": "江城大学智慧农业研究中心", "vertical_project": "稻田土壤碳库的时空变化研究",
    "horizontal_project": "智能灌溉控制系统开发", "university_project": "乡村振兴数据平台预研", "paper": "长江中游稻田土壤有机碳的变化",
    "book": "土壤学实验教程", "award": "科学技术进步奖", "research_report": "耕地质量年度报告", "appraisal": "稻田节水灌溉技术", "artwork": "春水",
    "patent": "一种稻田水位自动控制装置", "copyright": "农田监测数据管理软件", "standard": "稻田甲烷排放监测规程", "drug_certificate": "示例注射液",
    "new_variety": "江稻 18 号", "ic_layout": "低功耗采样电路布图", "hosted_conference": "智慧农业国际学术会议", "lecture": "土壤碳循环研究进展",
    "attended_conference": "中国土壤学会年会", "cooperative_research": "水稻基因组合作研究", "technology_transfer": "节水灌溉控制技术转让",
    "landmark_result": "长江中游耕地保育关键技术", "economic_result": "节水灌溉技术推广应用", "fund_arrival": "", "fund_outward": "", "fund_expense": "",
}  # fmt: skip
_TEXTS = {
    "venue": "中国农业科学", "volume_issue_pages": "2025, 58(3): 412-425", "publisher": "科学出版社", "place": "武汉", "organisation": "武汉大学",
    "funder": "国家自然科学基金委员会", "client_name": "湖北某农业科技有限公司", "payer": "国家自然科学基金委员会", "payee": "武汉大学", "purpose": "购买实验试剂",
    "user_organisation": "湖北某农业科技有限公司", "transferee": "湖北某农业科技有限公司", "partner_name": "武汉大学", "partner": "武汉大学",
    "host": "江城大学", "organiser": "江城大学", "owner": "江城大学", "patentee": "江城大学", "holder": "江城大学", "line_item": "试剂", "payee_name": "王五",
    "award_name": "湖北省科学技术进步奖", "issuer": "湖北省人民政府", "outcome_name": "稻田节水灌溉技术", "bank": "中国银行武汉分行", "society": "中国土壤学会",
    "society_post": "理事", "graduated_from": "武汉大学", "name_en": "Zhang Wei", "title_en": "Changes of soil organic carbon in paddy fields",
    "accession_no": "WOS:000000000000001", "software_version": "V1.0", "batch": "2025 年第一批", "opinion": "同意立项", "ics": "65.020",
}  # fmt: skip
_IDENTIFIERS = {"staff_no": "00123", "project_no": "62000000", "contract_no": "HT2025-001", "ipc": "G05D 9/12", "postcode": "430070", "certificate_no": "ZS-2025-001"}


def row(type_id: str, look: Look) -> dict[str, Cell]:
    """The cells of the example by column key. Codes agree with each other, everything else is made up."""
    document: dict[str, Any] = {}
    out: dict[str, Cell] = {}
    for column in columns(type_id):
        if column.kind == "header":
            continue
        cell = _person(column, look) if column.kind == "person" else _value(type_id, column, look, document)
        if cell is not None and cell != "":
            out[column.key] = cell
    return out


def _value(type_id: str, column: Column, look: Look, document: dict[str, Any]) -> Cell:
    field = column.field
    at = 1 if look.language == "en" else 0
    if field is None or (field.shown_when is not None and not conditions.holds(field.shown_when, document)):
        return None
    match field:
        case k.Text(name=name):
            if name == ALL_RECORDS[type_id].title and column.kind == "field" and _TITLES[type_id]:
                return _TITLES[type_id]
            return _TEXTS.get(name) or f"{field.zh}示例"[: field.max_length]
        case k.LongText():
            return f"{field.zh}示例" if field.required else None
        case k.TextList():
            return "关键词一；关键词二" if "关键词" in field.zh else None
        case k.Identifier(scheme="plain", name=name):
            return _IDENTIFIERS.get(name, "BH2025001")
        case k.Identifier(scheme=scheme) | k.Secret(scheme=scheme):
            return _SCHEMES[scheme]
        case k.Integer(minimum=low):
            return max(1, low or 0)
        case k.Year():
            return 2025
        case k.Decimal():
            return 1.0
        case k.Money():
            return 1000.0
        case k.Date(future=future):
            day = BIRTH if "birth" in field.name else LATER if future else DAY
            return today().fromisoformat(day) if not column.many and not field.partial else day
        case k.YesNo():
            document[field.name] = True
            return ("是", "Yes")[at]
        case k.Code():
            return _code(field, look, document)
        case k.MultiCode(code_list=name):
            document[field.name] = [item.code for item in offered(field, look)[:1]]
            return code_word(look, name, document[field.name][0], None) if document[field.name] else None
        case k.UnitRef():
            return next((unit.name for unit in look.units.values() if unit.id not in look.closed_units), "计算机学院")
        case k.PersonRef() | k.PersonRefs():
            return "00123 张伟"
        case k.RecordRef(targets=targets) | k.RecordRefs(targets=targets):
            return f"{ALL_RECORDS[targets[0]].prefix}000123"
        case _:
            return None


def _code(field: k.Code, look: Look, document: dict[str, Any]) -> str | None:
    name = conditions.code_list(field, document)
    parent = document.get(field.parent_field or "")
    items = [item for item in look.codes.items(name, today().isoformat(), field.depth) if not parent or item.parent == parent]
    if not items:
        return None
    code = next((item.code for item in items if item.code == CODES.get(name)), items[0].code)
    document[field.name] = code
    return code_word(look, name, code, parent)


def _person(column: Column, look: Look) -> Cell:
    """Two people of a record, the first of the own staff; a project's leader and its members are others."""
    field, at = column.field, 1 if look.language == "en" else 0
    led = column.step == "members"
    university = look.own_names[0] if look.own_names else "江城大学"
    name = "units" if field is None else field.name
    match name:
        case "name":
            lines = ["李四", "王五"] if led else ["张伟", "李四"]
        case "person":
            lines = ["00456"] if led else ["00123"]
        case "kind" if field is PERSON_KIND:
            lines = [("校内", "Staff")[at], ("校外", "External")[at]]
        case "units":
            lines = [f"{university}[{('本校', 'own')[at]}]", "武汉大学"]
        case "rank":
            return None
        case "corresponding":
            lines = [("是", "Yes")[at]]
        case "share":
            lines = ["60", "40"]
        case "months_per_year":
            lines = ["6", "3"]
        case _:
            return None
    return "\n".join(lines[:1] if column.single else lines)
