"""Author lists in the spellings universities meet: nobody split, nobody joined, nobody turned round."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.exchange.bibliographic import names

TWO = ("张伟", "李娜")
SPELLINGS = {
    "张伟;李娜": TWO,
    "张伟；李娜；": TWO,
    "张伟,李娜": TWO,
    "张伟，李娜": TWO,
    "张伟、李娜": TWO,
    "张伟 李娜": TWO,
    "张 伟, 李　娜": TWO,
    "张 伟 李 娜": TWO,
    "张伟/李娜": TWO,
    "张伟|李娜": TWO,
    "张伟 and 李娜": TWO,
    "张伟[1];李娜[1,2]": TWO,
    "张伟1,2, 李娜1*": TWO,
    "张伟¹²，李娜²*": TWO,
    "张伟(通讯作者); 李娜#": TWO,
    "杨, 育伟": ("杨育伟",),
    "杨, 育伟; 李, 娜": ("杨育伟", "李娜"),
    "欧阳, 娜娜": ("欧阳娜娜",),
    "艾力·买买提;阿不都·热依木": ("艾力·买买提", "阿不都·热依木"),
    "张伟(Zhang Wei); 李娜(Li Na)": ("张伟(Zhang Wei)", "李娜(Li Na)"),
    "李明 著": ("李明",),
    "Zhang, Wei": ("Zhang, Wei",),
    "Zhang, Wei; Li, Na": ("Zhang, Wei", "Li, Na"),
    "Zhang, Wei and Li, Na": ("Zhang, Wei", "Li, Na"),
    "Zhang, Wei, Li, Na": ("Zhang, Wei", "Li, Na"),
    "Zhang W, Li N": ("Zhang W", "Li N"),
    "ZHANG Wei, LI Na": ("ZHANG Wei", "LI Na"),
    "W. Zhang, N. Li": ("W. Zhang", "N. Li"),
    "Wei Zhang, Na Li and Bo Chen": ("Wei Zhang", "Na Li", "Bo Chen"),
    "Smith, J., & Doe, K. L.": ("Smith, J.", "Doe, K. L."),
    "Wu H., Cui H.": ("Wu H.", "Cui H."),
    "Knuth, Donald E., Jr.": ("Knuth, Donald E., Jr.",),
    "García-Márquez, Gabriel": ("García-Márquez, Gabriel",),
    "Vincent van Gogh": ("Vincent van Gogh",),
    "本报评论员": ("本报评论员",),
    "": (),
}


@pytest.mark.ac("AC-141")
@pytest.mark.parametrize("printed", SPELLINGS)
def test_spellings(printed: str) -> None:
    assert names.split(printed) == (SPELLINGS[printed], False)


@pytest.mark.parametrize("printed", ["张伟,李娜,王强等", "张伟,李娜,等", "ZHANG W, LI N, et al.", "Zhang, Wei and others", "张伟等著"])
def test_a_list_cut_short_says_so(printed: str) -> None:
    found, more = names.split(printed)
    assert more and found and not any("等" in name or "al" in name.split() or "others" in name for name in found)


_name = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5, exclude_characters="等著编译和"), min_size=2, max_size=4)


@settings(deadline=None, max_examples=60)
@given(st.lists(_name.filter(lambda n: n not in names.COMPOUND), min_size=1, max_size=8), st.sampled_from([";", "；", "、", ",", "，", "; ", " and "]))
def test_chinese_names_stay_whole_between_any_marks(people: list[str], mark: str) -> None:
    assert names.split(mark.join(people)) == (tuple(people), False)
