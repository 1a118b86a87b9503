"""The fictional universities: codes 99xxx, sizes with a realistic skew, colleges by kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CollegePlan:
    """A college to be: its fields of study name keys of ``words.FIELDS``."""

    code: str
    name: str
    name_en: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class UniversityPlan:
    """A university to be. ``weight`` is its share of all records; 0 stays empty."""

    code: str
    name: str
    name_en: str
    peer_group: str
    city_code: str
    weight: float
    colleges: tuple[CollegePlan, ...]


_COLLEGES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "cs": ("计算机学院", "School of Computing", ("computing",)),
    "lit": ("文学院", "School of Literature", ("literature", "language")),
    "me": ("机电学院", "School of Mechatronics", ("mechanics", "electronics")),
    "ee": ("电子信息学院", "School of Electronic Information", ("electronics",)),
    "mat": ("材料科学与工程学院", "School of Materials", ("materials",)),
    "chem": ("化学与化工学院", "School of Chemistry", ("chemistry", "materials")),
    "civ": ("土木建筑学院", "School of Civil Engineering", ("civil",)),
    "pow": ("电气与动力学院", "School of Power Engineering", ("power",)),
    "env": ("资源与环境学院", "School of Environment", ("environment",)),
    "med": ("临床医学院", "School of Clinical Medicine", ("medicine",)),
    "pha": ("药学院", "School of Pharmacy", ("pharmacy",)),
    "agr": ("农学院", "School of Agriculture", ("agronomy",)),
    "math": ("数学与统计学院", "School of Mathematics", ("mathematics",)),
    "eco": ("经济学院", "School of Economics", ("economics",)),
    "man": ("管理学院", "School of Management", ("management",)),
    "for": ("外国语学院", "School of Foreign Languages", ("language",)),
    "edu": ("教育学院", "School of Education", ("education",)),
    "law": ("法学院", "School of Law", ("law",)),
    "his": ("历史文化学院", "School of History and Culture", ("history",)),
    "art": ("艺术设计学院", "School of Art and Design", ("art",)),
    "mar": ("马克思主义学院", "School of Marxism", ("marxism",)),
    "spo": ("体育学院", "School of Physical Education", ("sport",)),
}


def _colleges(*keys: str, prefix: str = "C") -> tuple[CollegePlan, ...]:
    return tuple(CollegePlan(f"{prefix}{i}", *_COLLEGES[key]) for i, key in enumerate(keys, start=1))


PLANS: tuple[UniversityPlan, ...] = (
    UniversityPlan("99001", "江城大学", "Jiangcheng University", "double_first_class", "420100", 6.6,
        _colleges("cs", "lit", "mat", "med", "eco", "law", "env", "math", "man", "mar")),
    UniversityPlan("99002", "楚天学院", "Chutian College", "private", "420100", 2.0,
        _colleges("me", "cs", "man", "art", "for", prefix="D")),
    UniversityPlan("99003", "汉水职业技术学院", "Hanshui Vocational and Technical College", "vocational", "420600", 0.0,
        _colleges("me", "man", "edu")),
    UniversityPlan("99004", "云梦科技大学", "Yunmeng University of Science and Technology", "double_first_class", "420100", 6.2,
        _colleges("me", "ee", "mat", "cs", "civ", "pow", "chem", "man", "math", "mar")),
    UniversityPlan("99005", "归元师范大学", "Guiyuan Normal University", "provincial", "420100", 4.2,
        _colleges("edu", "lit", "for", "his", "math", "chem", "mar", "spo", "art")),
    UniversityPlan("99006", "神农医科大学", "Shennong Medical University", "provincial", "420300", 3.4,
        _colleges("med", "pha", "chem", "man", "mar")),
    UniversityPlan("99007", "清江民族大学", "Qingjiang University for Nationalities", "provincial", "422800", 2.3,
        _colleges("lit", "art", "agr", "eco", "law", "spo")),
    UniversityPlan("99008", "武当工程学院", "Wudang Institute of Engineering", "provincial", "420300", 1.7,
        _colleges("me", "civ", "ee", "mat", "man")),
    UniversityPlan("99009", "洪湖农业大学", "Honghu Agricultural University", "provincial", "421000", 2.2,
        _colleges("agr", "env", "cs", "eco", "man", "mar")),
    UniversityPlan("99010", "夷陵财经学院", "Yiling Institute of Finance and Economics", "provincial", "420500", 1.2,
        _colleges("eco", "man", "law", "for")),
    UniversityPlan("99011", "磁湖学院", "Cihu College", "private", "420200", 0.7, _colleges("civ", "art", "edu")),
    UniversityPlan("99012", "澴川职业学院", "Huanchuan Vocational College", "vocational", "420900", 0.4, _colleges("me", "edu")),
)  # fmt: skip

_NAMES = (("龟山", "Guishan"), ("蛇山", "Sheshan"), ("柏泉", "Boquan"), ("云台", "Yuntai"), ("漳河", "Zhanghe"), ("浠水湾", "Xishuiwan"),
          ("白兆", "Baizhao"), ("大洪", "Dahong"), ("九宫", "Jiugong"), ("龙感", "Longgan"), ("玉泉", "Yuquan"), ("沮水", "Jushui"))  # fmt: skip
_SORTS = (
    ("学院", "College", "private", 0.6, ("me", "man", "art", "for")),
    ("职业学院", "Vocational College", "vocational", 0.3, ("me", "edu")),
    ("理工学院", "Institute of Technology", "provincial", 1.1, ("cs", "me", "civ", "man")),
)
_CITIES = ("420100", "420500", "420600", "421000", "421100", "421200", "420800")


def plans(count: int) -> tuple[UniversityPlan, ...]:
    """The first ``count`` universities: the twelve above (at least the first three), then further small ones."""
    made = list(PLANS[: max(3, count)])
    for i in range(len(PLANS), count):
        name, name_en = _NAMES[(i - len(PLANS)) % len(_NAMES)]
        sort, sort_en, peer_group, weight, keys = _SORTS[((i - len(PLANS)) // len(_NAMES)) % len(_SORTS)]
        round_ = (i - len(PLANS)) // (len(_NAMES) * len(_SORTS))
        number = f"第{'一二三四五六七八九十'[round_]}" if round_ else ""
        made.append(
            UniversityPlan(
                str(99001 + i), f"{name}{number}{sort}", f"{name_en} {sort_en}", peer_group, _CITIES[i % len(_CITIES)], weight,
                _colleges(*keys),
            )
        )  # fmt: skip
    return tuple(made)
