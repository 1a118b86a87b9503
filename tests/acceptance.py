"""`make acceptance`: the acceptance statements by issue, with the tests that carry their marker.

Reads the test files' syntax only, so that it needs neither a database nor a browser; whether those tests pass
is what `make test` says. Ends with 1 where a test names a statement that no list holds.
"""

from __future__ import annotations

import ast
import csv
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent
STATEMENTS = TESTS / "acceptance_statements.csv"


@dataclass(frozen=True)
class Statement:
    """One row per statement × issue that asks for it; ``issue`` 0: none so far."""

    id: str
    issue: int
    text: str


def statements() -> list[Statement]:
    with STATEMENTS.open(encoding="utf-8", newline="") as file:
        return [Statement(row["statement"], int(row["issue"] or 0), row["text"]) for row in csv.DictReader(file)]


def proofs() -> dict[str, list[str]]:
    """Statement → tests marked ``@pytest.mark.ac("AC-…")``, as ``path::test``."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        name = path.relative_to(TESTS.parent).as_posix()
        for test, ids in marked(ast.parse(path.read_text(encoding="utf-8"))):
            for statement in ids:
                found[statement].append(f"{name}::{test}")
    return found


def marked(module: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """(test, its statements), with those marked on its class or on the whole module."""
    for_all = [
        statement
        for node in module.body
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets)
        for statement in _ids(node.value)
    ]
    for node in module.body:
        inherited = list(for_all)
        if isinstance(node, ast.ClassDef):
            inherited += [s for decorator in node.decorator_list for s in _ids(decorator)]
            for inner in node.body:
                yield from _test(inner, inherited)
        else:
            yield from _test(node, inherited)


def _test(node: ast.stmt, inherited: list[str]) -> Iterator[tuple[str, list[str]]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
        own = [s for decorator in node.decorator_list for s in _ids(decorator)]
        yield node.name, sorted({*inherited, *own})


def _ids(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "ac":
            for argument in call.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def report(listed: list[Statement], found: dict[str, list[str]]) -> str:
    lines: list[str] = []
    for issue in sorted({s.issue for s in listed}, key=lambda number: number or 999):
        own = [s for s in listed if s.issue == issue]
        open_ones = [s for s in own if s.id not in found]
        name = f"Issue {issue}" if issue else "Asked for by no issue yet"
        lines += [f"{name}: {len(own) - len(open_ones)} of {len(own)} statements have tests", ""]
        for statement in own:
            if statement.id in found:
                lines.append(f"  {statement.id}  {statement.text}")
                lines += [f"            {test}" for test in found[statement.id]]
        if open_ones and issue:
            lines += ["", "  Without a test:"]
            lines += [f"  {s.id}  {s.text}" for s in open_ones]
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    listed, found = statements(), proofs()
    print(report(listed, found))
    unknown = sorted(set(found) - {s.id for s in listed})
    for statement in unknown:
        print(f"{statement} stands in no list, but {', '.join(found[statement])} names it", file=sys.stderr)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
