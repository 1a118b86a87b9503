"""What is shown, required, missing and wrong in a form."""

from __future__ import annotations

import pytest

from dashboards.forms import progress
from ingestion.catalog import kinds as k
from ingestion.catalog.kinds import Issue
from ingestion.catalog.registry import ALL_RECORDS

PAPER = ALL_RECORDS["paper"]


def test_conditional_fields_follow_their_condition() -> None:
    conference = PAPER.field("conference_name")
    assert not progress.shown(conference, {}, {})
    assert progress.shown(conference, {"paper_type": "2"}, {})
    issn = PAPER.field("issn")
    assert progress.required(issn, {"paper_type": "1"}, {}) and not progress.required(issn, {"paper_type": "2"}, {})


def test_a_rows_own_value_goes_before_the_records() -> None:
    field = k.Text("x", zh="x", en="x", shown_when=k.When("kind", ("x",)), required=True)
    assert progress.shown(field, {"kind": "x"}, {"kind": "y"})
    assert not progress.shown(field, {"kind": "y"}, {"kind": "x"})
    assert progress.shown(field, {}, {"kind": "x"}) and not progress.required(field, {"kind": "y"}, {"kind": "x"})


@pytest.mark.parametrize(
    ("field", "step"),
    [("title", "basic"), ("indexings[0].index_code", "indexings"), ("indexings", "indexings"), ("contributors[0].name", "authors"), ("contributors", "authors"), ("discipline", "statistics")],
)
def test_each_problem_leads_to_its_step(field: str, step: str) -> None:
    assert progress.step_of(PAPER, Issue(field, "x", "x"), {"contributors": [{"role": "author"}]}).name == step


@pytest.mark.ac("AC-152")
def test_steps_say_open_done_or_wrong() -> None:
    empty = progress.measure(PAPER, {}, [], {}, False)
    assert empty.states["basic"] == "todo" and empty.states["authors"] == "todo" and empty.states["reprints"] == "none"
    assert "论文名称" in empty.missing and empty.percent == 0
    bad = progress.measure(PAPER, {"indexings": [{"index_code": "SCI"}]}, [Issue("indexings[0].index_year", "x", "x")], {}, False)
    assert bad.states["indexings"] == "wrong"
    asked = progress.measure(PAPER, {}, [Issue("title", "x", "x")], {}, True)
    assert asked.states["basic"] == "wrong"


@pytest.mark.ac("AC-152")
@pytest.mark.parametrize("type_id", list(ALL_RECORDS))
def test_every_problem_of_every_type_has_a_place(type_id: str) -> None:
    declared = ALL_RECORDS[type_id]
    for field in declared.fields():
        step = progress.step_of(declared, Issue(field.name, "x", "x"), {})
        assert field in getattr(step, "fields", ()) or field in getattr(step, "slots", ())
