"""Import templates of all types: what a person opening one finds, and what reading one back gives."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from ingestion.catalog import kinds as k
from ingestion.catalog import secrecy
from ingestion.catalog.registry import TYPE_IDS
from ingestion.exchange import importing, layout, tabular, template
from ingestion.exchange.layout import accounts
from ingestion.exchange.template import examples, guide, workbook
from ingestion.principal import Denied, OperationError
from ingestion.store.engine import Store
from tests.ingestion.exchange.layout import generated
from tests.universe import Universe


def opened(type_id: str, language: str = "zh") -> openpyxl.Workbook:
    target = io.BytesIO()
    template.write(target, type_id, generated.look("paper" if type_id == "accounts" else type_id, language))
    target.seek(0)
    return openpyxl.load_workbook(target)


@pytest.mark.ac("AC-026")
@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_a_template_has_one_data_sheet_a_guide_and_lists(type_id: str) -> None:
    book = opened(type_id)
    data, about, lists = book.worksheets
    assert (data.sheet_state, about.title, about.sheet_state, lists.sheet_state) == ("visible", "填写说明", "visible", "hidden")
    columns = workbook.template_columns(type_id)
    assert [cell.value for cell in data[1]] == [c.zh for c in columns]
    assert str(data["A2"].value).startswith("示例")
    rules = {str(rule.sqref).split(":")[0]: rule for rule in data.data_validations.dataValidation}
    for position, column in enumerate(columns, 1):
        top = data.cell(2, position)
        rule = rules[top.coordinate]
        assert rule.prompt
        if column.identifier:
            assert top.number_format == "@"
        if isinstance(column.field, k.Date) and not column.field.partial and not column.many:
            assert top.number_format == "yyyy-mm-dd"
        if isinstance(column.field, (k.Code, k.MultiCode, k.YesNo)):
            words = [cell[0].value for cell in lists[rule.formula1.split("!")[1]]] if ":" in rule.formula1 else []
            assert words == guide.choices(column, generated.look(type_id)), column.key
            assert rule.type == "list" and words
    told = [row[0] for row in about.iter_rows(values_only=True)]
    assert any("涉密" in str(word) for word in told)
    assert [c.zh for c in columns] == told[-len(columns) :]


@pytest.mark.ac("AC-026", "AC-185")
@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_every_choice_and_the_example_are_read_back(type_id: str) -> None:
    look = generated.look(type_id)
    for column in layout.columns(type_id):
        field = column.field
        if isinstance(field, (k.Code, k.MultiCode)):
            refused = secrecy.refused_codes(field.code_list)
            assert not any(word.split(" ")[0] in refused for word in guide.choices(column, look)), column.key
            if not isinstance(field, k.Code) or (field.list_by is None and field.parent_field is None):
                for word in guide.choices(column, look)[:40]:
                    assert not layout.read(type_id, {column.key: word}, look).issues, (column.key, word)
    read = layout.read(type_id, examples.row(type_id, look), look)
    assert [issue.zh for _key, issue in read.issues if issue.rule not in ("reference", "unit", "person")] == []


@pytest.mark.ac("AC-026", "AC-027")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_reading_a_template_finds_its_version_and_no_row(tmp_path: Path, language: str) -> None:
    path = tmp_path / "t.xlsx"
    template.write(path, "paper", generated.look("paper", language))
    book = tabular.read(path)
    assert book.template == ("paper", template.version("paper"))
    assert book.sheets[0].row_count == 0
    assert [s.name for s in book.sheets if not s.hidden] == ["论文", "填写说明"] if language == "zh" else ["Paper", "How to fill in"]


@pytest.mark.ac("AC-027")
@pytest.mark.parametrize("type_id", ["person", "vertical_project", "fund_expense", "paper"])
def test_an_unchanged_template_imports_nothing_and_has_no_error(sqlite_universe: Universe, tmp_path: Path, type_id: str) -> None:
    store, office = sqlite_universe.store, sqlite_universe.o1
    with store.read("99001") as uow:
        look = template.look_of(uow, office, type_id, "zh")
    template.write(tmp_path / "t.xlsx", type_id, look)
    outcome = importing.import_file(store, office, type_id, tmp_path / "t.xlsx", importing.Options(non_secret=True), dry_run=True)
    assert not any(outcome.counts.values())
    with pytest.raises(OperationError, match="模板"):
        importing.import_file(store, office, "book", tmp_path / "t.xlsx", importing.Options(non_secret=True), dry_run=True)


@pytest.mark.ac("AC-198")
def test_accounts_have_a_template_too() -> None:
    book = opened("accounts", "en")
    data, about, lists = book.worksheets
    assert [cell.value for cell in data[1]] == [c.en for c in accounts.COLUMNS]
    assert [cell.value for cell in lists["C"]][:2] == ["Researcher", "College secretary"]
    assert accounts.role_of("院系管理员") == accounts.role_of("college secretary ") == "college_admin"
    assert not any("涉密" in str(row[0]) for row in about.iter_rows(values_only=True))


def test_a_template_carries_the_universitys_own_units_and_needs_the_right(universe: Universe) -> None:
    store: Store = universe.store
    with store.read("99001") as uow:
        look = template.look_of(uow, universe.o1, "paper", "zh")
        college = next(c for c in layout.columns("paper") if c.key == "college_id")
        assert set(guide.choices(college, look)) == {unit.name for unit in look.units.values()}
        assert look.own_names[0]
        with pytest.raises(Denied):
            template.look_of(uow, universe.r1, "person", "zh")
        with pytest.raises(Denied):
            template.look_of(uow, universe.s11, "accounts", "zh")
