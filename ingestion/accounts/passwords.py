"""Passwords: hashing, and the rules a new one must meet.

Rules come in profiles because the two authorities contradict each other: OWASP ASVS forbids composition rules
and forced rotation, GB/T 22239-2019 (等保) asks for both. Every profile refuses short and well-known passwords
and those made of the person's own name, staff number or ID number.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pypinyin import lazy_pinyin

# OWASP's floor for argon2id; 23 ms a check on two cores against 161-192 ms at the library's default.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
MAX_LENGTH = 128  # a bound for work, far above the 64 the standard asks to accept
KEPT = 5  # former passwords that may not be used again


@dataclass(frozen=True)
class Profile:
    """``days`` 0 = no forced change."""

    min_length: int
    classes: int
    days: int


PROFILES: dict[str, Profile] = {
    "asvs": Profile(min_length=10, classes=0, days=0),
    "mlps2": Profile(min_length=10, classes=3, days=180),
    "mlps3": Profile(min_length=12, classes=3, days=90),
}


@dataclass(frozen=True)
class Rule:
    """One broken rule, as a sentence in both languages."""

    zh: str
    en: str


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Verifies exactly as typed. Without a stored hash the same work is done against a dummy, so that the time
    of an answer does not tell whether an account exists."""
    try:
        HASHER.verify(stored or _dummy(HASHER), password[: MAX_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Was this hash made with other parameters than today's?"""
    return HASHER.check_needs_rehash(stored)


@lru_cache(maxsize=4)
def _dummy(hasher: PasswordHasher) -> str:
    return hasher.hash("no account has this password")


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    text = (files("ingestion.accounts") / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip())


def _classes(password: str) -> int:
    kinds = {
        "lower" if c.islower() else "upper" if c.isupper() else "digit" if c.isdigit() else "other" for c in password
    }
    return len(kinds)


def broken_rules(
    password: str,
    profile_name: str,
    *,
    username: str,
    name: str,
    id_number: str = "",
    former: tuple[str, ...] = (),
) -> list[Rule]:
    """Every rule a new password breaks, at once. ``former`` are hashes of the last passwords."""
    profile = PROFILES[profile_name]
    out: list[Rule] = []
    if len(password) < profile.min_length:
        out.append(Rule(f"密码少于 {profile.min_length} 个字符。", f"The password has fewer than {profile.min_length} characters."))
    if len(password) > MAX_LENGTH:
        out.append(Rule(f"密码超过 {MAX_LENGTH} 个字符。", f"The password has more than {MAX_LENGTH} characters."))
    if any(unicodedata.category(c) == "Cc" for c in password):
        out.append(Rule("密码含不可见字符。", "The password contains invisible characters."))
    if profile.classes and _classes(password) < profile.classes:
        out.append(
            Rule(
                f"密码应含大写字母、小写字母、数字、符号中的至少 {profile.classes} 类。",
                f"The password mixes at least {profile.classes} of upper case, lower case, digits and symbols.",
            )
        )
    lowered = password.casefold()
    if len(username) >= 3 and username.casefold() in lowered:
        out.append(Rule("密码不能包含账号或工号。", "The password must not contain the username or staff number."))
    pinyin = "".join(lazy_pinyin(name)).casefold()
    if len(pinyin) >= 4 and pinyin in lowered:
        out.append(Rule("密码不能包含姓名拼音。", "The password must not contain the name in pinyin."))
    if id_number and any(part in password for part in (id_number[-6:], id_number[6:14]) if len(part) >= 6):
        out.append(Rule("密码不能包含证件号码中的数字。", "The password must not contain digits of the ID number."))
    if lowered in _common() or _stem(lowered) in _common():
        out.append(Rule("这是常见密码，请换一个。", "This is a well-known password; choose another."))
    if any(matches(old, password) for old in former[:KEPT]):
        out.append(Rule(f"不能与最近 {KEPT} 次用过的密码相同。", f"The password equals one of the last {KEPT}."))
    return out


def _stem(password: str) -> str:
    """``Password2026!`` is as guessable as ``password``."""
    return password.strip("0123456789!@#$%^&*._-?~")
