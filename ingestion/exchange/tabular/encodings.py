"""How the bytes of a text file are to be read. A file that is not one encoding from beginning to end is refused:
half of its characters would be wrong, and nobody would see which.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from ingestion.exchange.tabular import kinds

CHUNK = 1 << 20
SAMPLE = 1 << 18
_BOM_TWICE = codecs.BOM_UTF8 * 2
# the commonest characters of each script that the other does not use: a text decoded by the wrong table has none
_SIMPLIFIED = frozenset("的学研项国发论业级实时间关系师动应电机构进与会历种医张刘陈")
_TRADITIONAL = frozenset("的學研項國發論業級實時間關係師動應電機構進與會歷種醫張劉陳")
_THREE = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")  # a Chinese character in UTF-8; two bytes may be one in GBK
_LABEL = {"utf-8": "UTF-8", "gb18030": "GB18030", "big5": "Big5", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}


def detect(path: Path, name: str) -> tuple[str, int, str]:
    """``(codec, bytes to skip at the beginning, name to tell)``.

    Raises:
        UnreadableFile: mixed encodings, an end in the middle of a character, or no text at all.
    """
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    skip = 0
    while head.startswith(codecs.BOM_UTF8, skip):
        skip += 3
    if skip:
        _whole(path, name, "utf-8", skip)
        return "utf-8", skip, "UTF-8 (BOM)"
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            _whole(path, name, codec, 2)
            return codec, 2, "UTF-16"
    if head.count(0) * 5 > len(head):  # text with this many NULs is UTF-16 that lost its mark, or no text
        codec = "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"
        text = head[: len(head) // 2 * 2].decode(codec, "replace")
        if sum(c.isprintable() or c in "\r\n\t" for c in text) * 10 < len(text) * 9:
            raise no_text(name)
        _whole(path, name, codec, 0)
        return codec, 0, "UTF-16"
    codec = _by_content(path, name, head)
    return codec, 0, _LABEL[codec]


def no_text(name: str) -> kinds.UnreadableFile:
    return kinds.wrong_type(name, "无法识别的文件", "a file of an unknown kind")


def _by_content(path: Path, name: str, head: bytes) -> str:
    strange = len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head))
    if strange * 20 > len(head):
        raise no_text(name)
    wrong = _first_wrong(path, "utf-8", 0)
    if wrong is None:
        return "utf-8"
    if wrong[1] and not head.isascii():
        raise _cut(name)
    _same_throughout(path, name)
    chinese = _first_wrong(path, "gb18030", 0)
    if _traditional(head):
        if _first_wrong(path, "big5", 0) is None:
            return "big5"
    if chinese is None:
        return "gb18030"
    raise _cut(name) if chinese[1] else _unknown(path, name, max(wrong[0], chinese[0]))


def _whole(path: Path, name: str, codec: str, skip: int) -> None:
    wrong = _first_wrong(path, codec, skip)
    if wrong is not None:
        raise _cut(name) if wrong[1] else _unknown(path, name, wrong[0])


def _first_wrong(path: Path, codec: str, skip: int) -> tuple[int, bool] | None:
    """Where the first byte stands that the encoding does not know, and whether the file just ends too early."""
    decoder = codecs.getincrementaldecoder(codec)()
    at = skip
    with path.open("rb") as file:
        file.seek(skip)
        while chunk := file.read(CHUNK):
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return at - pending + error.start, False
            at += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return at, True
    return None


def _same_throughout(path: Path, name: str) -> None:
    """Lines of UTF-8 among lines of GBK: a file put together from two. A single line may be both by chance."""
    modern: set[int] = set()
    other: set[int] = set()
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.isascii() or number > 50_000:
                continue
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                other.add(number)
            else:
                if _THREE.search(line):
                    modern.add(number)
    if len(modern) > 1 and len(other) > 0 and len(modern) * 20 > len(other):
        change = max(min(modern), min(other))
        raise kinds.UnreadableFile(
            "encoding",
            f"“{name}”混用了两种文字编码（从第 {change} 行起不同），请统一另存为 UTF-8 或 .xlsx 后再上传。",
            f"“{name}” mixes two encodings (another one from line {change}); save it in one, or as .xlsx, and upload it again.",
        )


def _traditional(head: bytes) -> bool:
    text, other = head.decode("gb18030", "ignore"), head.decode("big5", "ignore")
    return sum(c in _TRADITIONAL for c in other) > 2 * sum(c in _SIMPLIFIED for c in text)


def _cut(name: str) -> kinds.UnreadableFile:
    return kinds.UnreadableFile(
        "encoding",
        f"“{name}”在一个字的中间结束，文件不完整，请重新导出或下载后再上传。",
        f"“{name}” ends in the middle of a character, so it is incomplete; export or download it again.",
    )


def _unknown(path: Path, name: str, at: int) -> kinds.UnreadableFile:
    with path.open("rb") as file:
        line = file.read(at).count(b"\n") + 1
    return kinds.UnreadableFile(
        "encoding",
        f"“{name}”第 {line} 行的文字无法识别，请另存为 UTF-8 或 .xlsx 后再上传。",
        f"Line {line} of “{name}” cannot be read as text; save it as UTF-8 or .xlsx and upload it again.",
    )
