"""How much of an invoice may be paid, credited or refunded, and when a printed document is out of date."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.account_mgmt.domain.invoices import amount_to_credit, check_amount
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
    for values in ({"paid": "1.00"}, {"credited": "1.00"}, {"state": "void"}):
        assert not invoice(**values).prints_like(printed)
