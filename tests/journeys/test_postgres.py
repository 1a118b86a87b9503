"""The same pages on PostgreSQL, as the role that row security holds."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import World
from tests.journeys.steps import arrive, expect_text, open_page, settle, submit
from tests.journeys.test_entry_and_review import decide, drafted_paper, states

pytestmark = [pytest.mark.journey, pytest.mark.postgres]


@pytest.mark.ac("AC-070", "AC-071", "AC-072", "AC-033")
def test_a_paper_goes_from_draft_to_approval_on_postgresql(postgres_world: World, postgres_log_in) -> None:
    world, title = postgres_world, "洪湖湿地水鸟群落的长期监测"
    draft = drafted_paper(world, "r1", title)
    author = postgres_log_in("r1")
    open_page(author, f"{world.address}/form?id={draft}", ".st-key-step")
    author.get_by_text("本信息不涉密", exact=True).last.click()
    settle(author)
    submit(author)
    arrive(author, "/record")
    assert states(world, title) == ["10"]
    for name, state in (("s11", "20"), ("o1", "30")):
        decide(postgres_log_in(name), world, "a", title)
        assert states(world, title) == [state]
    stranger = postgres_log_in("o2", "99002")
    open_page(stranger, f"{world.address}/record?id={draft}")
    expect_text(stranger, "没有这条记录，或无权限查看。")
    assert title not in stranger.content()
