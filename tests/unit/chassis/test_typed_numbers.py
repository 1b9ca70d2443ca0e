"""A number that is typed as a page shows it is the number that the page showed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.typed_numbers import plain_number, typed_number


@given(st.integers(-10_000_000_00, 10_000_000_00), st.sampled_from(["en", "uk", "pl", "de_CH", "en_IN"]))
def test_what_is_shown_can_be_typed(cents: int, locale: str) -> None:
    number = Decimal(cents) / 100
    shown = format_decimal(number, format="#,##0.##", locale=locale)
    # A minus sign of its own is no key of any keyboard.
    assert typed_number(shown.replace("\N{MINUS SIGN}", "-")) == number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("105,962", "105962"), ("1,234,567", "1234567"), ("1,234.50", "1234.50"), ("1.234,50", "1234.50"),
        ("1 234,50", "1234.50"), ("1'234.50", "1234.50"), ("0,125", "0.125"), ("12,5", "12.5"), ("1.5", "1.5"),
        (" 7 ", "7"), ("-3", "-3"), ("+4", "4"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_type_them(typed: str, number: str) -> None:
    assert typed_number(typed) == Decimal(number)


@pytest.mark.parametrize(
    "typed", ["", "three", "1e9", "inf", "nan", "1,2,3", "1.2.3", "12 %", "9" * 16, "1_000", "--1"]
)
def test_anything_else_is_no_number(typed: str) -> None:
    assert typed_number(typed) is None


def test_what_is_no_number_stays_as_it_was_typed() -> None:
    assert plain_number("three") == "three"
