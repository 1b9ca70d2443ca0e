"""What is printed on an invoice adds up."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.account_mgmt.domain import money

LINES = st.lists(
    st.builds(
        money.price,
        st.none(),
        st.just("line"),
        st.decimals("0.001", 1000, places=3),
        st.decimals("0.01", 100000, places=2),
        st.sampled_from([Decimal(0), Decimal(7), Decimal(20)]),
    ),
    max_size=20,
)


@given(LINES)
def test_the_total_is_the_sum_of_what_each_line_shows(lines: list[money.PricedLine]) -> None:
    total, tax = money.totals(lines)
    assert total == sum((line.net + line.tax for line in lines), Decimal(0))
    assert tax == sum((line.tax for line in lines), Decimal(0))
    assert total == money.to_cents(total)


@given(LINES)
def test_a_lines_tax_is_within_half_a_cent_of_its_rate(lines: list[money.PricedLine]) -> None:
    for line in lines:
        assert abs(line.tax - line.net * line.tax_percent / 100) <= Decimal("0.005")


def test_half_a_cent_goes_up() -> None:
    assert money.to_cents(Decimal("0.125")) == Decimal("0.13")
    assert money.price(None, "x", Decimal("0.5"), Decimal("0.05"), Decimal(0)).net == Decimal("0.03")


def test_numbers_name_the_entity_the_kind_and_the_year() -> None:
    assert money.number("LR", "", 2026, 42) == "LR-2026-000042"
    assert money.number("LR", "CN", 2026, 7) == "LR-CN-2026-000007"
