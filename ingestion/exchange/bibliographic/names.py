"""A printed author list → its names, each kept as it is printed.

Chinese names are never split at a comma inside them, never reversed and never given a comma: ``杨, 育伟`` is 杨育伟,
``张伟,李娜`` are two people. Western names keep the order of the source, ``Zhang, Wei`` or ``Wei Zhang``.
"""

from __future__ import annotations

import re

from ingestion.exchange.bibliographic.text import clean, has_hanzi

LONGEST = 100_000  # characters of one list; a longer one is cut and told, as reading it would take seconds
MOST = 5000  # authors of one entry; the longest real list (ATLAS and CMS) has 5,154 with both collaborations
COMPOUND = frozenset(
    "欧阳 司马 上官 诸葛 夏侯 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 司空 端木 百里 东郭 南宫 西门 呼延 轩辕 闻人 澹台 "
    "公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 钟离 鲜于 闾丘 亓官 万俟 拓跋 独孤 赫连 完颜 纳兰 叶赫".split()
)
_FOOTNOTE = re.compile(r"\s*(?:[\[［][\d,，;；\s*#†]*[\]］]|[*＊#†‡§¶]+|[¹²³⁰⁴-⁹]+(?:[,，][¹²³⁰⁴-⁹]+)*)")
_TRAILING_NUMBERS = re.compile(r"(?<=[\u3400-\u9fff])\s*\d+(?:\s*[,，]\s*\d+)*(?=\s*(?:$|[,，、;；]))")
_ROLE = re.compile(r"\s*[(（](?:通讯作者|通信作者|第一作者|责任作者|corresponding author|联系人)[)）]", re.I)
_ET_AL = re.compile(r"(?:\band\s+others|\bet\.?\s*al\.?)$", re.I)
_HAN_OTHERS = re.compile(r"(?<=[\u3400-\u9fff,，、])\s?等(?:\s?著|人)?$")
_INITIALS = re.compile(r"(?:[A-ZÀ-Þ]\.?[\s-]?){1,4}(?:Jr\.?|Sr\.?|II|III|IV)?")
_GLUED = re.compile(r"[^\W\d_][\w'’-]+(?:\s[\w'’-]+)*\s(?:[A-Z]{1,4}|[A-Z](?:\.-?\s?[A-Z])*\.)(?:\s(?:Jr|Sr|II|III))?")
_SURNAME_FIRST = re.compile(r"[A-ZÀ-Þ]{2,}(?:[\s-][A-ZÀ-Þ]+)*\s\w.*")
_EDITED = re.compile(r"\s+(?:编著|主编|著|编|译)$")
_NAMESAKE = re.compile(r"(?<=[a-zà-ÿ.])\s\d{4}$")  # DBLP tells people of one name apart: Wei Zhang 0001
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV)\.?", re.I)


def split(printed: str) -> tuple[tuple[str, ...], bool]:
    """The names of one printed list, and whether the list says that there are more (等, et al.)."""
    text, short = _shortened(_ROLE.sub("", clean(printed[:LONGEST])))
    text = _TRAILING_NUMBERS.sub("", _FOOTNOTE.sub("", text))
    names = [name for part in _parts(text) if (name := one(part))]
    return tuple(names[:MOST]), short or len(names) > MOST or len(printed) > LONGEST


def _shortened(text: str) -> tuple[str, bool]:
    """Without its 等 or et al., and whether it had one."""
    bare = text.rstrip(" .。;；,，")
    match = _ET_AL.search(bare[-40:]) or _HAN_OTHERS.search(bare[-40:])
    return (bare[: len(bare) - len(match[0])], True) if match else (text, False)


def of_tag(printed: str) -> tuple[tuple[str, ...], bool]:
    """As ``split``, for formats that give each author a tag of his own: a Western value is one name whatever stands
    in it (a ministry, a department), unless semicolons say otherwise."""
    if has_hanzi(printed) or re.search(r"[;；]", printed) or _shortened(printed)[1]:
        return split(printed)
    name = one(printed)
    return ((name,) if name else ()), False


def of_bibtex(parts: list[str]) -> tuple[tuple[str, ...], bool]:
    """Names of a BibTeX list already parted at its ``and``; a part that holds several Chinese names is parted again."""
    names: list[str] = []
    more = False
    for part in parts:
        if part.strip().lower() in ("others", "et al", "et al.", "等"):
            more = True
        elif has_hanzi(part) and not re.search(r"[A-Za-z]", part):
            found, short = split(part)
            names += found
            more = more or short
        elif name := one(part):
            names.append(name)
    return tuple(names[:MOST]), more or len(names) > MOST


