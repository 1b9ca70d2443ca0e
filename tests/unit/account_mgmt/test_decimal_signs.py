"""`1,234` is what the rest of its column makes of it, and is asked where nothing does."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.account_mgmt.domain.decimal_signs import AmbiguousNumberError, Sign, agreed, plain, shown_by
from services.account_mgmt.domain.import_rows import number_of


@pytest.mark.parametrize(
    ("column", "sign"),
    [
        (["1,234", "5,678"], ""),
        (["1.234"], ""),
        (["1,234", "12,50"], ","),
        (["1,234", "12.50"], "."),
        (["1.234", "99,9"], ","),
        (["1,234", "1,234,567"], "."),
        (["1,234", "1.234.567"], ","),
        (["1,234", "2,345.67"], "."),
        (["1,234", "1234,567"], ","),
        (["1,234", "0,500"], ","),
        (["1,234", "12,50", "12.50"], ""),
        (["1,234", "100", "dear", ""], ""),
    ],
)
def test_a_column_shows_its_sign_by_the_cells_that_can_be_read_in_one_way(column: list[str], sign: Sign) -> None:
    assert agreed(map(shown_by, column)) == sign


@pytest.mark.parametrize(
    ("cell", "sign", "number"),
    [
        ("1,234", ".", "1234"), ("1,234", ",", "1.234"), ("1.234", ",", "1234"), ("1.234", ".", "1.234"),
        ("1.234", "typed", "1.234"), ("12,50", "", "12.50"), ("0,500", "", "0.500"), ("1,234,567", "", "1234567"),
        ("1'234'567.50", "", "1234567.50"), ("-1,234", ".", "-1234"), ("1234,567", "", "1234.567"),
    ],
)  # fmt: skip
def test_a_number_is_read_by_the_sign_of_its_column(cell: str, sign: Sign, number: str) -> None:
    assert Decimal(plain(cell, sign)) == Decimal(number)


@pytest.mark.parametrize(("cell", "sign"), [("1,234", ""), ("1.234", ""), ("999,999", ""), ("1,234", "typed")])
def test_a_number_that_can_be_two_is_refused_with_what_to_write(cell: str, sign: Sign) -> None:
    with pytest.raises(AmbiguousNumberError):
        plain(cell, sign)
    with pytest.raises(ValueError, match=r"write .*00 or") as refused:
        number_of(cell, "price", sign)
    assert cell in str(refused.value)


@given(st.decimals(min_value=0, max_value=10**9, places=2), st.sampled_from([",", "."]))
def test_prices_of_one_style_are_read_as_they_were_written(amount: Decimal, sign: Sign) -> None:
    grouped = f"{amount:,.2f}"
    written = grouped if sign == "." else grouped.translate(str.maketrans(",.", ".,"))
    assert Decimal(plain(written, agreed([shown_by(written)]))) == amount
