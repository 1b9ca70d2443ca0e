"""What is printed on an invoice adds up."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.account_mgmt.domain import money
from services.account_mgmt.domain.credit_shares import credit_shares
from services.chassis.currencies import minor_unit, rounded

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


@given(LINES, st.sampled_from(["UAH", "JPY"]))
def test_tax_is_rounded_once_per_rate_and_its_lines_add_up_to_it(lines: list[money.PricedLine], currency: str) -> None:
    taxed = money.taxed(lines, currency)
    assert [line.net for line in taxed] == [line.net for line in lines]
    for rate, net, tax in money.rate_sums([(line.tax_percent, line.net, line.tax) for line in taxed]):
        assert tax == rounded(net * rate / 100, currency)
    assert all(abs(one.tax - one.net * one.tax_percent / 100) <= minor_unit(currency) for one in taxed)


def test_forty_lines_of_two_cents_are_taxed_on_their_sum() -> None:
    lines = [money.price(None, "bolt", Decimal(1), Decimal("0.02"), Decimal(19), currency="EUR")] * 40
    assert money.totals(money.taxed(lines, "EUR")) == (Decimal("0.95"), Decimal("0.15"))


SHARES = st.lists(
    st.tuples(st.sampled_from([Decimal(0), Decimal(7), Decimal(19)]), st.decimals("0.01", "900", places=2)),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one[0],
)


@given(SHARES, st.lists(st.decimals("0.01", "300", places=2), max_size=6))
def test_credit_notes_add_up_to_the_cent_and_all_of_them_to_the_invoice(
    sold: list[tuple[Decimal, Decimal]], amounts: list[Decimal]
) -> None:
    invoiced = [(rate, net, money.to_cents(net * rate / 100)) for rate, net in sold]
    left, taken = sum((net + tax for _, net, tax in invoiced), Decimal(0)), []
    for amount in [*amounts, left]:
        now = min(amount, left) if amount is not left else left - sum((n + t for _, n, t in taken), Decimal(0))
        if now <= 0 or now > left - sum((n + t for _, n, t in taken), Decimal(0)):
            continue
        shares = credit_shares(invoiced, taken, now, "EUR")
        assert sum(net + tax for _, net, tax in shares) == now
        assert all(net >= 0 and tax >= 0 for _, net, tax in shares)
        assert all(abs(tax - net * rate / 100) <= Decimal("0.02") for rate, net, tax in shares)
        taken += shares
    for rate, net, tax in invoiced:
        assert sum(one[1] for one in taken if one[0] == rate) == net
        assert sum(one[2] for one in taken if one[0] == rate) == tax


def test_a_credit_note_over_three_rates_prints_sums_that_agree() -> None:
    invoiced = [(Decimal(rate), Decimal(net), money.to_cents(Decimal(net) * rate / 100))
                for rate, net in ((19, "33.33"), (7, "7.77"), (0, "0.99"))]  # fmt: skip
    shares = credit_shares(invoiced, [], Decimal("11.11"), "EUR")
    assert sum(net for _, net, _ in shares) + sum(tax for _, _, tax in shares) == Decimal("11.11")
    assert [rate for rate, _, _ in shares] == [19, 7, 0]


def test_half_a_cent_goes_up() -> None:
    assert money.to_cents(Decimal("0.125")) == Decimal("0.13")
    assert money.price(None, "x", Decimal("0.5"), Decimal("0.05"), Decimal(0)).net == Decimal("0.03")


def test_numbers_name_the_entity_the_kind_and_the_year() -> None:
    assert money.number("LR", "", 2026, 42) == "LR-2026-000042"
    assert money.number("LR", "CN", 2026, 7) == "LR-CN-2026-000007"
