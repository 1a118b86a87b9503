"""dbt's own unit tests: counting rules and year borders with numbers worked out by hand."""

from __future__ import annotations

from tests.pipelines.conftest import Installation, built, transformer  # noqa: F401 fixtures


def test_every_unit_test_of_the_project_passes(built: Installation) -> None:  # noqa: F811
    results = built.transformer.invoke(["test", "--select", "test_type:unit"])
    assert len(results) >= 13
    assert {r.status for r in results} == {"pass"}
