"""What the ledger lacks by the events of a sale, and the file for the payroll."""

from __future__ import annotations

from decimal import Decimal

from services.conversion.documents.payroll_csv import payroll_csv
from services.conversion.domain.commission_ledger import (
    Difference,
    MonthBalance,
    MonthStatement,
    Sale,
    differences,
    entries,
)
from services.conversion.domain.commissions import Event, Rates, Role, accruals

NET, TOTAL = Decimal("83333.33"), Decimal("100000.00")
SHARES = accruals(NET, Rates(), sourced_by="caller", closed_by="anna")
SOLD = Event(key="sold", kind="sold", amount=NET, shares=SHARES)
PAID = Event(key="paid", kind="paid", amount=TOTAL, total=TOTAL)
SALE = Sale(id="s", net=NET, currency="UAH", lead_id="1", deal_id="s", policy_version=3, shares=SHARES)


def test_an_empty_ledger_lacks_everything_and_a_right_one_nothing() -> None:
    lacking = differences([SOLD, PAID], {})
    assert [(one.person, one.role.value, one.kind, str(one.amount)) for one in lacking] == [
        ("anna", "closed", "accrued", "4166.67"),
        ("anna", "closed", "vested", "4166.67"),
        ("caller", "sourced", "accrued", "1666.67"),
        ("caller", "sourced", "vested", "1666.67"),
    ]
    assert differences([SOLD, PAID], {(one.person, one.role, one.kind): one.amount for one in lacking}) == []


def test_what_is_too_much_in_the_ledger_is_taken_out_by_a_further_entry() -> None:
    right = {(share.person, share.role, "accrued"): share.amount for share in SHARES}
    wrong = {**right, ("anna", Role.CLOSED, "vested"): Decimal("10.00")}
    assert differences([SOLD], wrong) == [Difference("anna", Role.CLOSED, "vested", Decimal("-10.00"))]  # type: ignore[arg-type]


def test_money_of_a_sale_that_is_not_known_yet_is_owed_to_nobody() -> None:
    assert differences([PAID], {}) == []


def test_each_entry_has_a_key_of_its_own_and_the_rate_of_its_role() -> None:
    new = entries(SALE, differences([SOLD, PAID], {}), "paid:7")
    assert [one.key for one in new] == [
        "paid:7:closed:anna:accrued",
        "paid:7:closed:anna:vested",
        "paid:7:sourced:caller:accrued",
        "paid:7:sourced:caller:vested",
    ]
    assert {(one.role.value, str(one.percent)) for one in new} == {("closed", "5"), ("sourced", "2")}
    assert {(one.sale_id, one.base, one.currency, one.policy_version) for one in new} == {("s", NET, "UAH", 3)}


def test_the_payroll_gets_a_line_per_person_with_what_is_to_be_paid() -> None:
    balance = MonthBalance(
        person="anna", currency="UAH", opening=Decimal("100"), accrued=Decimal("50.5"), clawed_back=Decimal("-10"),
        vested=Decimal("90"), adjusted=Decimal("-5"), closing=Decimal("50.5"),
    )  # fmt: skip
    statement = MonthStatement(month="2026-05", timezone="Europe/Kyiv", closed_at=None, sums=[], balances=[balance])
    head, line = payroll_csv(statement).splitlines()
    assert head == "month,currency,person,opening,accrued,clawed_back,vested,closing,adjusted,payable"
    assert line == "2026-05,UAH,anna,100.00,50.50,-10.00,90.00,50.50,-5.00,85.00"
