"""Check an exit bundle without the product: python verify.py BUNDLE.zip

Needs nothing but Python. It recomputes the SHA-256 of every file against manifest.json, and of the audit log the
hash of every entry against its sealed block and the links between the blocks. Exit code 0 when all agree.
检查迁出包：重新计算每个文件的 SHA-256，并核对操作日志的封存链；全部一致时退出码为 0。
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

LEAF = 32  # hex characters of an entry's hash kept in its block
LEAF_COLUMNS = ("id", "university_code", "at", "account_id", "actor", "action", "object_type", "object_id", "detail")
NUMBERS = ("id", "account_id")


def files(bundle: zipfile.ZipFile) -> Iterator[str]:
    """What is wrong with the files."""
    told = bundle.read("manifest.json.sha256").decode().split()[0]
    if hashlib.sha256(bundle.read("manifest.json")).hexdigest() != told:
        yield "manifest.json does not have the hash in manifest.json.sha256"
    manifest = json.loads(bundle.read("manifest.json"))
    listed = {entry["path"]: entry for entry in manifest["files"]}
    there = set(bundle.namelist()) - {"manifest.json", "manifest.json.sha256"}
    yield from (f"missing: {path}" for path in sorted(set(listed) - there))
    yield from (f"not in the manifest: {path}" for path in sorted(there - set(listed)))
    for path in sorted(set(listed) & there):
        hasher = hashlib.sha256()
        with bundle.open(path) as content:
            while piece := content.read(1 << 20):
                hasher.update(piece)
        if hasher.hexdigest() != listed[path]["sha256"]:
            yield f"changed: {path}"


def leaf(row: dict[str, Any]) -> str:
    """The hash of an audit entry as its block holds it."""
    text = json.dumps([row[name] for name in LEAF_COLUMNS], ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:LEAF]


def numbers(ranges: str) -> list[int]:
    """``"3-5,9"`` → 3, 4, 5, 9."""
    out: list[int] = []
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        out.extend(range(int(first), int(last or first) + 1))
    return out


def chain(leaves: dict[int, str], blocks: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What is wrong with a log: ``leaves`` are the hashes of its entries by id; ``blocks`` in order, their
    contents empty where they seal nothing of this university."""
    previous = "0" * 64
    sealed: set[int] = set()
    for block in blocks:
        if block["previous_hash"] != previous:
            yield f"block {block['id']} does not follow the one before"
        previous = block["hash"]
        if not block["rows"]:
            continue
        text = f"{block['previous_hash']}\n{block['rows']}\n{block['leaves']}"
        if hashlib.sha256(text.encode()).hexdigest() != block["hash"]:
            yield f"block {block['id']} was changed"
        for position, number in enumerate(numbers(block["rows"])):
            if number in leaves:
                sealed.add(number)
                if block["leaves"][position * LEAF : (position + 1) * LEAF] != leaves[number]:
                    yield f"audit entry {number} was changed"
    yield from (f"audit entry {number} is in no block" for number in sorted(set(leaves) - sealed))


def rows(bundle: zipfile.ZipFile, path: str) -> Iterator[dict[str, Any]]:
    """The rows of one of the CSV files; an empty cell is None, one leading apostrophe is taken away."""
    csv.field_size_limit(1 << 30)
    with bundle.open(path) as raw:
        for row in csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")):
            yield {name: None if value == "" else value.removeprefix("'") for name, value in row.items()}


def audit_log(bundle: zipfile.ZipFile) -> Iterator[str]:
    """What is wrong with the audit log."""
    leaves: dict[int, str] = {}
    for row in rows(bundle, "data/csv/audit_row.csv"):
        for name in NUMBERS:
            row[name] = None if row[name] is None else int(row[name])
        row["at"] = row["at"].removesuffix("Z")
        leaves[row["id"]] = leaf(row)
    yield from chain(leaves, rows(bundle, "data/csv/audit_block.csv"))


def main(path: str) -> int:
    with zipfile.ZipFile(path) as bundle:
        problems = [*files(bundle), *audit_log(bundle)]
    for problem in problems:
        print(problem)
    print("OK" if not problems else f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else print(__doc__) or 2)
