"""The rules of the dbt project, read from its manifest and its files."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from dashboards.marts.lineage import Model, behind
from ingestion.catalog import kinds as k
from ingestion.catalog.codelists import BUILT_IN
from ingestion.catalog.registry import ALL_RECORDS, TYPE_IDS
from pipelines import lineage, warm
from pipelines.codegen import DBT
from pipelines.transform import Transformer
from tests.dashboards.marts.published import contributions

FORBIDDEN = re.compile(
    r"\bqualify\b|\barg_max\b|\barg_min\b|\bregexp_matches\b|\bexclude\b|\bby name\b|\bunnest\b|\blist_\w+\(|\bstruct_pack\b"
    r"|\bgroup by all\b|\border by all\b|\bfilter\s*\(\s*where\b|\b(asof|positional)\s+join\b|\bmake_date\b|\brange\(",
    re.IGNORECASE,
)


def sql_files() -> list[Any]:
    return sorted(p for p in [*DBT.rglob("models/**/*.sql"), *DBT.rglob("tests/*.sql"), *DBT.rglob("macros/*.sql")])


def without_comments(text: str) -> str:
    return re.sub(r"--[^\n]*|\{#.*?#\}", "", text, flags=re.DOTALL)


def seed(name: str) -> list[dict[str, str]]:
    with (DBT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def models(transformer: Transformer, *folders: str) -> list[Any]:
    nodes = transformer.manifest.nodes.values()
    return [n for n in nodes if n.resource_type == "model" and n.fqn[1] in folders]


def test_words_of_one_engine_stand_only_in_the_engines_macros() -> None:
    found = {
        str(path.relative_to(DBT)): FORBIDDEN.findall(without_comments(path.read_text(encoding="utf-8")))
        for path in sql_files()
        if FORBIDDEN.search(without_comments(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_every_window_says_where_nulls_go() -> None:
    missing = []
    for path in sql_files():
        for ordering in re.findall(r"over \([^()]*order by(.*?)\n?\s*\) as", without_comments(path.read_text(encoding="utf-8")), re.DOTALL):
            parts = re.split(r",(?![^()]*\))", ordering)
            missing += [f"{path.name}: {part.strip()}" for part in parts if "nulls" not in part]
    assert missing == []


def test_every_engine_macro_says_why() -> None:
    for path in (DBT / "macros/engine").glob("*.sql"):
        text = path.read_text(encoding="utf-8")
        assert text.lstrip().startswith("{#"), path.name


def test_dbt_is_no_package_of_ours_and_needs_no_other() -> None:
    assert list(DBT.rglob("__init__.py")) == []
    assert not (DBT / "packages.yml").exists() and not (DBT / "dependencies.yml").exists()


def test_every_measure_has_one_model_and_a_way_back_to_the_store(transformer: Transformer) -> None:
    measures = tuple(row["measure"] for row in seed("measures"))
    nodes = lineage.of_project({**transformer.manifest.nodes, **transformer.manifest.sources}, {}, measures)
    writers = {one: [node["name"] for node in nodes if one in node["measures"]] for one in measures}
    assert {one: names for one, names in writers.items() if len(names) != 1} == {}
    known = {node["name"]: Model(**{**node, "reads": tuple(node["reads"]), "measures": tuple(node["measures"])}) for node in nodes}
    for one in measures:
        assert behind(known, [(one, "OWNER")]).of("store"), one
    papers = {model.name for model in behind(known, [("O01", "OWNER")], ["paper"]).models}
    assert {"stg_paper", "index_tiers", "int_papers", "int_measure_papers", "fct_measure", "fct_credit", "rpt_indicator"} <= papers
    assert "stg_book" not in papers
    unsaid = [node["name"] for node in nodes if not (re.search(r"[\u4e00-\u9fff]", node["zh"]) and node["en"])]
    assert unsaid == []


def test_the_marts_have_contracts_keys_and_both_languages(transformer: Transformer) -> None:
    marts = models(transformer, "core", "reports")
    assert len(marts) >= 17
    tested = {
        n.attached_node
        for n in transformer.manifest.nodes.values()
        if n.resource_type == "test" and getattr(n, "test_metadata", None) is not None and n.test_metadata.name == "primary_key"
    }
    for node in marts:
        assert node.config.contract.enforced, node.name
        assert re.match(r"One row(\.| per) ?", node.description), f"{node.name}: the first sentence is the grain"
        assert re.search(r"[\u4e00-\u9fff]", node.description), node.name
        assert node.unique_id in tested or node.config.materialized == "view", f"{node.name}: no primary key test"
        for column in node.columns.values():
            assert column.description and re.search(r"[\u4e00-\u9fff]", column.description), f"{node.name}.{column.name}"


def test_layers_only_look_down(transformer: Transformer) -> None:
    order = {"staging": 0, "intermediate": 1, "core": 2, "reports": 3}
    nodes = transformer.manifest.nodes
    for node in models(transformer, *order):
        for parent in (nodes[p] for p in node.depends_on.nodes if p in nodes and nodes[p].resource_type == "model"):
            assert order[parent.fqn[1]] <= order[node.fqn[1]], f"{node.name} reads {parent.name}"
        sources = [s for s in node.depends_on.nodes if s.startswith("source.yanshu.raw.")]
        assert not sources or node.fqn[1] == "staging", f"{node.name} reads raw tables past staging"


def test_below_the_facts_there_are_only_views(transformer: Transformer) -> None:
    for node in models(transformer, "staging", "intermediate"):
        assert node.config.materialized == "view", node.name


def test_a_refresh_writes_about_a_dozen_tables_and_no_view(transformer: Transformer) -> None:
    chosen = warm.wanted(frozenset({"record", "paper", "contributor", "record_key"}), any_records=True)
    assert len([name for name in chosen if name not in warm.TESTS]) <= 12
    nodes = {n.name: n for n in transformer.manifest.nodes.values()}
    assert {nodes[name].config.materialized for name in chosen if name not in warm.TESTS} <= {"table", "incremental"}
    assert set(warm.wanted(frozenset().union(*warm.DIMENSIONS.values()), any_records=True)) == {*warm.MODELS, *warm.TESTS}


def test_models_are_rewritten_in_the_order_they_read_each_other_and_by_a_known_key(transformer: Transformer) -> None:
    nodes = {n.name: n for n in transformer.manifest.nodes.values()}
    for at, name in enumerate(warm.MODELS):
        reads = {parent.split(".")[-1] for parent in nodes[name].depends_on.nodes}
        assert not reads & set(warm.MODELS[at:]), name
        key = nodes[name].config.meta.get("rewritten_by")
        assert (key in warm.REWRITTEN) == (nodes[name].config.materialized == "incremental"), name
        assert key is None or key in nodes[name].columns, name
    tables = {n.name for n in models(transformer, "core", "reports") if n.config.materialized != "view"}
    settled = {"dim_indicator", "dim_rule", "dim_type"}  # change with the code alone
    assert tables == {*warm.MODELS, *warm.NIGHTLY} | settled


def test_what_a_refresh_runs_is_kept_under_the_code_it_was_compiled_from(tmp_path: Path) -> None:
    kept, steps = tmp_path / "dbt" / "warm.json", [warm.Step("fct_sum", '"core"."fct_sum"', "select 1", "university_code")]
    warm.save(kept, "a", steps)
    assert warm.load(kept, "a") == steps and warm.load(kept, "b") is None
    kept.write_text("{")
    assert warm.load(kept, "a") is None and warm.load(tmp_path / "nothing", "a") is None


def test_every_measure_has_a_view_and_every_indicator_a_measure(transformer: Transformer) -> None:
    written = "\n".join(p.read_text(encoding="utf-8") for p in (*(DBT / "models/intermediate").glob("int_measure_*.sql"), DBT / "models/core/fct_measure.sql"))
    measures = {row["measure"]: row for row in seed("measures")}
    rules = {row["rule"] for row in seed("counting_rules")}
    indicators = {row["indicator"]: row for row in seed("indicators")}
    missing = [m for m in measures if f"'{m}'" not in written]
    assert set(missing) <= {"F09", "F10"}
    for row in indicators.values():
        assert row["zh"] and row["en"] and row["definition_zh"] and row["definition_en"] and row["unit_zh"], row
        if row["kind"] == "additive" and row["is_configured"] == "true":
            assert row["measure"] in measures and row["counting_rule"] in rules, row["indicator"]
        if row["kind"] == "derived" and row["is_configured"] == "true" and row["operation"] != "rank":
            for side in ("numerator", "denominator"):
                assert indicators[row[side]]["kind"] == "additive" and row[f"{side}_rule"] in rules, row["indicator"]
            assert row["operation"] in ("ratio", "ratio_start", "difference", "growth", "growth_3", "top_share", "window_ratio", "h_index", "h5_index")
        if row["needs"]:
            assert row["needs_zh"] and row["needs_en"], row["indicator"]
    configured = [r for r in indicators.values() if r["is_configured"] == "true" and r["indicator"] != "R01"]
    assert len(configured) >= 20


def test_the_reports_read_every_rule_and_measure_an_indicator_asks_for() -> None:
    rows = {row["indicator"]: row for row in seed("indicators")}
    asked: dict[str, set[str]] = {}
    for row in rows.values():
        if row["measure"]:
            asked.setdefault(row["counting_rule"], set()).add(row["measure"])
        for side in ("numerator", "denominator"):
            if row[side]:
                asked.setdefault(row[f"{side}_rule"], set()).add(rows[row[side]]["measure"])
    text = (DBT / "macros/lists.sql").read_text(encoding="utf-8")
    listed = text[text.index("macro asked_rules") : text.index("macro contributions_of")]
    written = {rule: set(re.findall(r"'(\w+)'", measures)) for rule, measures in re.findall(r"'(\w+)': \[(.*?)\]", listed)}
    assert written == asked


def test_rules_breakdowns_types_and_date_columns_named_by_measures_exist() -> None:
    rules = {row["rule"] for row in seed("counting_rules")}
    dates = {row["date_rule"]: row["column_name"] for row in seed("date_rules")}
    own_lists = {row["list"] for row in seed("pipeline_codes")} | {"record_type", "index_tier", "measure"}
    written = "\n".join(p.read_text(encoding="utf-8") for p in (DBT / "models/intermediate").glob("*.sql"))
    for row in seed("measures"):
        assert set(row["offered_rules"].split(",")) <= rules, row["measure"]
        assert row["date_rule"] in dates
        assert set(row["types"].split(",")) <= {*TYPE_IDS, "*"}, row["measure"]
        for name in (row["category_1_list"], row["category_2_list"]):
            assert not name or name in own_lists or name in BUILT_IN, f"{row['measure']}: {name}"
    for rule, columns in dates.items():
        for column in columns.split(", "):
            assert column in written, f"{rule}: {column}"


def test_codes_named_in_seeds_are_codes_of_the_catalogue() -> None:
    def codes(name: str) -> set[str]:
        return {item.code for item in BUILT_IN[name].items}

    for row in seed("index_tier_map"):
        assert not row["index_code"] or row["index_code"] in codes("paper_index")
        assert not row["quartile"] or row["quartile"] in codes("paper_quartile")
        assert not row["paper_type"] or row["paper_type"] in codes("paper_type")
        assert row["tier"] in {t["tier"] for t in seed("index_tiers")}
    for row in seed("award_weights"):
        assert row["level"] in codes("award_level") and row["grade"] in codes("award_grade")
    for row in seed("title_ranks"):
        assert row["title_code"] in codes("gbt8561_title") and row["title_rank"] in codes("title_rank")
    kinds = {key.kind for record_type in ALL_RECORDS.values() for key in record_type.match}
    assert {row["kind"] for row in seed("shared_keys")} <= kinds


def test_the_fields_the_measures_read_are_dates_where_dates_are_meant() -> None:
    for type_id in TYPE_IDS:
        dated_by = ALL_RECORDS[type_id].dated_by
        assert isinstance(ALL_RECORDS[type_id].field(dated_by), k.Date | k.Year)


@pytest.mark.parametrize("name", ["fct_credit", "fct_shared_key", "v_contribution", "rpt_indicator", "rpt_province"])
def test_compiled_sql_reads_in_another_dialect(name: str, transformer: Transformer) -> None:
    """What compiles here must at least parse for the engine a larger installation would use."""
    node = next(n for n in transformer.manifest.nodes.values() if n.name == name)
    text = re.sub(r"\{\{ config\([^\n]*\) \}\}|\{\{ config\(\n.*?\n\) \}\}", "", node.raw_code, flags=re.DOTALL)
    if name == "v_contribution":
        text = re.sub(r"\{\{ contributions\(.*?\) \}\}", lambda _: contributions("measures", "credits"), text)
    text = re.sub(r"\{\{[^}]*(ref|source|part)\([^)]*'(\w+)'\)[^}]*\}\}", r"\2", text)
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.DOTALL)
    parsed = sqlglot.parse_one(text, dialect="spark")
    assert isinstance(parsed, exp.Query)
