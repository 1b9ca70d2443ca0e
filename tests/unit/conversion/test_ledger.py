"""What the ledger lacks by the events of a sale, and the file for the payroll."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from services.conversion.documents.payroll_csv import payroll_csv
from services.conversion.domain.commission_book import Book, Invoiced, Place, Written
from services.conversion.domain.commission_ledger import Difference, MonthBalance, MonthStatement
from services.conversion.domain.commissions import Event, Rates, Role, accruals
from services.conversion.domain.corrected_orders import Beginning

KYIV, AT = ZoneInfo("Europe/Kyiv"), datetime(2026, 5, 4, tzinfo=UTC)
NET, TOTAL = Decimal("83333.33"), Decimal("100000.00")
SHARES = accruals(NET, Rates(), sourced_by="caller", closed_by="anna")
SOLD = Event(key="sold", kind="sold", amount=NET, shares=SHARES, at=AT)
PAID = Event(key="paid", kind="paid", amount=TOTAL, total=TOTAL, at=AT)
BEGAN = Beginning(
    sale_id="s", kind="sold", lead_id="1", deal_id="s", net=NET, currency="UAH", at=AT, corrects=None, undone_at=None,
    policy_version=3, shares=SHARES,
)  # fmt: skip


def lacking(events: list[Event], written: Written | None = None, first_open: str | None = None) -> list[Difference]:
    book = Book(began=BEGAN, chain=[Invoiced(BEGAN, events)], written=written or {})
    return book.lacking(KYIV, first_open)


def test_an_empty_ledger_lacks_everything_and_a_right_one_nothing() -> None:
    found = lacking([SOLD, PAID])
    assert [(one.person, one.role.value, one.kind, str(one.amount)) for one in found] == [
        ("anna", "closed", "accrued", "4166.67"),
        ("anna", "closed", "vested", "4166.67"),
        ("caller", "sourced", "accrued", "1666.67"),
        ("caller", "sourced", "vested", "1666.67"),
    ]
    written = {(Place(one.person, one.role, one.kind), one.month): one.amount for one in found}
    assert lacking([SOLD, PAID], written) == []


def test_what_is_too_much_in_the_ledger_is_taken_out_by_a_further_entry() -> None:
    right: dict[tuple[Place, str], Decimal] = {
        (Place(share.person, share.role, "accrued"), "2026-05"): share.amount for share in SHARES
    }
    wrong = {**right, (Place("anna", Role.CLOSED, "vested"), "2026-05"): Decimal("10.00")}
    assert lacking([SOLD], wrong) == [Difference("anna", Role.CLOSED, "vested", "2026-05", Decimal("-10.00"))]


def test_money_of_a_sale_that_is_not_known_yet_is_owed_to_nobody() -> None:
    assert Book().lacking(KYIV, None) == []


def test_each_entry_has_a_key_of_its_own_and_the_rate_of_its_role() -> None:
    book = Book(began=BEGAN, chain=[Invoiced(BEGAN, [SOLD, PAID])])
    new = book.entries(book.lacking(KYIV, None), "paid:7")
    assert [one.key for one in new] == [
        "paid:7:s:2026-05:closed:anna:accrued",
        "paid:7:s:2026-05:closed:anna:vested",
        "paid:7:s:2026-05:sourced:caller:accrued",
        "paid:7:s:2026-05:sourced:caller:vested",
    ]
    assert {(one.role.value, str(one.percent)) for one in new} == {("closed", "5"), ("sourced", "2")}
    assert {(one.sale_id, one.base, one.currency, one.policy_version) for one in new} == {("s", NET, "UAH", 3)}


def test_what_belongs_into_a_closed_month_is_booked_into_the_first_open_one() -> None:
    closed = lacking([SOLD, PAID], first_open="2026-07")
    assert {one.month for one in closed} == {"2026-07"}
    written = {(Place(one.person, one.role, one.kind), one.month): one.amount for one in closed}
    assert lacking([SOLD, PAID], written, "2026-09") == []


def test_each_month_holds_what_happened_until_its_end_whenever_it_was_heard_of() -> None:
    june = datetime(2026, 6, 30, 20, 59, tzinfo=UTC)
    half = Event(key="half", kind="paid", amount=TOTAL / 2, total=TOTAL, at=june)
    rest = Event(key="rest", kind="paid", amount=TOTAL / 2, total=TOTAL, at=june + timedelta(minutes=1))
    found = {(one.kind, one.month): str(one.amount) for one in lacking([SOLD, rest, half]) if one.person == "anna"}
    assert found == {
        ("accrued", "2026-05"): "4166.67",
        ("vested", "2026-06"): "2083.34",
        ("vested", "2026-07"): "2083.33",
    }


def test_the_payroll_gets_a_line_per_person_with_what_is_to_be_paid() -> None:
    balance = MonthBalance(
        person="anna", currency="UAH", opening=Decimal("100"), accrued=Decimal("50.5"), clawed_back=Decimal("-10"),
        vested=Decimal("90"), adjusted=Decimal("-5"), closing=Decimal("50.5"), brought_forward=Decimal(-7),
    )  # fmt: skip
    statement = MonthStatement(month="2026-05", timezone="Europe/Kyiv", closed_at=None, sums=[], balances=[balance])
    head, line = payroll_csv(statement).splitlines()
    assert head == (
        "month,currency,person,opening,accrued,clawed_back,vested,closing,adjusted,payable,brought_forward,carried_forward"
    )
    assert line == "2026-05,UAH,anna,100.00,50.50,-10.00,90.00,50.50,-5.00,78.00,-7.00,0.00"
