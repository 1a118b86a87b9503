"""Pieces that many formats print alike: dates, kinds, languages, serial numbers, pages, keywords, addresses."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from ingestion.exchange.bibliographic import names
from ingestion.exchange.bibliographic.entry import Author, Doubt, Kind
from ingestion.exchange.bibliographic.text import clean, has_hanzi

MONTHS = {
    m: i
    for i, m in enumerate(
        ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), start=1
    )
}
LANGUAGES = {
    "english": "en", "chinese": "zh", "spanish": "es", "portuguese": "pt", "german": "de", "french": "fr",
    "russian": "ru", "japanese": "ja", "korean": "ko", "italian": "it", "polish": "pl", "turkish": "tr",
    "eng": "en", "chi": "zh", "zho": "zh", "spa": "es", "por": "pt", "ger": "de", "deu": "de", "fre": "fr", "fra": "fr",
    "rus": "ru", "jpn": "ja", "kor": "ko", "ita": "it", "pol": "pl", "tur": "tr", "ngerman": "de", "american": "en",
    "british": "en", "usenglish": "en", "ukenglish": "en", "pinyin": "zh",
    "中文": "zh", "汉语": "zh", "英文": "en", "英语": "en", "日文": "ja", "日语": "ja", "俄文": "ru", "德文": "de", "法文": "fr",
    "韩文": "ko", "en": "en", "zh": "zh", "es": "es", "pt": "pt", "de": "de", "fr": "fr", "ru": "ru", "ja": "ja", "ko": "ko",
    "it": "it", "pl": "pl", "tr": "tr",
}  # fmt: skip
KINDS: dict[str, Kind] = {
    # EndNote, NoteExpress and RefWorks
    "journal article": "journal", "journal": "journal", "electronic article": "journal", "magazine article": "journal",
    "ejournal article": "journal", "journal, electronic": "journal", "abstract": "journal",
    "conference proceedings": "conference", "conference paper": "conference", "conference": "conference",
    "conference proceeding": "conference", "newspaper article": "newspaper", "newspaper": "newspaper",
    "book": "book", "edited book": "book", "electronic book": "book", "book, whole": "book", "book, edited": "book",
    "monograph": "book", "book section": "collection", "book chapter": "collection", "electronic book section": "collection",
    "book, section": "collection", "standard": "standard", "patent": "patent", "thesis": "thesis", "dissertation": "thesis",
    "dissertation/thesis": "thesis", "dissertation/thesis, unpublished": "thesis", "report": "report",
    # RIS
    "jour": "journal", "jfull": "journal", "ejour": "journal", "mgzn": "journal", "inpr": "journal", "abst": "journal",
    "conf": "conference", "cpaper": "conference", "news": "newspaper", "ebook": "book", "edbook": "book", "serial": "book",
    "chap": "collection", "echap": "collection", "stand": "standard", "pat": "patent", "thes": "thesis", "rprt": "report",
    # BibTeX
    "article": "journal", "periodical": "other", "inproceedings": "conference", "proceedings": "other", "mvbook": "book",
    "booklet": "book", "inbook": "collection", "incollection": "collection", "bookinbook": "collection",
    "phdthesis": "thesis", "mastersthesis": "thesis", "masterthesis": "thesis", "bathesis": "thesis", "techreport": "report",
    # Scopus
    "review": "journal", "note": "journal", "letter": "journal", "editorial": "journal", "short survey": "journal",
    "erratum": "journal", "data paper": "journal", "article in press": "journal", "retracted": "journal",
    "conference review": "conference",
    # CNKI, Wanfang, VIP; GB/T 7714 letters
    "期刊": "journal", "学术期刊": "journal", "中国学术期刊": "journal", "外文期刊": "journal", "特色期刊": "journal",
    "期刊文章": "journal", "期刊论文": "journal", "学术辑刊": "journal", "辑刊": "journal", "网络首发": "journal",
    "中文期刊": "journal", "国际期刊": "journal", "会议": "conference", "会议论文": "conference", "中国会议": "conference",
    "国际会议": "conference", "会议论文集": "conference", "报纸": "newspaper", "报纸文章": "newspaper", "中国重要报纸": "newspaper",
    "图书": "book", "专著": "book", "著作": "book", "析出文献": "collection", "论文集": "collection", "标准": "standard",
    "国家标准": "standard", "行业标准": "standard", "中国标准": "standard", "国外标准": "standard", "地方标准": "standard",
    "团体标准": "standard", "专利": "patent", "中国专利": "patent", "海外专利": "patent", "硕士": "thesis", "博士": "thesis",
    "学位论文": "thesis", "硕士论文": "thesis", "博士论文": "thesis", "博硕士": "thesis", "优秀硕士": "thesis",
    "科技报告": "report", "研究报告": "report", "报告": "report", "科技成果": "report",
    "j": "journal", "c": "conference", "n": "newspaper", "m": "book", "g": "collection", "s": "standard", "p": "patent",
    "d": "thesis", "r": "report",
}  # fmt: skip
_DAY = re.compile(r"((?:1[5-9]|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])?(?!\d)")
_MONTH = re.compile(r"((?:1[5-9]|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*月?(?![\d-])")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")


def published(*texts: str) -> str:
    """The date all texts agree on, as precise as the most precise of them; the year of the first one rules.
    ``2022``, ``2022-06``, ``2022-06-30``, or ``""`` where no text holds a year."""
    dates = [found for text in texts if (found := _date(text))]
    if not dates:
        return ""
    alike = [d for d in dates if d.startswith(dates[0]) or dates[0].startswith(d)]
    best: str = max(alike, key=len)
    return best


def within(year: str, text: str) -> str:
    """A day or month that stands apart from its year (``DEC 15``, ``July``) with it."""
    return f"{text} {year}" if text and re.fullmatch(r"\d{4}", year) and not _YEAR.search(text) else text


def _date(text: str) -> str:
    text = unicodedata.normalize("NFKC", clean(text[:200])).strip("/ .,")[:60]
    if match := _DAY.match(text):
        return _joined(match[1], int(match[2]), int(match[3]))
    if match := _COMPACT.match(text):
        return _joined(match[1], int(match[2]), int(match[3] or 0))
    if match := _MONTH.match(text):
        return _joined(match[1], int(match[2]), 0)
    years = set(_YEAR.findall(text))
    if len(years) != 1:
        return ""
    year: str = next(iter(years))
    words = re.findall(r"[A-Za-z]+|\d+", text)
    words.remove(year) if year in words else None
    months = [MONTHS[w[:3].upper()] for w in words if w[:3].upper() in MONTHS]
    days = [int(w) for w in words if w.isdecimal() and 1 <= int(w) <= 31]
    if len(months) != 1 or len(days) > 1 or len(words) != 1 + len(days):
        return year  # a season, a range of months, or a year alone
    return _joined(year, months[0], days[0] if days else 0)


def _joined(year: str, month: int, day: int) -> str:
    """As much of the date as is one: a thirteenth month or the 31st of April leaves what stands before it."""
    if not 1 <= month <= 12:
        return year
    try:
        return date(int(year), month, day).isoformat()
    except ValueError:
        return f"{year}-{month:02d}"


def language(word: str) -> str:
    """The code of gbt4880_language for a source's word, or ``""``."""
    first = re.split(r"[;；,，/]", clean(word).casefold())[0].strip()
    return LANGUAGES.get(first, LANGUAGES.get(first[:2], "") if re.fullmatch(r"[a-z]{2}[-_][a-z]{2,4}", first) else "")