def one(printed: str) -> str:
    """One name as printed, without footnote marks; a Chinese one without spaces and commas inside it."""
    name = clean(_FOOTNOTE.sub("", printed)).strip(" ,，;；、/|&")
    name = _NAMESAKE.sub("", name)
    if not _ends_in_initial(name):
        name = name.rstrip(".。")
    return _whole(_EDITED.sub("", name)) if has_hanzi(name) else name


def _ends_in_initial(printed: str) -> bool:
    return bool(re.search(r"\b(?:[A-ZÀ-Þ]|Jr|Sr)\.$", printed))


def _whole(name: str) -> str:
    """``杨, 育伟`` and ``张　伟`` as one word; anything with Latin letters in it stays as printed."""
    if re.search(r"[A-Za-z]", name):
        return name
    return re.sub(r"(?<=[\u3400-\u9fff·•・])[\s,，]+(?=[\u3400-\u9fff·•・])", "", name)


def _parts(text: str) -> list[str]:
    if re.search(r"[;；|｜]", text):
        return [name for part in re.split(r"[;；|｜]", text) for name in _within(part)]
    ands = re.split(r"\s(?:and|AND)\s", text)
    if len(ands) > 1 and not re.search(r",\s*and\s", text) and not (len(ands) == 2 and _spelt_out(ands[0])):
        return [name for part in ands for name in _within(part)]
    return _by_commas(re.sub(r",?\s(?:and|AND|&)\s|\s*&\s*|，\s*和\s*", ", ", text))


def _spelt_out(text: str) -> bool:
    """``Wei Zhang, Na Li``, as it stands before the last ``and`` of an English sentence."""
    pieces = [piece.strip() for piece in text.split(",")]
    return len(pieces) > 1 and all(" " in piece for piece in pieces)


def _within(part: str) -> list[str]:
    """A part between semicolons is one name, unless it holds several Chinese ones."""
    return _by_commas(part) if has_hanzi(part) and not re.search(r"[A-Za-z]", part) else [part]


def _by_commas(text: str) -> list[str]:
    if has_hanzi(text):
        return _chinese(text)
    pieces = [piece.strip() for piece in re.split(r"[,，、]", text)]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) <= 1:
        return pieces
    if all(_GLUED.fullmatch(p) or _SURNAME_FIRST.fullmatch(p) for p in pieces):
        return pieces  # Zhang W, Li N; ZHANG Wei, LI Na
    if all(" " in p and not _INITIALS.fullmatch(p) for p in pieces) and len(pieces) > 1:
        return pieces  # Wei Zhang, Na Li
    return _pairs(pieces)


def _pairs(pieces: list[str]) -> list[str]:
    """``Zhang, Wei, Li, Na``: surnames and given names in turn. One pair is one name as printed, suffixes go along."""
    out: list[str] = []
    i = 0
    while i < len(pieces):
        if " " in pieces[i] and not _INITIALS.fullmatch(pieces[i]) and not (i + 1 < len(pieces) and _INITIALS.fullmatch(pieces[i + 1])):
            out.append(pieces[i])
            i += 1
            continue
        take = 3 if any(_SUFFIX.fullmatch(piece) for piece in pieces[i + 1 : i + 3]) else 2
        out.append(", ".join(pieces[i : i + take]))
        i += take
    return out


def _chinese(text: str) -> list[str]:
    """Names between commas, 、 or slashes; a comma after a lone surname belongs to the name. Where spaces alone
    stand between names each has two characters or more: 张 伟 is one name, 张伟 李娜 are two."""
    out: list[str] = []
    pieces = [p.strip() for p in re.split(r"[,，、/／]", text)]
    i = 0
    while i < len(pieces):
        piece = pieces[i]
        following = pieces[i + 1] if i + 1 < len(pieces) else ""
        if _surname(piece) and 1 <= len(following) <= 3 and _all_hanzi(following):
            out.append(piece + following)
            i += 2
            continue
        out.extend(_by_spaces(_EDITED.sub("", piece)))
        i += 1
    return [name for name in out if name]


def _surname(piece: str) -> bool:
    return _all_hanzi(piece) and (len(piece) == 1 or piece in COMPOUND)


def _all_hanzi(text: str) -> bool:
    return bool(text) and all(has_hanzi(c) for c in text)


def _by_spaces(piece: str) -> list[str]:
    words = piece.split()
    if len(words) < 2 or not all(_all_hanzi(word) for word in words):
        return [piece]
    if all(len(word) == 1 for word in words) and len(words) in (4, 6, 8) and words[0] + words[1] not in COMPOUND:
        return ["".join(words[i : i + 2]) for i in range(0, len(words), 2)]
    out: list[str] = []
    for word in words:
        if out and (len(word) == 1 or len(out[-1]) == 1 or (len(words) == 2 and out[-1] in COMPOUND)):
            out[-1] += word
        else:
            out.append(word)
    return out
