"""What follows from the catalogue is written from it and never edited."""

from __future__ import annotations

from pathlib import Path

from ingestion.catalog.registry import ALL_RECORDS
from ingestion.store.triggers import WATCHED
from pipelines import codegen


def test_the_generated_files_are_those_the_catalogue_gives() -> None:
    standing = {
        path.relative_to(codegen.DBT): path.read_text(encoding="utf-8")
        for folder in ("models/staging/_generated", "seeds/_generated")
        for path in (codegen.DBT / folder).iterdir()
    }
    wanted = codegen.files()
    assert standing.keys() == wanted.keys(), "run: python -m pipelines.codegen"
    assert [str(path) for path in wanted if standing[path] != wanted[path]] == [], "run: python -m pipelines.codegen"


def test_writing_twice_changes_nothing_and_removes_what_is_no_longer_declared(tmp_path: Path) -> None:
    assert codegen.write(tmp_path) == len(codegen.files())
    assert codegen.write(tmp_path) == 0
    stray = tmp_path / codegen.GENERATED / "stg_former.sql"
    stray.write_text("select 1")
    assert codegen.write(tmp_path) == 1 and not stray.exists()


def test_every_watched_table_has_a_staging_model_and_no_secret_a_column() -> None:
    models = {path.stem for path in codegen.files() if path.suffix == ".sql"}
    assert models == {f"stg_{name}" for name in WATCHED} | {"stg_completeness"}
    text = "\n".join(codegen.files().values())
    assert "_cipher" not in text and "_mask" not in text


def test_every_type_is_a_row_of_the_types() -> None:
    rows = codegen.files()[Path("seeds/_generated/record_types.csv")].splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == list(ALL_RECORDS)