def kind(word: str) -> Kind:
    """The kind for a source's own word; what no word stands for is ``other``."""
    return KINDS.get(clean(word).casefold(), "other")


def keywords(text: str) -> tuple[str, ...]:
    """Between semicolons or bars, else between commas or 、; each once."""
    text = clean(text)
    found = re.split(r"[;；|]+", text) if re.search(r"[;；|]", text) else re.split(r"[,，、]+", text)
    return tuple(dict.fromkeys(word for part in found if (word := part.strip(" ,，.。"))))


def issn(*texts: str) -> str:
    """The first ISSN in the texts, as ``0253-3766``."""
    for text in texts:
        if match := re.search(r"(?<![\dXx-])(\d{4})[-‐‑–－ ]?(\d{3}[\dXx])(?![\dXx-])", text):
            return f"{match[1]}-{match[2].upper()}"
    return ""


def isbn(*texts: str) -> str:
    """The first ISBN in the texts, without dashes."""
    for text in texts:
        for match in re.finditer(r"(?<!\d)(?:97[89][-‐‑– ]?)?\d[\d‐‑– -]{7,14}[\dXx](?!\d)", text[:2000]):
            digits = re.sub(r"[^\dXx]", "", match[0]).upper()
            if len(digits) in (10, 13):
                return digits
    return ""


