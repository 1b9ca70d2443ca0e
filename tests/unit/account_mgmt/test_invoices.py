"""How much of an invoice may be paid, credited or refunded, and when a printed document is out of date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from services.account_mgmt.domain.invoices import amount_to_credit, check_amount, check_paid_at
from services.chassis.errors import Conflict, DomainError, Invalid
from tests.unit.account_mgmt.records import CURRENCY, invoice
from workflows.contracts.base import Money


def money(amount: str, currency: str = CURRENCY) -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def test_what_is_open_creditable_and_refundable_adds_up() -> None:
    one = invoice("120.00", paid="50.00", credited="20.00", refunded="10.00")
    assert (one.open_amount, one.creditable, one.refundable) == (Decimal(60), Decimal(100), Decimal(40))


def test_a_credit_note_without_an_amount_takes_back_all_that_is_open() -> None:
    assert amount_to_credit(invoice("120.00", paid="50.00"), None) == Decimal(70)
    assert amount_to_credit(invoice("120.00", paid="120.00", state="paid"), money("120.00")) == Decimal(120)


@pytest.mark.parametrize(
    ("values", "wanted", "error", "field"),
    [
        ({}, money("120.01"), Invalid, "amount.amount"),
        ({}, money("0.00"), Invalid, "amount.amount"),
        ({}, money("1.00", "EUR"), Invalid, "amount.currency"),
        ({"credited": "100.00"}, money("20.01"), Invalid, "amount.amount"),
        ({"paid": "120.00", "state": "paid"}, None, Conflict, None),
        ({"paid": "150.00", "state": "paid"}, None, Conflict, None),
        ({"state": "void"}, money("1.00"), Conflict, None),
    ],
)
def test_what_cannot_be_credited_is_refused(
    values: dict[str, str], wanted: Money | None, error: type[DomainError], field: str | None
) -> None:
    with pytest.raises(error) as refused:
        amount_to_credit(invoice("120.00", **values), wanted)
    assert refused.value.field == field


@pytest.mark.parametrize(("amount", "currency"), [("0.00", CURRENCY), ("-1.00", CURRENCY), ("1.00", "EUR")])
def test_a_payment_is_above_zero_and_in_the_invoices_currency(amount: str, currency: str) -> None:
    check_amount(money("0.01"), CURRENCY)
    with pytest.raises(Invalid):
        check_amount(money(amount, currency), CURRENCY)


def test_a_document_is_out_of_date_as_soon_as_money_or_state_changed() -> None:
    printed = invoice()
    assert invoice(dunning=3, overdue=False).prints_like(printed)
    for values in (
        {"paid": "1.00"},
        {"credited": "1.00"},
        {"state": "void"},
        {"refunded": "1.00"},
        {"written_off": "1.00"},
    ):
        assert not invoice(**values).prints_like(printed)


def test_money_comes_today_at_the_latest_where_the_house_is() -> None:
    kyiv, late = ZoneInfo("Europe/Kyiv"), datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    check_paid_at(None, late, late, kyiv)
    # It is the 3rd in Kyiv already, and all of that day may be written.
    check_paid_at(datetime(2026, 3, 3, 21, 59, tzinfo=UTC), late, late, kyiv)
    for zone, day in ((kyiv, datetime(2026, 3, 3, 22, 1, tzinfo=UTC)), (ZoneInfo("UTC"), late + timedelta(hours=2))):
        with pytest.raises(Invalid) as refused:
            check_paid_at(day, late, late, zone)
        assert refused.value.field == "paid_at"


def test_money_came_at_most_three_years_before_its_invoice() -> None:
    issued, kyiv = datetime(2026, 3, 2, tzinfo=UTC), ZoneInfo("Europe/Kyiv")
    check_paid_at(issued - timedelta(days=3 * 365), issued, issued, kyiv)
    with pytest.raises(Invalid, match="years before"):
        check_paid_at(issued - timedelta(days=3 * 366 + 1), issued, issued, kyiv)
