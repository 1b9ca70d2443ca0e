"""Numbers are read fast and exactly as the library reads them."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.contacts import phones
from services.chassis.contacts.phone_shapes import shapes_of

REGIONS = sorted(region for region in phonenumbers.SUPPORTED_REGIONS if shapes_of(region))


def by_the_library(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, str]:
    """(a number written by people, its region): a real one, one digit off, too long, with every kind of prefix."""
    region = draw(st.sampled_from(["UA", "UA", *REGIONS]))
    code = str(phonenumbers.country_code_for_region(region))
    kind = draw(st.sampled_from([0, 1, 2, 3, 4, 6]))
    example = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    digits = list(str(example.national_number)) if example else list("123456789")
    for at in draw(st.lists(st.integers(0, len(digits) - 1), max_size=3)):
        digits[at] = draw(st.sampled_from("0123456789"))
    digits += draw(st.sampled_from(["", "", "", "7"]))
    prefix = draw(st.sampled_from([f"+{code}", code, "0", "", "00", f"00{code}", f"+{code}0", f"+{code} (0)", "8"]))
    text = prefix + "".join(digits)
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.sampled_from(["", " ", "-", "(", ")", ".", "/", "x"])) + text[at:], region


@given(numbers())
@settings(max_examples=3000, deadline=None)
def test_the_fast_way_gives_the_librarys_answer_or_none(case: tuple[str, str]) -> None:
    text, region = case
    shapes = shapes_of(region)
    assert shapes is not None
    fast = shapes.read(text)
    assert fast is None or fast == by_the_library(text, region)


@given(numbers())
@settings(max_examples=500, deadline=None)
def test_every_number_is_read_or_refused_as_the_library_does(case: tuple[str, str]) -> None:
    text, region = case
    try:
        read = phones.to_e164(text, region)
    except phones.BadPhoneError:
        read = None
    assert read == by_the_library(text.strip(), region)


@pytest.mark.parametrize(
    ("cell", "numbers_", "problems"),
    [
        ("050 123-45-67", ["+380501234567"], 0),
        ("0501234567; 0671234567", ["+380501234567", "+380671234567"], 0),
        ("0501234567  0671234567", ["+380501234567", "+380671234567"], 0),
        ("044 200 10 01 / 12", ["+380442001001"], 1),
        ("00380 50 1234567\n+380 67 123 45 67", ["+380501234567", "+380671234567"], 0),
        ("немає", [], 1),
        ("", [], 0),
    ],
)
def test_a_cell_may_hold_several_numbers(cell: str, numbers_: list[str], problems: int) -> None:
    found, refused = phones.read_cell(cell, "UA")
    assert (found, len(refused)) == (numbers_, problems)