def cn_serial(*texts: str) -> str:
    """国内统一刊号 as CNKI notes it: ``11-1949/U``."""
    for text in texts:
        if match := re.search(r"(?<![\d-])(?:CN\s?)?(\d{2}-\d{4}(?:/[A-Za-z]{1,2}\d*)?)(?![\d-])", text[:200]):
            return f"CN{match[1].upper()}"
    return ""


def doi(*texts: str) -> str:
    """The first DOI in the texts, without what stands before it."""
    for text in texts:
        if match := re.search(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"<>{}|^\\]+", text[:2000]):
            return match[0].rstrip(".,;)]，。；）")
    return ""


def pages(*parts: str) -> str:
    """``118-120+123``: whole pages as printed, or first and last."""
    found = [re.sub(r"\s*(?:[-‐‑–—－~～]|--+)+\s*", "-", clean(part)).strip(" ,，.pP第页") for part in parts]
    found = [part for part in found if part and part != "-"]
    if len(found) > 1 and found[0] == found[1]:
        found = found[:1]
    return "-".join(found)


def number(text: str) -> str:
    """A volume or issue; ``05`` is 5, ``Z1`` and ``S2`` stay."""
    text = clean(text).strip(" ()（）第卷期.")
    return text.lstrip("0") or "0" if text.isdecimal() else text


_NUMBERED = re.compile(r"(?:^|(?<=[;；]))\s*[\[［](\d{1,2})[\]］]\s*([^;；]+)")
_MARKED = re.compile(r"[^;；\[\]［］\s][^;；\[\]［］]*[\[［]([\d,，\s]{1,40})[\]］]")


def authors(found: tuple[str, ...], addresses: str, listed: str = "") -> tuple[tuple[Author, ...], tuple[str, ...]]:
    """The names with the units printed for the whole paper, and the units that cannot be given to anybody: one
    author has them all, one unit is everybody's; else the source does not say whose is which, unless the list of
    names (``listed``) and the units are numbered: ``甲[1];乙[1,2]`` and ``[1]某大学;[2]某院``."""
    units = units_of(addresses)
    numbered = {n: clean(unit).strip(" .,，。") for n, unit in _NUMBERED.findall(addresses)}
    if len(found) > 1 and len(numbered) > 1 and len(numbered) == len(units):
        marks = [re.findall(r"\d+", part.group(1)) for part in _MARKED.finditer(listed)]
        if len(marks) == len(found) and all(n in numbered for own in marks for n in own):
            return tuple(Author(name, tuple(numbered[n] for n in own)) for name, own in zip(found, marks, strict=True)), ()
    if len(found) == 1:
        return (Author(found[0], units),), ()
    if len(units) == 1:
        return tuple(Author(name, units) for name in found), ()
    return tuple(Author(name) for name in found), units


def units_of(addresses: str) -> tuple[str, ...]:
    """Units between semicolons (Chinese ones also between commas), without numbers before them; each once."""
    text = clean(addresses[:100_000])
    text = re.sub(r"(?:(?<=[;；,，])|^)\s*(?:\d{1,2}[.．、)）]|[\[［(（]\d{1,2}[\]］)）])\s*", "", text)
    parts = re.split(r"[;；]", text)
    if len(parts) == 1 and has_hanzi(text):
        parts = re.split(r"[,，]", text)
    return tuple(dict.fromkeys(unit for part in parts if (unit := clean(part).strip(" .,，。"))))


def of_tags(values: list[str]) -> tuple[tuple[str, ...], bool]:
    """The names of a format with one tag an author."""
    found: list[str] = []
    more = False
    for value in values:
        some, short = names.of_tag(value)
        found += some
        more = more or short
        if len(found) > names.MOST:
            return tuple(found[: names.MOST]), True
    return tuple(found), more


_PREPRINT = re.compile(r"(?:arXiv|bioRxiv|medRxiv|chemRxiv|SSRN|ChinaXiv|Research Square|Preprints(?:\.org)?)\b", re.I)


def preprint(venue: str) -> bool:
    """Whether this is a server of preprints and no journal."""
    return bool(_PREPRINT.match(venue))


def incomplete(more: bool) -> tuple[Doubt, ...]:
    """The doubt of an author list that ends in 等 or et al."""
    if not more:
        return ()
    return (
        Doubt(
            "作者名单不完整（以“等”结尾），请补全作者",
            "The list of authors is cut short (et al.); complete it",
        ),
    )
