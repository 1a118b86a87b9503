"""Identifiers: one normal form, wrong check digits found. All numbers here are made up."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.catalog import identifiers as ids
from ingestion.catalog.identifiers import Malformed

digits = st.text("0123456789", min_size=1)


def text_of(n: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=n, max_size=n)


def expected(scheme: str, raw: str) -> str:
    """The number a wrong check digit is told to be."""
    try:
        return ids.normal(scheme, raw)
    except Malformed as error:
        return error.zh.rpartition(" ")[2]


@pytest.mark.ac("AC-169")
@pytest.mark.parametrize(
    "raw", ["0253 3766", "02533766", "0253-3766", "ISSN 0253-3766", "０２５３－３７６６", "0253—3766"]
)
def test_issn_has_one_form(raw: str) -> None:
    assert ids.issn(raw) == "0253-3766"


@pytest.mark.ac("AC-169")
def test_issn_with_a_wrong_check_digit_names_the_right_one() -> None:
    with pytest.raises(Malformed, match="wrong check digit") as caught:
        ids.issn("1234-5678")
    assert caught.value.zh == "校验位不符，应为 1234-5679"


@given(text_of(7))
def test_exactly_one_check_digit_makes_an_issn(body: str) -> None:
    good = [digit for digit in "0123456789X" if accepted(ids.issn, body + digit)]
    assert len(good) == 1
    assert expected("issn", body + ("0" if good[0] != "0" else "1")).replace("-", "") == body + good[0]


def accepted(check: object, raw: str) -> bool:
    try:
        check(raw)  # type: ignore[operator]
    except Malformed:
        return False
    return True


@pytest.mark.ac("AC-169")
@pytest.mark.parametrize(
    "raw",
    ["10.1000/AbC.123", "doi:10.1000/abc.123", "https://doi.org/10.1000/abc.123", "http://dx.doi.org/10.1000/ABC.123",
     "DOI： 10。1000/abc.123", "１０．１０００/abc.123", "10.1000/abc.123.", "https://doi.org/10.1000%2Fabc.123"],
)  # fmt: skip
def test_doi_has_one_form(raw: str) -> None:
    assert ids.doi(raw) == "10.1000/abc.123"


@pytest.mark.ac("AC-169")
@pytest.mark.parametrize("raw", ["10.1000", "11.1000/abc", "abc", "10.10/x", "10.1000/ab c", "doi:"])
def test_a_malformed_doi_is_refused(raw: str) -> None:
    with pytest.raises(Malformed):
        ids.doi(raw)


@given(text_of(9))
def test_an_isbn_10_and_its_13_are_one_book(body: str) -> None:
    ten = expected("isbn", body + "0") if accepted(ids.isbn, body + "0") is False else body + "0"
    thirteen = ids.isbn(ten)
    assert len(thirteen) == 13 and thirteen.startswith("978")
    assert ids.isbn(thirteen) == thirteen
    assert ids.isbn(f"ISBN {thirteen[:3]}-{thirteen[3]}-{thirteen[4:12]}-{thirteen[12]}") == thirteen


def test_a_wrong_isbn_is_refused() -> None:
    for raw in ("9787302000001", "978730200000", "1234567890123", "七"):
        with pytest.raises(Malformed):
            ids.isbn(raw)


@given(st.integers(2004, 2035), st.sampled_from("12389"), text_of(7))
def test_exactly_one_check_digit_makes_a_patent_number(year: int, kind: str, serial: str) -> None:
    body = f"{year}{kind}{serial}"
    good = [digit for digit in "0123456789X" if accepted(ids.patent_application, body + digit)]
    assert len(good) == 1
    number = ids.patent_application(f"ZL {body}.{good[0]}")
    assert number == f"{body}.{good[0]}" == ids.patent_application("CN" + body + good[0])
    assert (ids.patent_kind(number), ids.patent_year(number)) == (kind, year)
    with pytest.raises(Malformed, match="lacks"):
        ids.patent_application(body)


def test_old_and_foreign_patent_numbers() -> None:
    old = expected("patent_application", "CN991234560")
    assert ids.patent_year(ids.patent_application(old)) == 1999
    assert ids.patent_application("US 16/123,456") == "US16/123,456"
    assert ids.patent_application("PCT/CN2024/123456") == "PCT/CN2024/123456"
    assert ids.patent_kind("US16/123,456") is None
    for raw in ("2020", "202040123456.7", "专利", "ABC"):
        with pytest.raises(Malformed):
            ids.patent_application(raw)


def id_card(day: date, serial: int, region: str = "420101") -> str:
    body = f"{region}{day:%Y%m%d}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


@pytest.mark.ac("AC-036")
@given(st.dates(date(1930, 1, 1), date(2008, 1, 1)), st.integers(1, 999))
def test_an_id_card_number_is_checked_to_the_last_digit(day: date, serial: int) -> None:
    number = id_card(day, serial)
    assert ids.id_card(number.lower()) == number
    assert ids.id_card_birth(number) == day
    assert ids.id_card_sex(number) == ("1" if serial % 2 else "2")
    for at in range(18):
        other = "1" if number[at] in "0X" else str(int(number[at]) - 1)
        assert not accepted(ids.id_card, number[:at] + other + number[at + 1 :])


@pytest.mark.ac("AC-036")
@pytest.mark.parametrize("inside", ["19900230", "19901301", "20251232", "00000101"])
def test_an_impossible_birth_date_is_refused(inside: str) -> None:
    body = f"420101{inside}123"
    assert not any(accepted(ids.id_card, body + digit) for digit in "0123456789X")


def test_the_right_check_digit_of_an_id_card_is_not_told() -> None:
    number = id_card(date(1990, 1, 1), 7)
    wrong = number[:17] + ("0" if number[17] != "0" else "1")
    with pytest.raises(Malformed) as caught:
        ids.id_card(wrong)
    assert number[17] not in caught.value.zh


def test_orcid_and_credit_code() -> None:
    assert ids.orcid("https://orcid.org/0000000218250097") == "0000-0002-1825-0097"
    assert expected("orcid", "0000-0002-1825-0090") == "0000-0002-1825-0097"
    code = expected("uscc", "91420100MA4K0000X0")
    assert ids.uscc(code.lower()) == code
    for raw in ("91420100MA4K0000I0", "1234"):
        with pytest.raises(Malformed):
            ids.uscc(raw)


def test_cn_serial_email_phone_mobile_url() -> None:
    assert ids.cn_serial("42-1234/TP") == ids.cn_serial("CN 42-1234／ＴＰ") == "CN42-1234/TP"
    assert ids.email(" Name@Example.COM ") == "Name@example.com"
    assert ids.phone("027-87654321 转 8001") == "027-87654321转8001"
    assert ids.mobile("+86 139 0000 0000") == "13900000000"
    assert ids.url("www.example.com/a") == "http://www.example.com/a"
    for check, raw in (
        (ids.cn_serial, "CN1234"), (ids.email, "a@b"), (ids.email, "a b"), (ids.phone, "电话"), (ids.mobile, "12345678901"),
        (ids.url, "javascript:alert(1)"), (ids.bank_account, "12"),
    ):  # fmt: skip
        assert not accepted(check, raw)


@given(st.sampled_from(sorted(ids.SCHEMES)), st.text(max_size=60))
def test_no_text_breaks_a_check_and_normal_forms_are_stable(scheme: str, raw: str) -> None:
    try:
        normal = ids.normal(scheme, raw)
    except Malformed as error:
        assert error.zh and error.en
    else:
        assert ids.normal(scheme, normal) == normal
