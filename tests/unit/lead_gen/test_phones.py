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
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{plain};ext={number.extension}" if number.extension else plain


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
        ("немає", [], 0),
        ("", [], 0),
        ("044  100 20 01", ["+380441002001"], 0),
        ("0441002006 або 0441002007", ["+380441002006", "+380441002007"], 0),
        ("0441002006 and +380441002007", ["+380441002006", "+380441002007"], 0),
        ("тел. 0441002012", ["+380441002012"], 0),
        ("тел/факс: 0441002012", ["+380441002012"], 0),
        ("моб: 050 100 20 13", ["+380501002013"], 0),
        ("0441002014 (Олена)", ["+380441002014"], 0),
        ("0441002014 Олена", ["+380441002014"], 0),
        ("0441002015(16)", ["+380441002015"], 1),
        ("0441002017, 18", ["+380441002017"], 1),
        ("80441002019", ["+380441002019"], 0),
        ("810380441002022", ["+380441002022"], 0),
        ("+38(0)441002024", ["+380441002024"], 0),
        ("0441002025.0", ["+380441002025"], 0),
        ("67123456.0", [], 1),
        ("380441002026.0", ["+380441002026"], 0),
        ('="0441002027"', ["+380441002027"], 0),
        ("\u202a+380441002028\u202c", ["+380441002028"], 0),
        ("+380\u00a044\u00a0100\u00a020\u00a029", ["+380441002029"], 0),
        ("\uff10\uff14\uff14\uff11\uff10\uff10\uff12\uff10\uff13\uff10", ["+380441002030"], 0),
        ("0441002031\r\n0441002032", ["+380441002031", "+380441002032"], 0),
        ("0441002033 \\ 0441002034", ["+380441002033", "+380441002034"], 0),
        ("0441002035 - 0441002036", ["+380441002035", "+380441002036"], 0),
        ("050 100 2046 050 100 2047", ["+380501002046", "+380501002047"], 0),
        ("050 100 2046 050 100 2047 044 100 20 48", ["+380501002046", "+380501002047", "+380441002048"], 0),
        ("+380441002039 (WhatsApp); +380501002039 (Viber)", ["+380441002039", "+380501002039"], 0),
        ("tel:+380441002040", ["+380441002040"], 0),
        ('[{"number":"501234567","callingCode":"+380"}]', ["+380501234567"], 0),
        ("3.80441E+11", [], 1),
        ("n/a", [], 0),
        ("1234", [], 1),
    ],
)
def test_a_cell_may_hold_several_numbers(cell: str, numbers_: list[str], problems: int) -> None:
    found, refused = phones.read_cell(cell, "UA")
    assert (found, len(refused)) == (numbers_, problems)


@pytest.mark.parametrize(
    ("cell", "extension"),
    [
        ("044 100 20 01 ext. 5", "5"),
        ("0441002001, ext 5", "5"),
        ("0441002001x5", "5"),
        ("0441002001 доб. 12", "12"),
        ("0441002001 доб. 12 Олена", "12"),
        ("0441002001 (дод. 7)", "7"),
        ("0441002001 внутр. 3", "3"),
        ("(044) 1002001 #12", "12"),
        ("+380441002001;ext=9", "9"),
    ],
)
def test_a_number_keeps_its_extension(cell: str, extension: str) -> None:
    assert phones.read_cell(cell, "UA") == ([f"+380441002001;ext={extension}"], [])
    assert phones.switchboard_of(f"+380441002001;ext={extension}") == "+380441002001"


@given(st.text(max_size=40))
@settings(max_examples=500, deadline=None)
def test_whatever_a_cell_holds_is_read_or_said_to_be_no_number(cell: str) -> None:
    found, _ = phones.read_cell(cell, "UA")
    assert all(phones.to_e164(number, "UA") == number for number in found)
