"""A researcher's references: what stands, what is prefilled and why, drafts that name the researcher and nobody unasked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from ingestion import bulk, records
from ingestion.exchange import bibliographic
from ingestion.exchange.references import comparing, drafts
from ingestion.principal import Denied
from ingestion.store import platform as p
from ingestion.store.tables import TYPE_TABLES
from tests.ingestion.exchange.test_history import MIXED
from tests.universe import T1, Universe

NET = """{Reference Type}: Journal Article
{Title}: 县域图书馆的夜间服务
{Author}: 苏远帆;张伟;李娜;
{Author Address}: 楚天学院;江城大学计算机学院;
{Journal}: 楚天图书馆学刊
{Year}: 2021
{Issue}: 03
{Pages}: 12-19
{ISBN/ISSN}: 0000-0019
{Notes}: 42-0000/G2
"""
BIB = """@article{a, title={A study of the lamps in libraries}, author={Zhang, Wei and Su, Yuanfan}, journal={Lamps}, year={2024},
 volume={3}, number={2}, pages={1--9}, doi={10.1000/lamp.1}, issn={0000-0019}, source={Scopus}}
@inproceedings{b, title={On the light of reading}, author={Su, Yuanfan and W. Zhang}, booktitle={Proc. of Light}, year={2023}, pages={5}}
@article{c, title={Somebody else}, author={Su, Yuanfan}, journal={Lamps}, year={2022}}
"""


def offered(universe: Universe, text: str, who: str = "r1") -> list[drafts.Offer]:
    with universe.store.read(T1) as uow:
        return drafts.offers(uow, getattr(universe, who), bibliographic.parse(text))


def made(universe: Universe, text: str, chosen: dict[int, int | None], who: str = "r1", **more: Any) -> list[drafts.Made]:
    with universe.store.begin(T1) as uow:
        return drafts.make(uow, getattr(universe, who), bibliographic.parse(text), chosen, **more)


def file_papers(universe: Universe, n: int, **values: Any) -> None:
    """Approved papers of the university."""
    document = {"paper_type": "1", "published_on": "2020", "volume_issue_pages": "1", "contributors": [], **values}
    with universe.store.begin(T1) as uow:
        bulk.load(uow, universe.o1, "paper", [bulk.BulkItem({**document, "title": f"旧作{i}"}) for i in range(n)])


def test_the_researcher_is_found_among_the_authors_and_never_guessed_between_two(sqlite_universe: Universe) -> None:
    (offer,) = offered(sqlite_universe, NET)
    assert (offer.mine, [name for _rank, name in offer.authors]) == (2, ["苏远帆", "张伟", "李娜"])
    ((rank, name, who),) = offer.colleagues
    assert (rank, name, [one.label for one in who]) == (3, "李娜", ["00124 李娜 计算机学院"])
    zhang, light, other = offered(sqlite_universe, BIB)
    assert (zhang.mine, light.mine, other.mine) == (1, 2, None)  # the second by initial
    (twice,) = offered(sqlite_universe, NET.replace("苏远帆", "张伟"))
    assert twice.mine is None


def test_a_draft_is_prefilled_from_source_and_the_universitys_own_papers(universe: Universe) -> None:
    file_papers(universe, 3, venue="楚天图书馆学刊", issn="0000-0019", journal_levels=["B"])
    (offer,) = offered(universe, NET)
    assert offer.document["signature"] == "2"  # the first unit printed is another university's
    assert offer.document["publish_range"] == "2" and "CN" in offer.prefilled["publish_range"].zh
    assert offer.document["journal_levels"] == ["B"] and "3 篇" in offer.prefilled["journal_levels"].zh
    assert offer.left == []
    (draft,) = made(universe, NET, {1: 2})
    assert draft.view is not None
    me = draft.view.document["contributors"][1]
    assert (me["person_id"], me["kind"], me["name"]) == (universe.person("r1"), "staff", "张伟")
    assert [unit["name"] for unit in me["affiliations"]] == ["江城大学计算机学院"]
    others = [row for row in draft.view.document["contributors"] if row["rank"] != 2]
    assert all(row.get("person_id") is None and row["kind"] == "external" for row in others)
    with universe.store.read(T1) as uow:
        problems = records.problems(uow, universe.r1, draft.view.id)
    assert [issue for issue in problems if issue.severity == "error"] == []
    with universe.store.begin(T1) as uow:
        sent = records.submit(uow, universe.r1, draft.view.id, draft.view.version, non_secret=True, token="t")
    assert sent.state == "10"


def test_levels_follow_the_index_where_the_university_mostly_levels_it_so(universe: Universe) -> None:
    file_papers(universe, 6, venue="别刊", journal_levels=["A"], indexings=[{"index_code": "SCOPUS", "index_year": 2020}])
    lamps = offered(universe, BIB)[0]
    assert lamps.document["journal_levels"] == ["A"] and "SCOPUS" in lamps.prefilled["journal_levels"].zh
    assert lamps.document["indexings"] == [{"index_code": "SCOPUS", "index_year": 2024}]
    assert lamps.document["publish_range"] == "1" and lamps.document["signature"] == "1" and lamps.document["language"] == "en"
    assert lamps.left == []


def test_nothing_is_levelled_without_papers_to_tell_by(sqlite_universe: Universe) -> None:
    file_papers(sqlite_universe, 2, venue="别刊", journal_levels=["A"], indexings=[{"index_code": "SCOPUS", "index_year": 2020}])
    lamps, light, _ = offered(sqlite_universe, BIB)
    assert [issue.field for issue in lamps.left] == ["journal_levels"]
    assert light.document["conference_name"] == "Proc. of Light" and [issue.field for issue in light.left] == ["journal_levels", "signature"]


@pytest.mark.ac("AC-182")
def test_a_bare_chinese_entry_leaves_the_issn_alone_to_be_typed(sqlite_universe: Universe) -> None:
    """Guesses are told as such: the level from own papers, else the university's, else the last of the list; the
    signature of somebody who is not the first author as last time."""
    bare = "[1] 张伟,苏远帆.县域图书馆夜间服务的效果评估[J].楚天图书馆学刊,2021,(03):12-19."

    def guessed(text: str) -> tuple[list[str], dict[str, Any], dict[str, str]]:
        (offer,) = offered(sqlite_universe, text)
        return [issue.field for issue in offer.left], offer.document, {name: one.zh for name, one in offer.prefilled.items()}

    left, document, said = guessed(bare)
    assert left == ["issn"] and document["journal_levels"] == ["E"] and "暂按" in said["journal_levels"]
    second = bare.replace("张伟,苏远帆", "苏远帆,张伟")
    assert guessed(second)[0] == ["signature", "issn"]  # nothing tells who signs first
    file_papers(sqlite_universe, 5, venue="别刊", journal_levels=["C"])
    left, document, said = guessed(bare)
    assert left == ["issn"] and document["journal_levels"] == ["C"] and "5 篇" in said["journal_levels"]
    me = {"role": "author", "rank": 2, "kind": "staff", "person_id": sqlite_universe.person("r1"), "name": "张伟"}
    first = {"role": "author", "rank": 1, "kind": "external", "name": "某人"}
    file_papers(sqlite_universe, 1, venue="又一刊", journal_levels=["B"], signature="2", contributors=[first, me])
    left, document, said = guessed(second)
    assert left == ["issn"] and (document["journal_levels"], document["signature"]) == (["B"], "2")
    assert "最近一篇" in said["journal_levels"] and "非第一作者" in said["signature"]
    assert guessed(bare)[1]["signature"] == "1"
    foreign = bare.replace("楚天图书馆学刊", "Lamps").replace("县域图书馆夜间服务的效果评估", "On the light of the lamps")
    assert "journal_levels" in guessed(foreign)[0]  # of a foreign journal nothing is guessed


@pytest.mark.ac("AC-143")
def test_what_does_not_name_the_researcher_is_not_made(universe: Universe) -> None:
    found = made(universe, BIB, {1: None, 2: 7, 3: drafts.APPENDED})
    assert [one.view for one in found] == [None, None, None]
    assert all("您" in one.refused[0] for one in found if one.refused is not None)
    with universe.store.read(T1) as uow:
        assert uow.conn.execute(select(p.record.c.id).where(p.record.c.type == "paper")).all() == []
    with universe.store.begin(T1) as uow, pytest.raises(Denied):
        drafts.make(uow, universe.o1, bibliographic.parse(BIB), {1: 1})


def test_the_same_file_again_makes_no_second_draft(universe: Universe) -> None:
    assert [one.view is not None for one in made(universe, BIB, {1: 1, 2: 2})] == [True, True]
    again = made(universe, BIB, {1: 1, 2: 2})
    assert [one.view for one in again] == [None, None] and "LW" in again[0].refused[0]  # type: ignore[index]
    assert [offer.item.status for offer in offered(universe, BIB)] == ["unchanged", "unchanged", "new"]
    assert [offer.item.status for offer in offered(universe, BIB, "r2")] == ["new", "new", "new"]  # another's draft is not said


def test_a_record_the_researcher_may_not_see_is_only_said_to_be_there(universe: Universe) -> None:
    file_papers(universe, 1, venue="Lamps", doi="10.1000/lamp.1")
    lamps = offered(universe, BIB)[0]
    assert lamps.item.status == "duplicate" and lamps.item.note is not None
    assert "本校已有记录" in lamps.item.note.zh and "LW" not in lamps.item.note.zh and "旧作" not in lamps.item.note.zh


def test_colleagues_are_linked_only_where_chosen(universe: Universe) -> None:
    (draft,) = made(universe, NET, {1: 2}, links={(1, 3): universe.person("r2"), (1, 2): universe.person("r3")})
    assert draft.view is not None
    assert [row.get("person_id") for row in draft.view.document["contributors"]] == [None, universe.person("r1"), universe.person("r2")]


def test_each_entry_becomes_a_draft_of_its_own_type(universe: Universe) -> None:
    text = MIXED.replace("苏远帆", "张伟").replace("鲁佳禾", "张伟")
    found = offered(universe, text)
    assert [(offer.item.type_id, offer.item.status) for offer in found] == [
        ("paper", "new"), ("standard", "new"), ("book", "new"), ("patent", "new"), (None, "elsewhere"), (None, "elsewhere"), (None, "elsewhere"),
    ]  # fmt: skip
    assert found[1].may_append  # a standard names units, not people
    done = made(universe, text, {2: drafts.APPENDED, 3: 1, 4: 1, 6: 1})
    assert [one.view.type_id if one.view else None for one in done] == ["standard", "book", "patent", None]
    assert "学位论文" in done[3].refused[0]  # type: ignore[index]
    with universe.store.read(T1) as uow:
        number = uow.conn.execute(select(TYPE_TABLES["standard"].c.standard_no)).scalar_one()
    assert number == "GB/T 90001.1-2020"


def test_a_secret_mark_makes_no_draft(sqlite_universe: Universe) -> None:
    (refused,) = made(sqlite_universe, NET.replace("县域图书馆", "绝密★县域图书馆"), {1: 2})
    assert refused.view is None and "涉密" in refused.refused[0]  # type: ignore[index]


def test_both_sides_are_shown_field_by_field(sqlite_universe: Universe) -> None:
    (offer,) = offered(sqlite_universe, NET.replace("{ISBN/ISSN}: 0000-0019\n", ""))
    from ingestion.catalog.codelists import BUILT_IN_CODES

    found = {pair.field: pair for pair in comparing.pairs("paper", offer.entry, offer.document, offer.left, offer.prefilled, BUILT_IN_CODES, "zh")}
    assert (found["title"].said, found["title"].how) == ("县域图书馆的夜间服务", "same")
    assert (found["paper_type"].said, found["paper_type"].filed, found["paper_type"].how) == ("Journal Article", "期刊论文", "changed")
    assert (found["publish_range"].how, found["publish_range"].said) == ("added", "") and found["publish_range"].why_zh
    assert found["journal_levels"].how == "added" and "暂按" in found["journal_levels"].why_zh
    assert found["issn"].how == "missing" and "不能为空" in found["issn"].why_zh
    assert "张伟" in found["contributors"].said and found["volume_issue_pages"].filed == "(3):12-19"
