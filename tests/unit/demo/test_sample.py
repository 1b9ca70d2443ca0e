from __future__ import annotations

import csv
import io
from collections import Counter

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrelay.demo import names
from leadrelay.demo.companies import check_digit, companies
from leadrelay.demo.dirt import FORMULAS
from leadrelay.demo.sample import COMPANIES, HEADERS, SAMPLE, SEED, render


def e164(written: str) -> str | None:
    try:
        number = phonenumbers.parse(written, "UA")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(SAMPLE.read_text(encoding="utf-8-sig"))))


def phones_of(row: dict[str, str]) -> list[str]:
    return [phone for name in ("Phone Number", "Mobile Phone Number") if (phone := e164(row[name]))]


def test_the_generator_makes_the_file_in_the_tree_byte_for_byte() -> None:
    assert render() == SAMPLE.read_bytes()


def test_another_seed_makes_another_file() -> None:
    assert render(SEED + 1) != render(SEED)


def test_the_file_looks_like_an_export(rows: list[dict[str, str]]) -> None:
    assert SAMPLE.read_bytes().startswith(b"\xef\xbb\xbf")
    assert tuple(rows[0]) == HEADERS
    assert len(rows) == 2_000
    assert SAMPLE.stat().st_size < 400_000


def test_clean_companies_are_distinct_and_their_phones_valid() -> None:
    clean = companies(SEED, COMPANIES)
    assert len({row.company for row in clean}) == len({row.tax_id for row in clean}) == COMPANIES
    written = [phone for row in clean for phone in (row.phone, row.mobile) if phone]
    assert len(set(written)) == len(written)
    assert all(e164(phone) == phone for phone in written)


def test_four_in_a_hundred_rows_have_no_usable_phone(rows: list[dict[str, str]]) -> None:
    bad = [row for row in rows if not phones_of(row)]
    assert len(bad) == 80
    assert len({row["Phone Number"] for row in bad}) > 8


def test_five_in_a_hundred_rows_are_duplicates_half_of_them_written_differently(rows: list[dict[str, str]]) -> None:
    by_phone = Counter(phone for row in rows for phone in set(phones_of(row)))
    lines = Counter(tuple(row.values()) for row in rows)
    exact = sum(count - 1 for count in lines.values())
    again = sum(1 for row in rows if any(by_phone[phone] > 1 for phone in phones_of(row))) // 2
    assert (exact, again) == (50, 100)


def test_phones_come_in_many_formats(rows: list[dict[str, str]]) -> None:
    shapes = {"".join("9" if c.isdigit() else c for c in row["Phone Number"].strip()) for row in rows if phones_of(row)}
    assert len(shapes) >= 9


def test_some_cells_are_missing_padded_or_look_like_formulas(rows: list[dict[str, str]]) -> None:
    cells = {cell for row in rows for cell in row.values()}
    assert {cell for _, cell in FORMULAS} <= cells
    assert sum(row["Company name"] != row["Company name"].strip() for row in rows) > 50
    for header in ("Email", "Industry", "City", "Tax ID", "Last Name"):
        share = sum(not row[header] for row in rows) / len(rows)
        assert 0.01 < share < 0.6, header


def test_both_spellings_are_in_use(rows: list[dict[str, str]]) -> None:
    local = sum(not row["Company name"].isascii() for row in rows)
    assert 0.5 < local / len(rows) < 0.8


@pytest.mark.parametrize("code", ["40075815", "31316718", "20077720", "14360570", "00032112", "21560766"])
def test_the_check_digit_agrees_with_codes_in_the_public_register(code: str) -> None:
    assert check_digit(code[:7]) == int(code[7])


def test_every_tax_id_of_the_sample_passes_and_none_was_ever_given_out(rows: list[dict[str, str]]) -> None:
    codes = [row["Tax ID"] for row in rows if row["Tax ID"]]
    assert all(len(code) == 8 and check_digit(code[:7]) == int(code[7]) and code > "80000000" for code in codes)


@given(st.integers(0, 9_999_999))
def test_the_check_digit_is_always_one_digit(seven: int) -> None:
    assert 0 <= check_digit(f"{seven:07d}") <= 9


@pytest.mark.parametrize(
    ("local", "written"),
    [
        ("Згурський", "Zghurskyi"),
        ("Їжакевич", "Yizhakevych"),
        ("Ольга", "Olha"),
        ("Щербак Юрій", "Shcherbak Yurii"),
        ("Знам'янка", "Znamianka"),
        ("Біла Церква", "Bila Tserkva"),
    ],
)
def test_latin_spelling_follows_the_national_table(local: str, written: str) -> None:
    assert names.latin(local) == written
