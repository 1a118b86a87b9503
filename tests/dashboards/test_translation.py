"""Every Chinese word on a screen has an English one, and every word is said through ``t`` or a declaration."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards import i18n

ROOT = Path(i18n.__file__).parent.parent
CJK = re.compile(r"[\u4e00-\u9fff]")
SCREENS = [p for p in sorted(ROOT.rglob("*.py")) if not {"marts", "http"} & set(p.relative_to(ROOT).parts)]
OWN = [p for p in SCREENS if not {"charts", "analysis", "sql"} & set(p.relative_to(ROOT).parts)]
TRANSLATORS = {"t", "N_"}
PLACE = re.compile(r"\{(\w+)\}")


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TRANSLATORS:
            if node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)


@pytest.mark.parametrize("path", SCREENS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_word_has_an_english_one(path: Path) -> None:
    missing = [word for word in calls(path) if CJK.search(word) and word not in i18n.english()]
    assert not missing


def test_translations_keep_the_places_to_fill() -> None:
    wrong = {zh: en for zh, en in i18n.english().items() if set(PLACE.findall(zh)) != set(PLACE.findall(en))}
    assert not wrong


def test_english_words_are_english() -> None:
    assert not {zh: en for zh, en in i18n.english().items() if CJK.search(en)}


def _docstrings(tree: ast.AST) -> set[int]:
    out = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                out.add(id(first.value))
    return out


@pytest.mark.ac("AC-251")
@pytest.mark.parametrize("path", OWN, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_chinese_text_outside_of_a_translation(path: Path) -> None:
    """A bare Chinese string would stay Chinese for an English reader. Tables of words are allowed where every
    word in them has its English one."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {*TRANSLATORS, "pick", "Issue"}:
            said |= {id(inner) for inner in ast.walk(node)}
        if isinstance(node, ast.Tuple) and len(node.elts) >= 2:  # (Chinese, English, …) side by side
            texts = [e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
            if any(CJK.search(x) for x in texts) and any(x and not CJK.search(x) and x[0].isupper() for x in texts):
                said |= {id(e) for e in node.elts}
    known = {*i18n.english(), "研数", "中文"}
    bare = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CJK.search(node.value)
        and id(node) not in said and node.value not in known
    ]  # fmt: skip
    assert not bare
