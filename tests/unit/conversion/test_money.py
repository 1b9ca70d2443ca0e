"""Exact totals: what is offered, ordered and paid as commission is the same to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.chassis.errors import Invalid
from services.conversion.domain import money
from services.conversion.domain.commissions import Rates, Role, accruals
from workflows.contracts.base import Money, OrderLine

quantities = st.decimals("0.001", "5000", places=3)
prices = st.decimals("0.00", "200000", places=2)
percents = st.decimals("0", "100", places=2)


def line(quantity: Decimal | str, price: Decimal | str, currency: str = "UAH") -> OrderLine:
    amount = Money(amount=Decimal(price), currency=currency)
    return OrderLine(description="trip", quantity=Decimal(quantity), unit_price=amount)


lines = st.lists(st.builds(line, quantities, prices), min_size=1, max_size=8)


@given(lines, percents, percents)
def test_totals_add_up_and_the_order_equals_the_offer(
    offered: list[OrderLine], discount: Decimal, tax: Decimal
) -> None:
    sums = money.totals(offered, discount_percent=discount, tax_percent=tax)
    assert sums.subtotal - sums.discount == sums.net
    assert sums.net + sums.tax == sums.total
    assert 0 <= sums.net <= sums.subtotal
    assert money.net_of(money.discounted(offered, discount)) == sums.net
    for amount in (sums.subtotal, sums.discount, sums.net, sums.tax, sums.total):
        assert amount == amount.quantize(Decimal("0.01"))


offer_lines = st.builds(
    money.OfferLine,
    description=st.just("trip"),
    quantity=quantities,
    unit_price=prices.map(lambda amount: Money(amount=amount)),
    tax_percent=st.sampled_from([None, Decimal(0), Decimal(7), Decimal(20)]),
    discount_percent=percents,
    list_price=st.none() | prices.map(lambda amount: Money(amount=amount)),
)


@given(st.lists(offer_lines, min_size=1, max_size=8), percents)
def test_tax_is_rounded_once_per_rate_and_the_order_is_taxed_alike(
    offered: list[money.OfferLine], discount: Decimal
) -> None:
    sums = money.totals(offered, discount_percent=discount, tax_percent=Decimal(20))
    ordered = money.discounted(offered, discount)
    assert sum(tax.net for tax in sums.taxes) == sums.net
    assert sum(tax.tax for tax in sums.taxes) == sums.tax
    for one in sums.taxes:
        at_this_rate = [
            line for line in ordered if (Decimal(20) if line.tax_percent is None else line.tax_percent) == one.percent
        ]
        assert money.percent_of(money.net_of(at_this_rate), one.percent) == one.tax
    assert money.totals(ordered, discount_percent=Decimal(0), tax_percent=Decimal(20)).total == sums.total
    assert 0 <= sums.effective_discount <= 100


def test_forty_lines_of_two_cents_are_taxed_on_their_sum() -> None:
    sums = money.totals([line("1", "0.02")] * 40, discount_percent=Decimal(0), tax_percent=Decimal(19))
    assert (str(sums.net), str(sums.tax), str(sums.total)) == ("0.80", "0.15", "0.95")


def test_a_price_below_the_catalogue_is_a_discount_too() -> None:
    cheap = money.OfferLine(
        description="trip",
        quantity=Decimal(1),
        unit_price=Money(amount=Decimal(80)),
        list_price=Money(amount=Decimal(100)),
        discount_percent=Decimal(10),
    )
    sums = money.totals([cheap], discount_percent=Decimal(0), tax_percent=Decimal(20))
    assert sums.effective_discount == Decimal("28.00")
    dearer = cheap.model_copy(update={"unit_price": Money(amount=Decimal(150)), "discount_percent": Decimal(0)})
    assert money.totals([dearer], discount_percent=Decimal(0), tax_percent=Decimal(20)).effective_discount == 0


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.005", "0.01"), ("0.015", "0.02"), ("2.675", "2.68"), ("-0.005", "-0.01")]
)
def test_half_a_cent_is_rounded_up(amount: str, rounded: str) -> None:
    assert money.cents(Decimal(amount)) == Decimal(rounded)


def test_an_offer_with_discount_and_tax() -> None:
    sums = money.totals(
        [line("3", "28500.10"), line("0.5", "99.99")], discount_percent=Decimal("12.5"), tax_percent=Decimal(20)
    )
    # 85500.30 and 50.00, less an eighth: 74812.76 and 43.75 (of 49.995), taxed at 14962.55 and 8.75.
    assert sums.subtotal == Decimal("85550.30")
    assert sums.net == Decimal("74856.51")
    assert sums.tax == Decimal("14971.30")
    assert sums.total == Decimal("89827.81")


@pytest.mark.parametrize(
    ("quantity", "price", "currency", "discount", "tax", "net", "total"),
    [
        # A price of three kopecks has no tenth that could be paid; a ton of it has.
        ("100000", "0.03", "UAH", "10", "0", "2700.00", "2700.00"),
        ("100000", "0.06", "UAH", "10", "0", "5400.00", "5400.00"),
        ("16", "348.35", "UAH", "4", "22", "5350.66", "6527.81"),
        ("3", "333", "JPY", "10", "10", "899.00", "989.00"),
        ("1", "5", "JPY", "10", "0", "5.00", "5.00"),
        ("1000", "0.01", "KWD", "50", "5", "5.00", "5.25"),
    ],
)
def test_a_discount_is_taken_off_the_lines_sum_and_rounded_once(
    quantity: str, price: str, currency: str, discount: str, tax: str, net: str, total: str
) -> None:
    offered = [line(quantity, price, currency)]
    sums = money.totals(offered, discount_percent=Decimal(discount), tax_percent=Decimal(tax))
    assert (str(sums.net), str(sums.total)) == (net, total)
    assert sums.discount == sums.subtotal - sums.net
    [ordered] = money.discounted(offered, Decimal(discount))
    assert money.line_total(ordered) == sums.net


@given(lines, percents)
def test_no_more_is_given_away_than_was_typed_but_for_a_rounding(offered: list[OrderLine], discount: Decimal) -> None:
    for one in offered:
        exact = one.quantity * one.unit_price.amount * (100 - discount) / 100
        assert abs(money.line_total(one, discount) - exact) <= Decimal("0.005")
    assert money.deepest_discount(offered, discount) <= discount + Decimal("0.01")


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ([line("1", "1"), line("1", "1", "EUR")], "lines[1].unit_price.currency"),
        ([line("1", "1"), line("1", "-1")], "lines[1].unit_price.amount"),
        ([line("999999999.999", "99999999999999.99")], "lines"),
    ],
)
def test_lines_that_cannot_be_sold_are_refused_by_field(bad: list[OrderLine], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        money.check_lines(bad)
    assert refusal.value.field == field


@given(st.decimals("0", "10000000", places=2), st.decimals("0", "50", places=2), st.decimals("0.01", "50", places=2))
def test_the_same_sale_gives_the_same_cents(net: Decimal, sourced: Decimal, more: Decimal) -> None:
    rates = Rates(sourced=sourced, closed=sourced + more)
    shares = accruals(net, rates, sourced_by="caller", closed_by="manager")
    assert shares == accruals(net, rates, sourced_by="caller", closed_by="manager")
    assert [share.role for share in shares] == [Role.SOURCED, Role.CLOSED]
    assert shares[0].amount <= shares[1].amount <= net


def test_without_a_caller_only_the_manager_earns() -> None:
    shares = accruals(Decimal("100.10"), Rates(), sourced_by=None, closed_by="m")
    assert [(share.person, share.amount) for share in shares] == [("m", Decimal("5.01"))]


def test_tier_2_is_paid_above_tier_1() -> None:
    with pytest.raises(ValidationError, match="higher percentage"):
        Rates(sourced=Decimal(5), closed=Decimal(5))
