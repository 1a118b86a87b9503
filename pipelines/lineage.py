"""How the marts come from one another, for the page of lineage: read from dbt's manifest at every full build, so it tells of
the models the published figures were made with.

Written beside the other documents (``$YANSHU_HOME/documents/lineage.json``); ``dashboards/marts/lineage.py`` reads it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dashboards.marts.lineage import LAYERS, written
from ingestion.catalog import kinds as k
from ingestion.catalog.registry import ALL_RECORDS

STORE = "store"
_SCHEMAS = {"intermediate": "intermediate", "core": "core", "reports": "reports", "seeds": "rules", "staging": STORE}
_SENTENCE = re.compile(r"[^。]*[\u4e00-\u9fff][^。]*")
PLATFORM: dict[str, str] = {
    "record": "记录", "contributor": "完成人", "contributor_affiliation": "署名单位", "record_link": "记录关联", "record_value": "多选内容",
    "record_key": "唯一编号", "person_post": "任职", "unit": "单位", "university": "高校", "code_item": "代码", "share_rule": "完成人分配表",
    "source_table": "来源表", "source_paper": "来源表中的论文", "score_rule": "计分标准", "fund_entry": "经费分录", "project_balance": "项目余额",
    "amendment": "变更申请", "review_event": "审核记录", "completeness": "字段完整情况",
}  # fmt: skip
"""The store's own tables in Chinese; those of record types have their names in the catalogue."""


def save(home: Path, manifest: Any, built: Iterable[Any], measures: Iterable[str]) -> None:
    """Write the graph. ``built``: the models of a full build with their statements; ``measures``: the codes of
    ``fct_measure``, each of which one model writes down."""
    nodes = of_project({**manifest.nodes, **manifest.sources}, {one.unique_id: one.compiled_code or "" for one in built}, tuple(measures))
    path = written(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps({"nodes": nodes}, ensure_ascii=False), encoding="utf-8")
    os.replace(draft, path)


def of_project(manifest: Mapping[str, Any], statements: Mapping[str, str], measures: tuple[str, ...]) -> list[dict[str, Any]]:
    """One entry a model or seed: name, layer, words in both languages, what it reads, the measures it writes, its SQL."""
    kept = {key: node for key, node in manifest.items() if str(node.resource_type) in ("model", "seed")}
    out = []
    for key, node in kept.items():
        layer = "rules" if str(node.resource_type) == "seed" else _SCHEMAS[node.fqn[1]]
        reads = [kept[one].name for one in node.depends_on.nodes if one in kept] if str(node.resource_type) == "model" else []
        zh, en = _words(node.name, node.description)
        raw = node.raw_code if layer in ("intermediate", "core") else ""
        made = [one for one in measures if node.name.startswith("int_measure_") and f"'{one}'" in raw]
        if node.name == "fct_measure":
            made = [one for one in measures if f"'{one}' as measure" in raw]
        sql = "" if layer == STORE else statements.get(key, "").strip()
        out.append({"name": node.name, "layer": layer, "zh": zh, "en": en, "reads": reads, "measures": made, "sql": sql})
    return sorted(out, key=lambda one: (LAYERS.index(str(one["layer"])), str(one["name"])))


def _words(name: str, description: str) -> tuple[str, str]:
    """What a row of it is: the first sentence in each language."""
    text = " ".join(description.split())
    en = text.split(". ")[0].split("。")[0].rstrip(".") if not _SENTENCE.match(text.split(".")[0]) else text.split("。")[0]
    found = [one.strip() for one in re.split(r"(?<=[.。])\s*", text) if _SENTENCE.match(one.strip())]
    zh = found[0].rstrip("。") if found else ""
    if name.startswith("stg_"):
        zh = _table(name[4:])
    return zh or en, en or zh


def _table(table: str) -> str:
    if table in PLATFORM:
        return PLATFORM[table]
    for record_type in ALL_RECORDS.values():
        if table == record_type.id:
            return record_type.zh
        if table.startswith(f"{record_type.id}_"):
            for step in record_type.steps:
                if isinstance(step, k.Children) and table == f"{record_type.id}_{step.name}":
                    return f"{record_type.zh} · {step.zh}"
    return ""
