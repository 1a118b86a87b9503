"""Identifiers with one normal form and a check each. Every function returns the normal form or raises Malformed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import unquote

from ingestion.catalog import normalise


class Malformed(ValueError):
    """``zh`` and ``en`` end a sentence that begins with the label and the value typed."""

    def __init__(self, zh: str, en: str, rule: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.rule = rule


def _check_digit_wrong(expected: str, rule: str) -> Malformed:
    return Malformed(
        f"校验位不符，应为 {expected}", f"has a wrong check digit; it should be {expected}", rule
    )


def plain(raw: str) -> str:
    return normalise.identifier(raw)


def doi(raw: str) -> str:
    """Prefix and address stripped, lower case: ``10.xxxx/…`` (V030, AC-169)."""
    text = normalise.half_width(raw).replace("。", ".")
    if text.lower().startswith(("http://", "https://")):
        text = unquote(text)
    text = re.sub(
        r"^(https?://)?((dx\.|www\.)?doi\.org/)?\s*(doi\s*[:：]?\s*)?", "", text, flags=re.IGNORECASE
    )
    text = text.strip().rstrip(".,;").lower()
    if not re.fullmatch(r"10\.\d{4,9}(\.\d+)*/\S+", text):
        raise Malformed("不是DOI，应如 10.1000/abc123", "is not a DOI; expected e.g. 10.1000/abc123", "V030")
    return text


def issn(raw: str) -> str:
    """``0253-3766``; weights 8 to 2, modulo 11 (V032)."""
    text = re.sub(
        r"[\s-]", "", re.sub(r"^issn\s*[:：]?", "", normalise.half_width(raw), flags=re.IGNORECASE)
    ).upper()
    if not re.fullmatch(r"[0-9]{7}[0-9X]", text):
        raise Malformed(
            "不是ISSN号，应为8位，如 0253-3766",
            "is not an ISSN; expected 8 characters, e.g. 0253-3766",
            "V032",
        )
    rest = -sum(int(d) * w for d, w in zip(text[:7], range(8, 1, -1), strict=True)) % 11
    digit = "X" if rest == 10 else str(rest)
    if text[7] != digit:
        raise _check_digit_wrong(f"{text[:4]}-{text[4:7]}{digit}", "V032")
    return f"{text[:4]}-{text[4:]}"


def _isbn13_digit(twelve: str) -> str:
    return str(-sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(twelve)) % 10)


def isbn(raw: str) -> str:
    """13 digits without dashes; an ISBN-10 becomes its 978 form, so that one book has one key (V040)."""
    text = re.sub(
        r"[\s-]", "", re.sub(r"^isbn(-1[03])?\s*[:：]?", "", normalise.half_width(raw), flags=re.IGNORECASE)
    ).upper()
    if re.fullmatch(r"[0-9]{9}[0-9X]", text):
        rest = -sum(int(d) * w for d, w in zip(text[:9], range(10, 1, -1), strict=True)) % 11
        digit = "X" if rest == 10 else str(rest)
        if text[9] != digit:
            raise _check_digit_wrong(text[:9] + digit, "V040")
        return f"978{text[:9]}{_isbn13_digit('978' + text[:9])}"
    if not re.fullmatch(r"97[89][0-9]{10}", text):
        raise Malformed(
            "不是ISBN号，应为以978或979开头的13位，或10位",
            "is not an ISBN; expected 13 digits from 978 or 979, or 10",
            "V040",
        )
    digit = _isbn13_digit(text[:12])
    if text[12] != digit:
        raise _check_digit_wrong(text[:12] + digit, "V040")
    return text


def cn_serial(raw: str) -> str:
    """国内统一刊号 ``CN42-1234/TP``."""
    text = re.sub(r"\s", "", normalise.half_width(raw)).upper()
    match = re.fullmatch(r"(?:CN)?[-:]?([0-9]{2})-?([0-9]{4})(?:/([A-Z]{1,2}[0-9]*))?", text)
    if not match:
        raise Malformed(
            "不是CN号，应如 CN42-1234/TP", "is not a CN serial number; expected e.g. CN42-1234/TP"
        )
    region, serial, subject = match.groups()
    return f"CN{region}-{serial}" + (f"/{subject}" if subject else "")


def _patent_digit(body: str) -> str:
    rest = sum(int(d) * (2 + i % 8) for i, d in enumerate(body)) % 11
    return "X" if rest == 10 else str(rest)


def patent_application(raw: str) -> str:
    """A Chinese number as ``202010123456.7`` or ``99123456.7``; a foreign one (with its country's letters) as typed.

    V060: from October 2003 four digits of year, type 1, 2, 3, 8 or 9, seven of serial, check digit with the weights
    2 to 9, 2 to 5 modulo 11; before that two digits of year, type, five of serial. ZL, CN and the dot are no matter.
    """
    text = re.sub(r"\s", "", normalise.half_width(raw)).upper()
    body = re.sub(r"^(ZL|CN)+", "", text).replace(".", "")
    if not body[:1].isdigit():
        if re.fullmatch(r"[A-Z]{2,3}[0-9A-Z/.,-]{4,36}", text):
            return text
        raise _not_a_patent_number()
    for length in (12, 8):
        if len(body) == length and body.isdigit() and _plausible_patent_body(body):
            raise Malformed(
                f"缺少校验位，应为 {body}.{_patent_digit(body)}",
                f"lacks its check digit; it should be {body}.{_patent_digit(body)}",
                "V060",
            )
        if (
            len(body) == length + 1
            and re.fullmatch(r"[0-9]+[0-9X]", body)
            and _plausible_patent_body(body[:-1])
        ):
            digit = _patent_digit(body[:-1])
            if body[-1] != digit:
                raise _check_digit_wrong(f"{body[:-1]}.{digit}", "V060")
            return f"{body[:-1]}.{digit}"
    raise _not_a_patent_number()


def _plausible_patent_body(body: str) -> bool:
    year, kind = (body[:4], body[4]) if len(body) == 12 else (body[:2], body[2])
    earliest, latest = ("2003", "2099") if len(body) == 12 else ("85", "99")
    in_range = earliest <= year <= latest or (len(body) == 8 and year <= "03")
    return in_range and kind in "12389"


def _not_a_patent_number() -> Malformed:
    return Malformed(
        "不是专利申请号，应如 202010123456.8，国外专利应以国家代码开头",
        "is not a patent application number; expected e.g. 202010123456.8, or a foreign one with its country code",
        "V060",
    )


def patent_kind(number: str) -> str | None:
    """The type digit of a Chinese application number in normal form; None of a foreign one."""
    body = number.split(".")[0]
    if not body.isdigit():
        return None
    return body[4] if len(body) == 12 else body[2]


def patent_year(number: str) -> int | None:
    """The year in a Chinese application number in normal form."""
    body = number.split(".")[0]
    if not body.isdigit():
        return None
    if len(body) == 12:
        return int(body[:4])
    short = int(body[:2])
    return 1900 + short if short >= 85 else 2000 + short


def orcid(raw: str) -> str:
    """``0000-0002-1825-0097``; ISO 7064 modulo 11-2."""
    text = re.sub(r"^(https?://)?orcid\.org/", "", normalise.half_width(raw), flags=re.IGNORECASE)
    text = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch(r"[0-9]{15}[0-9X]", text):
        raise Malformed(
            "不是ORCID，应为16位，如 0000-0002-1825-0097",
            "is not an ORCID; expected e.g. 0000-0002-1825-0097",
        )
    total = 0
    for char in text[:15]:
        total = (total + int(char)) * 2
    rest = (12 - total % 11) % 11
    digit = "X" if rest == 10 else str(rest)
    if text[15] != digit:
        raise _check_digit_wrong("-".join((text[:4], text[4:8], text[8:12], text[12:15] + digit)), "")
    return "-".join((text[:4], text[4:8], text[8:12], text[12:]))


_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(raw: str) -> str:
    """统一社会信用代码 (GB 32100-2015): 18 characters, powers of 3 modulo 31."""
    text = re.sub(r"[\s-]", "", normalise.half_width(raw)).upper()
    if len(text) != 18 or any(char not in _USCC for char in text):
        raise Malformed(
            "不是统一社会信用代码，应为18位数字或大写字母（不含I、O、S、V、Z）",
            "is not a unified social credit code; expected 18 digits or capitals (without I, O, S, V, Z)",
        )
    rest = -sum(_USCC.index(char) * pow(3, i, 31) for i, char in enumerate(text[:17])) % 31
    if text[17] != _USCC[rest]:
        raise _check_digit_wrong(text[:17] + _USCC[rest], "")
    return text


def id_card(raw: str) -> str:
    """居民身份证 (GB 11643): 18 characters, a real date inside, ISO 7064 modulo 11-2; the letter in upper case (V080).

    The expected check digit is not told: it would complete somebody's number.
    """
    text = re.sub(r"\s", "", normalise.half_width(raw)).upper()
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", text):
        raise Malformed(
            "不是居民身份证号，应为18位", "is not an ID card number; expected 18 characters", "V080"
        )
    if id_card_birth(text) is None:
        raise Malformed("中的出生日期不存在", "contains an impossible date of birth", "V080")
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(text[:17], weights, strict=True))
    if text[17] != "10X98765432"[total % 11]:
        raise Malformed("校验位不符，请核对每一位", "has a wrong check digit; compare every digit", "V080")
    return text


def id_card_birth(number: str) -> date | None:
    """The date of birth inside an 18-character number, None where there is no such day."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born if born.year >= 1880 else None


def id_card_sex(number: str) -> str:
    """The GB/T 2261.1 code of the sex inside an 18-character number: odd is male."""
    return "1" if int(number[16]) % 2 else "2"


def id_number(raw: str) -> str:
    """Any identity document: letters and digits; which check applies depends on the kind of document."""
    text = re.sub(r"\s", "", normalise.half_width(raw)).upper()
    if not re.fullmatch(r"[0-9A-Z()/.\u4e00-\u9fff-]{5,40}", text):
        raise Malformed(
            "不是证件号码，应由数字和字母组成",
            "is not a document number; expected digits and letters",
            "V080",
        )
    return text


def mobile(raw: str) -> str:
    text = re.sub(r"[\s()-]", "", normalise.half_width(raw))
    text = re.sub(r"^(\+|00)86(?=1[0-9]{10}$)", "", text)
    if not re.fullmatch(r"1[3-9][0-9]{9}|\+[0-9]{7,15}", text):
        raise Malformed(
            "不是手机号，应为11位，境外号码以+开头",
            "is not a mobile number; expected 11 digits, or + and the country's code",
        )
    return text


def bank_account(raw: str) -> str:
    text = re.sub(r"[\s-]", "", normalise.half_width(raw))
    if not re.fullmatch(r"[0-9A-Za-z]{6,34}", text):
        raise Malformed(
            "不是银行账号，应为6到34位数字或字母",
            "is not an account number; expected 6 to 34 digits or letters",
        )
    return text


def email(raw: str) -> str:
    text = normalise.half_width(raw).replace(" ", "")
    if len(text) > 254 or not re.fullmatch(
        r"[^@\s,;:<>()\[\]\"\\]+@([A-Za-z0-9\u4e00-\u9fff-]+\.)+[A-Za-z0-9\u4e00-\u9fff-]{2,}", text
    ):
        raise Malformed(
            "不是电子邮箱，应如 name@example.com", "is not an e-mail address; expected e.g. name@example.com"
        )
    name, _, host = text.rpartition("@")
    return f"{name}@{host.lower()}"


def phone(raw: str) -> str:
    text = normalise.half_width(raw)
    text = re.sub(r"\s*(转|ext\.?|x)\s*", "转", text, flags=re.IGNORECASE)
    if not re.fullmatch(r"\+?[0-9][0-9() /-]{4,28}(转[0-9]{1,6})?", text) and not re.fullmatch(
        r"\([0-9]{3,4}\)[0-9 -]{5,20}", text
    ):
        raise Malformed(
            "不是电话号码，应如 027-87654321", "is not a phone number; expected e.g. 027-87654321"
        )
    return text


def url(raw: str) -> str:
    text = normalise.half_width(raw)
    if "://" not in text and not re.match(r"[a-z]+:", text, re.IGNORECASE):
        text = "http://" + text
    if not re.fullmatch(
        r"https?://[A-Za-z0-9.\u4e00-\u9fff-]+\.[A-Za-z\u4e00-\u9fff]{2,}(:[0-9]+)?(/\S*)?", text
    ):
        raise Malformed(
            "不是网址，应以 http:// 或 https:// 开头", "is not a web address; expected http:// or https://"
        )
    return text


SCHEMES: dict[str, Callable[[str], str]] = {
    "plain": plain,
    "doi": doi,
    "issn": issn,
    "isbn": isbn,
    "cn_serial": cn_serial,
    "patent_application": patent_application,
    "orcid": orcid,
    "uscc": uscc,
    "email": email,
    "phone": phone,
    "url": url,
    "id_number": id_number,
    "mobile": mobile,
    "bank_account": bank_account,
}


def normal(scheme: str, raw: str) -> str:
    """The normal form of ``raw`` in ``scheme``. Raises Malformed, KeyError for an unknown scheme."""
    return SCHEMES[scheme](raw)
