"""The box in which a university is found by name, code, pinyin or initials; used by login and by 找回密码."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape as esc
from typing import Any

from pypinyin import lazy_pinyin

from dashboards.http import pages
from dashboards.http.words import word
from ingestion import accounts
from ingestion.catalog.codelists import BUILT_IN
from ingestion.store.engine import ALL, Store


def listed(store: Store) -> list[dict[str, str]]:
    """The organisations that may be chosen."""
    with store.read(ALL) as uow:
        return accounts.login_choices(uow)


def chosen(choices: list[dict[str, str]], values: Mapping[str, str]) -> str:
    """The code of the form's university; without the page's script the typed text names one by code or name."""
    if values.get("university"):
        return values["university"]
    wanted = values.get("university_text", "").strip().casefold()
    found = [c["code"] for c in choices if wanted and wanted in (c["code"].casefold(), c["name"].casefold(), c["name_en"].casefold())]
    return found[0] if len(found) == 1 else ""


def box(choices: list[dict[str, str]], values: Mapping[str, str], error: str, language: str) -> str:
    """The labelled combobox with its hidden code and the data its script searches in."""
    known = next((c for c in choices if c["code"] == values.get("university")), None)
    text = _label(known, language) if known else values.get("university_text", "")
    invalid = ' aria-invalid="true"' if error else ""
    data: list[dict[str, Any]] = [
        {"c": c["code"], "n": _label(c, language), "z": c["name"], "w": c["words"], "p": _city(c["city"], language)} for c in choices
    ]
    return (
        f'<div class="field"><label for="university_text" id="university-label">{esc(word("university", language))}</label><div class="box combo">'
        f'<input id="university_text" name="university_text" type="text" role="combobox" aria-expanded="false" aria-controls="university-list"'
        f' aria-autocomplete="list" aria-describedby="university-error" autocomplete="off" spellcheck="false" maxlength="100"'
        f' placeholder="{esc(word("university_hint", language))}" value="{esc(text)}"{invalid}>'
        f'<ul id="university-list" role="listbox" aria-labelledby="university-label" hidden></ul></div>'
        f'<p class="error" id="university-error">{esc(error)}</p></div>'
        f'<input type="hidden" name="university" id="university" value="{esc(known["code"] if known else "")}">'
        + pages.data("universities", data)
    )


def _label(choice: Mapping[str, str], language: str) -> str:
    return choice["name_en"] or choice["name"] if language == "en" else choice["name"]


def _city(code: str, language: str) -> str:
    item = BUILT_IN["gbt2260_region"].by_code.get(code)
    if item is None:
        return ""
    if language == "en":  # the national list names provinces in English, cities only in Chinese
        return item.label_en or "".join(lazy_pinyin(item.label_zh.removesuffix("市"))).capitalize()
    return item.label_zh
