"""Marks of secret matter are found; ordinary words are not."""

from __future__ import annotations

import pytest

from ingestion.catalog import secrecy
from ingestion.catalog.registry import ALL_RECORDS


@pytest.mark.ac("AC-232")
@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("绝密文件", "S01"), ("某型装备研究（绝密）", "S01"), ("机密★10年", "S02"), ("机 密 ★", "S02"), ("【机密】报告.pdf", "S02"),
        ("秘密★", "S03"), ("秘密级项目", "S03"), ("（秘密）总结", "S03"), ("机\u200b密★", "S02"), ("机密＊", "S02"),
        ("内部资料 注意保存", "S04"), ("内部资料，注意保存", "S04"), ("内部文件注意保密", "S04"), ("密级：秘密", "S05"), ("绝  密", "S05"),
        ("国防预研项目申请书", "S06"), ("军品配套科研", "S06"),
    ],
)  # fmt: skip
def test_marks_are_found(text: str, rule: str) -> None:
    assert secrecy.scan(text) == rule


@pytest.mark.ac("AC-232")
@pytest.mark.parametrize(
    "text",
    [
        "商业秘密保护研究",
        "秘密侦查制度",
        "密码学与机密计算",
        "拒绝密集恐惧",
        "杜绝密切接触",
        "内部控制研究",
        "机密性与完整性",
        "资料保存方法",
        "",
        "国防教育课程研究",
    ],
)
def test_ordinary_words_pass(text: str) -> None:
    assert secrecy.scan(text) is None


@pytest.mark.ac("AC-232")
def test_codes_of_secret_matter_are_found() -> None:
    project = ALL_RECORDS["vertical_project"]
    assert secrecy.scan_codes(project, {"secrecy": "3"}) == "secrecy"
    assert secrecy.scan_codes(project, {"socioeconomic_objective": "13"}) == "socioeconomic_objective"
    assert secrecy.scan_codes(project, {"secrecy": "1", "socioeconomic_objective": "01"}) is None
