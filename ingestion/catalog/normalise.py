"""Text as it is stored: without invisible characters, with one form for what looks the same (AC-242).

Nothing here changes what a person meant: rare characters (extension B and beyond) and compatibility
ideographs of names stay, full-width letters and digits change only in identifiers and numbers.
"""

from __future__ import annotations

import re
import unicodedata

# zero-width and directional marks, soft hyphen, byte order mark, interlinear marks, tag characters, lone surrogates
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_SPACE = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_JOINER = re.compile("\u200d")
# NFC would replace compatibility ideographs, which stand for variant characters in names
_COMPOSABLE = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
_DASH = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_PUNCTUATION = re.compile(r"[\W_]+")
_SPACES = re.compile(r"\s+")
_UNSEEN = re.compile("[\u034f\u115f\u1160\u3164\uffa0]")  # of _INVISIBLE what Python calls printable


def _in_order(raw: str) -> bool:
    """Nothing in ``raw`` would change but spaces at its ends: true of nearly every cell of a workbook, and told in
    a quarter of a microsecond where the work below takes five."""
    if not raw.isprintable():
        return False
    return raw.isascii() or (unicodedata.is_normalized("NFC", raw) and _UNSEEN.search(raw) is None)


def _emoji(char: str) -> bool:
    return char == "\ufe0f" or unicodedata.category(char) in ("So", "Sk")


def _without_stray_joiners(text: str) -> str:
    """A zero-width joiner stays only between parts of one emoji, which is kept whole."""
    if "\u200d" not in text:
        return text
    chars = [
        char
        for i, char in enumerate(text)
        if char != "\u200d" or (0 < i < len(text) - 1 and _emoji(text[i - 1]) and _emoji(text[i + 1]))
    ]
    return "".join(chars)


def _visible(raw: str) -> str:
    text = _CONTROL.sub("", _SPACE.sub(" ", _INVISIBLE.sub("", raw)))
    text = _COMPOSABLE.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)
    return _without_stray_joiners(text)


def text(raw: str) -> str:
    """One line: breaks and odd spaces become a space, ends are trimmed."""
    if _in_order(raw):
        return raw.strip()
    return _visible(_BREAK.sub(" ", raw)).strip()


def long_text(raw: str) -> str:
    """Several lines: breaks become LF, trailing spaces of each line and empty lines at the ends go."""
    lines = (line.rstrip() for line in _visible(_BREAK.sub("\n", raw)).split("\n"))
    return "\n".join(lines).strip()


def half_width(raw: str) -> str:
    """Digits, letters, dashes and dots of numbers and identifiers in their ASCII form."""
    if raw.isascii() and raw.isprintable():
        return raw.strip()
    folded = unicodedata.normalize("NFKC", text(raw))
    return _DASH.sub("-", _visible(folded)).strip()


def identifier(raw: str) -> str:
    """A number or code as typed by hand: half-width, single spaces, trimmed; letters keep their case."""
    folded = half_width(raw)
    return _SPACES.sub(" ", folded) if " " in folded else folded


def number(raw: str) -> str:
    """The digits of a number: half-width, without spaces, currency signs and a closing 元."""
    return re.sub(r"[\s¥$元]", "", half_width(raw))


def key(raw: str) -> str:
    """For comparing: half-width, case-folded, without spaces and punctuation (titles, labels, names)."""
    return _PUNCTUATION.sub("", half_width(raw).casefold())
