"""Tables the office brings in reach the numbers at the next refresh, and leave none behind that was not entered."""

from __future__ import annotations

import pytest

from dashboards.marts import definitions, drill, numbers, reader
from dashboards.marts.numbers import Spec
from ingestion import bulk, sources
from ingestion.sources import Head, Points
from ingestion.store.engine import today
from tests import documents
from tests.pipelines.conftest import Installation
from tests.universe import T1, T2

CITED = {"O05", "O05N", "O05D", "O05f", "O05FN", "O05FD", "O06", "O06b", "O07"}


def _papers(installation: Installation, years: list[int]) -> list[int]:
    place = installation.place("r1", "C1")
    items = [
        bulk.BulkItem({**documents.valid("paper", place), "doi": f"10.1000/c{n}", "title": f"被引论文{n}", "published_on": f"{year}-03"}) for n, year in enumerate(years)
    ]
    with installation.store.begin(T1) as uow:
        return list(bulk.load(uow, installation.universe.o1, "paper", items))


@pytest.mark.ac("AC-100", "AC-101")
def test_citations_lists_and_points_count_from_the_day_they_are_entered(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANSHU_HOME", str(installation.home))
    o1, year = installation.universe.o1, today().year
    made = _papers(installation, [year - 5, year - 4, year - 1, year - 1, year])
    installation.refresh()
    mart = reader.open_for(o1)
    known = definitions.catalogue(mart)
    assert not any(known[one].is_configured for one in (*CITED, "B02"))
    assert numbers.number(mart, Spec("O05", year)).shown == "—" and known["O05"].needs_zh

    cites = dict(zip(made, (50, 3, 2, 2, 7), strict=True))
    with installation.store.begin(T1) as uow:
        sources.keep_papers(uow, o1, "citations", Head("Web of Science", today()), 5, {record: (n, None) for record, n in cites.items()}, {made[2]: 1500, made[4]: 2500})
        sources.keep_papers(uow, o1, "esi", Head("ESI", today(), f"{year}-09"), 1, {made[0]: (None, "BOTH")})
        sources.keep_points(uow, o1, Head("校发", today(), year=year), [Points("O01", "*", 1050), Points("A01", "*", 100)])
    result = installation.refresh()
    assert result.held == {} and result.published
    mart = reader.open_for(o1)
    known = definitions.catalogue(mart)
    assert all(known[one].is_configured for one in (*CITED, "B02"))
    # five years back: 3 + 2 + 2 + 7 citations of 4 papers; the paper of six years ago counts in the h-index only
    assert numbers.number(mart, Spec("O05", year)).value == 14 / 4
    assert numbers.number(mart, Spec("O05", year - 1)).value == (50 + 3 + 2 + 2) / 4
    assert numbers.number(mart, Spec("O05f", year)).value == (1.5 + 2.5) / 2 and numbers.number(mart, Spec("O05f", year - 1)).value == 1.5
    assert {row.reason for row in drill.excluded(mart, Spec("O05FN", year - 1))} == {"no_citation_data"}
    assert [numbers.number(mart, Spec("O06b", y)).value for y in (year, year - 1)] == [2, 2]  # 7, 3 | 2, 2 and 50, 3 | 2, 2
    assert numbers.number(mart, Spec("O06", year)).value == 3  # 50, 7, 3 | 2, 2
    assert [row.value for row in drill.every_row(mart, numbers.number(mart, Spec("O06", year)).numerator.spec)] == [7, 3, 50]
    assert numbers.number(mart, Spec("O06", year - 1)).value == 2  # 50, 3 | 2, 2
    listed = numbers.number(mart, Spec("O07", year - 5))
    assert (listed.value, drill.excluded(mart, Spec("O07", year))[0].reason) == (1, "not_listed")
    everything = mart.rows("SELECT count(*) FROM v_contribution WHERE measure = 'O01' AND rule = 'OWNER' AND level = 'university' AND year = ?", (year,))
    assert numbers.number(mart, Spec("B02", year)).value == pytest.approx(10.5 * everything[0][0])
    assert numbers.number(mart, Spec("B02", year - 1)).value == 0
    source = definitions.source_of(mart, known["O05"], year)
    assert source is not None and (source.source, source.taken_on, source.used_rows) == ("Web of Science", today(), 5)
    for indicator, wanted in (("O05", 14 / 4), ("O06", 3.0), ("O06b", 2.0), ("O05f", 2.0), ("P09", numbers.number(mart, Spec("P09", year)).value)):
        told = installation.query("SELECT value FROM rpt_indicator WHERE indicator = ? AND year = ? AND level = 'university' AND category_1 = '*'", indicator, year)
        assert told == ([(wanted,)] if wanted is not None else []), indicator
    assert installation.query("SELECT count(*) FROM dim_source", code=T2) == [(0,)]
