"""Identifiers with right check digits that belong to nobody."""

from __future__ import annotations

import random
import zlib
from datetime import date


def issn(venue: str) -> str:
    """The serial number of a journal that does not exist: always the same for the same name."""
    number = zlib.crc32(venue.encode()) % 100_000
    digits = [0, 0, *(int(c) for c in f"{number:05d}")]  # 00… is given to no serial
    check = (11 - sum(d * w for d, w in zip(digits, range(8, 1, -1), strict=True)) % 11) % 11
    text = "".join(map(str, digits)) + ("X" if check == 10 else str(check))
    return f"{text[:4]}-{text[4:]}"


def isbn(university: str, number: int) -> str:
    """Of a publisher's range that is not given out; one a book."""
    digits = [9, 7, 8, 7, 9, *(int(c) for c in f"{int(university) % 1000:03d}{number:04d}")]
    check = (10 - sum(d * (1 if i % 2 == 0 else 3) for i, d in enumerate(digits)) % 10) % 10
    text = "".join(map(str, (*digits, check)))
    return text


def patent_application(university: str, number: int, year: int, kind: str) -> str:
    """2021 1 0123456 . check; ``kind`` 1 invention, 2 utility model, 3 design. One a patent of a university."""
    body = f"{year}{kind}{(int(university) * 7_919 + number * 97) % 10_000_000:07d}"
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    check = sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11
    return f"{body}.{'X' if check == 10 else check}"


def id_number(rng: random.Random, born: date, female: bool) -> str:
    """A resident identity number of the region 429099, which does not exist."""
    serial = rng.randrange(100) * 10 + rng.randrange(0, 10, 2) + (0 if female else 1)
    body = f"429099{born:%Y%m%d}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def uscc(rng: random.Random) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "9142" + "0100" + "".join(rng.choice(alphabet) for _ in range(9))
    weights = [pow(3, i, 31) for i in range(17)]
    total = sum(alphabet.index(c) * w for c, w in zip(body, weights, strict=True))
    return body + alphabet[(31 - total % 31) % 31]


def orcid(rng: random.Random) -> str:
    digits = "0009" + "".join(str(rng.randrange(10)) for _ in range(11))
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    text = digits + ("X" if check == 10 else str(check))
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def bank_account(rng: random.Random) -> str:
    body = "629999" + "".join(str(rng.randrange(10)) for _ in range(12))
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body))]
    check = (10 - sum(d - 9 if d > 9 else d for d in doubled) % 10) % 10
    return body + str(check)


def mobile(rng: random.Random) -> str:
    """A number of the range 192 0000, which is not in use."""
    return f"1920000{rng.randrange(10_000):04d}"
