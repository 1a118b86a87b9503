"""省内评价: the tree of a university with what earned its points, and all universities by their last signed snapshots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.marts import definitions, exports, numbers, reader
from dashboards.marts.evaluation import comparison, content, framework, scores, values
from dashboards.marts.numbers import Spec
from ingestion import snapshots
from ingestion.principal import Denied, Principal
from ingestion.store.engine import Store, today
from ingestion.store.platform import university
from pipelines import snapshots as signing
from tests.dashboards.analysis.test_pages import assert_clean, words_of

Who = Callable[..., Principal]
Page = Callable[..., AppTest]
YEAR = today().year - 1
LEAVES = framework.leaves()


def test_a_tree_has_its_weights_and_names_only_indicators_there_are(published_here: Path, who: Who) -> None:
    known = definitions.every(reader.open_for(who("office_admin")))
    for scheme in framework.NAMES:
        tree = framework.tree(scheme)
        assert all(node.zh and node.en.isascii() and (not node.parent or node.parent in {one.code for one in tree}) for node in tree)
    assert sum(node.points for node in framework.tree() if not node.parent) == 100
    assert {leaf.indicator for leaf in LEAVES} <= set(known)
    codes = definitions.labels(reader.open_for(who("office_admin")), "index_tier")
    weighted = next(leaf for leaf in LEAVES if leaf.indicator == "O02")
    assert set(weighted.categories) <= set(codes) | {"XHWZ"}


@pytest.mark.ac("AC-108", "AC-233")
def test_a_value_is_its_indicators_and_what_earned_the_points_adds_up(published_here: Path, who: Who) -> None:
    actor = who("office_admin")
    mart, sums = reader.open_for(actor), reader.open_sums(actor)
    found = values.of_university(mart, YEAR)
    place = comparison.standing(sums, "99001", YEAR)
    scored = scores.scored(LEAVES, found, place.marks)
    assert place.group == comparison.EVERYBODY and place.ranked_among >= 5
    colleges = values.of_colleges(mart, YEAR)
    tried = 0
    for leaf in LEAVES:
        one = scored[leaf.code]
        if leaf.indicator != values.COMPLETENESS and not leaf.categories:
            assert one.value.value == pytest.approx(numbers.number(mart, Spec(leaf.indicator, YEAR)).value), leaf.code
        if leaf.indicator != values.COMPLETENESS:
            assert values.of_universities(sums, YEAR)["99001"][leaf.code].value == pytest.approx(one.value.value), leaf.code
        records = content.contributions(mart, leaf, YEAR)
        assert sum(records.values()) == pytest.approx(one.value.spread), leaf.code
        count, whole, most = content.best(mart, leaf, YEAR, 3)
        assert (count, pytest.approx(whole)) == (sum(amount > 0 for amount in records.values()), sum(records.values()))
        assert list(most.values()) == sorted(records.values(), reverse=True)[: len(most)] and most.items() <= records.items()
        if one.points:
            tried += 1
            assert sum(scores.shares(one.points, dict(records)).values()) == pytest.approx(one.points)
            parts = {college: mine[leaf.code].spread for college, mine in colleges.items() if leaf.code in mine}
            assert sum(scores.shares(one.points, parts).values()) == pytest.approx(one.points), leaf.code
            assert one.score == pytest.approx(100 * min(1, (one.value.value or 0) / place.marks[leaf.code]))
    assert tried >= 2
    assert scores.total(scored) == pytest.approx(sum(scores.of_node(node, framework.tree(), scored) or 0 for node in framework.tree() if not node.parent))
    assert sum(one.weight or 0 for one in scored.values()) == pytest.approx(100)
    with pytest.raises(Denied):
        reader.open_sums(who("expert"))


@pytest.mark.ac("AC-109")
def test_other_weights_move_the_score_and_nothing_else(published_here: Path, who: Who) -> None:
    mart, sums = reader.open_for(who("office_admin", "99005")), reader.open_sums(who("office_admin", "99005"))
    found, place = values.of_university(mart, YEAR), comparison.standing(sums, "99005", YEAR)
    assert place.group == "provincial", "six universities of its own kind are enough"
    before = scores.scored(LEAVES, found, place.marks)
    ordered = sorted((code for code in before if before[code].score is not None), key=lambda code: before[code].score or 0)
    worst, best = ordered[0], ordered[-1]
    heavier = scores.scored(LEAVES, found, place.marks, {best: 60.0})
    lighter = scores.scored(LEAVES, found, place.marks, {worst: 60.0})
    totals = [scores.total(one) or 0 for one in (lighter, before, heavier)]
    assert totals == sorted(totals) and totals[0] < totals[2]
    assert scores.total(scores.scored(LEAVES, found, place.marks, dict.fromkeys(before, 0.0))) is None
    assert scores.total(before) == scores.total(scores.scored(LEAVES, found, place.marks))


@pytest.mark.ac("AC-108")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_university_sees_its_tree(page: Page, who: Who, language: str) -> None:
    test = page("evaluation.page", who("office_admin"), language, year=str(YEAR))
    assert_clean(test)
    tree = test.dataframe[0].value
    assert list(tree.iloc[:, 0]) == [node.code for node in framework.tree()]
    assert test.metric[0].value != "—" and " / 8" in test.metric[1].value
    assert len(test.dataframe) >= 3, "colleges and records of a leaf stand below"
    if language == "zh":
        said = words_of(test)
        assert any("未报" in word for word in said) and any("未配置" in str(word) for word in tree["说明"])
        other = page("evaluation.page", who("analyst"), framework="subject5")
        assert_clean(other)
        assert len(other.dataframe[0].value) == len(framework.tree("subject5")) and not other.metric


@pytest.mark.ac("AC-112", "AC-233", "AC-234")
def test_the_province_reads_what_was_signed(page: Page, who: Who, analysis_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    office, p1 = who("office_admin"), who("province_staff", "province")
    made = signing.create(analysis_store, office, YEAR, "evaluation")
    with analysis_store.begin("*") as uow:
        for code in ("99004", "99005", "99006", "99007"):
            uow.conn.execute(university.insert().values(code=code, name=code, kind="university", enabled=code != "99007", created_at=uow.now))
    test = page("evaluation.page", p1, year=str(YEAR))
    assert_clean(test)
    table = test.dataframe[0].value.set_index("高校")
    assert len(table) == 6, "enabled ones alone"
    first = table.index[0]
    assert table.loc["江城大学", "报送状态"].startswith("已签名") and table.loc["江城大学", "签名后变化"] == 1, "completeness of the shared home's province is made up"
    assert (table["报送状态"] == "未报（未定稿）").sum() == 5 and table.loc[first, "总分"] >= table["总分"].iloc[1]
    leaves = test.dataframe[1].value
    assert list(leaves["编号"]) == [leaf.code for leaf in LEAVES]
    assert not any("人员0" in frame.value.to_csv() for frame in test.dataframe), "no person"
    head = page("evaluation.page", p1, year=str(YEAR), basis="head", groups="provincial")
    assert_clean(head)
    assert any(str(unit).endswith("/人") for unit in head.dataframe[1].value["计量单位"])

    # the value of a snapshot stands, whatever the figures say today
    now = values.of_universities
    with monkeypatch.context() as patched:
        patched.setattr(values, "of_universities", lambda mart, year, scheme="hubei": {code: {**mine, "H3.2": values.Value(999.0, 999)} for code, mine in now(mart, year).items()})
        later = page("evaluation.page", p1, year=str(YEAR))
    assert later.dataframe[0].value.set_index("高校").loc["江城大学", "签名后变化"] == 2

    handed: list[str] = []
    monkeypatch.setattr("dashboards.frame.command", lambda name, **data: handed.append(data["to"]))
    export = page("evaluation.page", p1, year=str(YEAR))
    export.button(key="export_evaluation").click().run()
    assert_clean(export)
    path, _ = exports.fetch(p1, handed[0].removeprefix("/exports/"))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:4] == ["省内评价", "指标值", "附录 指标口径", "附录 快照与校验值"]
    annex = list(book["附录 快照与校验值"].iter_rows(values_only=True))
    assert (annex[1][0], annex[1][3], annex[1][5]) == ("99001", made.number, made.content_hash) and annex[2][2] == "未定稿（实时数据）"
    told = {row[0]: row for row in book["附录 指标口径"].iter_rows(values_only=True)}
    assert told["H1.1"][4] == definitions.every(reader.open_for(office))["F01"].definition_zh


@pytest.mark.ac("AC-234", "AC-235")
def test_who_may_see_an_evaluation(page: Page, who: Who, analysis_store: Store) -> None:
    made = signing.create(analysis_store, who("office_admin"), YEAR, "evaluation")
    for actor in (who("researcher"), who("college_admin"), who("expert")):
        with pytest.raises(Denied):
            from ingestion import permissions

            permissions.require(actor, "view_evaluation")
    other = page("evaluation.page", who("office_admin", "99002"), year=str(YEAR))
    assert_clean(other)
    assert not any("江城大学" in word for word in words_of(other)) and not any("江城大学" in frame.value.to_csv() for frame in other.dataframe)
    made.path.chmod(0o640)
    made.path.write_bytes(b"x")
    broken = page("evaluation.page", who("office_admin"), year=str(YEAR))
    assert any("缺失或被改动" in one.value for one in broken.error)
    with pytest.raises(snapshots.Broken):
        snapshots.read(made)
