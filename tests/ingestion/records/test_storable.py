"""What a draft may not hold: refused whole, by name, with nothing kept."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion import records
from ingestion.records import SubmissionRefused
from tests.ingestion.records.conftest import World
from tests.ingestion.records.test_submission import draft

STRANGE: tuple[tuple[str, Any, str], ...] = (
    ("title", "长" * 501, "title"),
    ("title", "有\x00字符", "title"),
    ("title", "半个\ud800字", "title"),
    ("title", 5, "title"),
    ("published_on", "2025-02-30", "published_on"),
    ("published_on", "昨天", "published_on"),
    ("unit_rank", 2**40, "unit_rank"),
    ("unit_rank", 1.5, "unit_rank"),
    ("unit_rank", True, "unit_rank"),
    ("words", float("nan"), "words"),
    ("with_industry", "是", "with_industry"),
    ("project_ids", [10**30], "project_ids"),
    ("project_ids", ["1"], "project_ids"),
    ("indexings", [{"index_year": "2020"}], "indexings[0].index_year"),
)


@pytest.mark.parametrize(("name", "value", "path"), STRANGE)
def test_values_no_table_can_hold_are_named(world: World, name: str, value: Any, path: str) -> None:
    paper = world.valid("paper")
    with world.begin() as uow:
        view = draft(uow, world.r1, paper)
    with pytest.raises(SubmissionRefused) as refused, world.begin() as uow:
        records.save_draft(uow, world.r1, view.id, view.version, {**paper, name: value})
    assert [i.field for i in refused.value.issues] == [path]
    refused.value.zh.encode("utf-8", "replace")
    with world.begin() as uow:
        assert records.load(uow, world.r1, view.id).version == view.version


@pytest.mark.ac("AC-056")
@pytest.mark.parametrize("ranks", [(1, 1), (0,), (None,), (-1,), ("一",)])
def test_impossible_ranks_are_refused(world: World, ranks: tuple[Any, ...]) -> None:
    people = [{"rank": r, "kind": "external", "name": "某人", "affiliations": []} for r in ranks]
    with pytest.raises(SubmissionRefused) as refused, world.begin() as uow:
        draft(uow, world.r1, {"title": "题", "contributors": people})
    assert all(i.field.startswith("contributors[") for i in refused.value.issues)


@pytest.mark.ac("AC-033")
def test_a_reference_cannot_leave_the_university_nor_tell_what_is_there(world: World) -> None:
    with world.begin("99002") as uow:
        foreign = world.target(uow, "99002", "vertical_project")
    with world.begin() as uow:
        hidden = draft(uow, world.r2, world_draft_project(), "vertical_project").id
        own = draft(uow, world.r1, world_draft_project(), "vertical_project").id
    answers = set()
    for target in (foreign, hidden, 999_999):
        with pytest.raises(SubmissionRefused) as refused, world.begin() as uow:
            draft(uow, world.r1, {"title": "题", "project_ids": [target]})
        answers.add(refused.value.zh)
    assert len(answers) == 1
    with pytest.raises(SubmissionRefused), world.begin() as uow:
        draft(uow, world.r1, {"title": "题", "contributors": [{"rank": 1, "kind": "staff", "name": "王强", "person_id": world.person("q1")}]})
    with pytest.raises(SubmissionRefused), world.begin() as uow:
        draft(uow, world.r1, {"title": "题", "college_id": world.college["D1"]})
    with world.begin() as uow:
        assert draft(uow, world.r1, {"title": "题", "project_ids": [own]}).document["project_ids"] == [own]


def world_draft_project() -> dict[str, object]:
    return {"name": "一个草稿项目"}
