"""Marks of secret matter in texts and file names (AC-232). Finding one stops a submission; nothing is stored.

The rules look for marks, not for words: 商业秘密 and 密码学 are ordinary subjects.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from ingestion.catalog import normalise
from ingestion.catalog.kinds import Code, RecordType

_STAR = "[★☆✩✭⭐*＊]"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    # 拒绝密集, 断绝密切 and the like are no marks
    ("S01", re.compile(r"(?<![杜拒断隔弃谢回决灭])绝密(?![切码集封度钥闭室])")),
    ("S02", re.compile(rf"机\s*密\s*({_STAR}|级)|[\[【(（〔]\s*机\s*密\s*[\]】)）〕]|^机\s*密$")),
    ("S03", re.compile(rf"秘\s*密\s*({_STAR}|级)|[\[【(（〔]\s*秘\s*密\s*[\]】)）〕]|^秘\s*密$")),
    ("S04", re.compile(r"内部(资料|文件|材料|刊物)?[,，、;；:：\s]*注意(保存|保密)|注意保密[,，]?不得外传")),
    ("S05", re.compile(r"密\s*级\s*[:：]?\s*[\[【(（〔]?\s*(绝密|机密|秘密)|绝\s+密(?=\s|$|[★☆])")),
    # sources of military research, whose projects belong on no open system
    (
        "S06",
        re.compile(
            r"军品(科研|配套|预研)|(国防|武器装备|装备)预研|国防科研(项目|试制费)|装备发展部(项目|预研|领域基金)|军委科技委(项目|重点)"
        ),
    ),
)

# codes that mark secret, defence or military matter, by code list
_SECRET_CODES: dict[str, tuple[str, ...]] = {
    "jyt1001_bmdj_secrecy": ("2", "3", "4", "5"),
    "socioeconomic_objective_gbt24450": ("13",),
    "jyt1001_shjjxy_socioeconomic_legacy": ("13",),
    "jyt1001_xmly_project_source": ("20",),
    "project_class_moe_quality": ("04",),
}


_SIGNS = re.compile("[密军防装注]")  # every rule needs one of them


def unsuspicious(text: str) -> bool:
    """True where no rule can match: asked of all texts of a record at once, before each is scanned (a hundred
    thousand imported rows pass here)."""
    return text.isascii() or _SIGNS.search(unicodedata.normalize("NFKC", text)) is None


def scan(text: str) -> str | None:
    """The number of the first rule a text breaks, or None. The text itself must be neither kept nor logged."""
    if unsuspicious(text):
        return None
    seen = normalise.half_width(text)
    for rule, pattern in _RULES:
        if pattern.search(seen) or pattern.search(text):
            return rule
    return None


def refused_codes(list_name: str) -> tuple[str, ...]:
    """The codes of a list that no record on this platform may hold."""
    return _SECRET_CODES.get(list_name, ())


def scan_codes(record_type: RecordType, document: dict[str, Any]) -> str | None:
    """The first field whose code marks secret or military matter: a 密级 other than 公开, the objective 国防."""
    watched = _WATCHED.get(record_type.id)
    if watched is None:  # not by functools: hashing a declaration takes longer than reading it
        coded = [field for field in record_type.fields() if isinstance(field, Code)]
        watched = _WATCHED[record_type.id] = [(f.name, refused) for f in coded if (refused := refused_codes(f.code_list))]
    return next((name for name, refused in watched if document.get(name) in refused), None)


_WATCHED: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
