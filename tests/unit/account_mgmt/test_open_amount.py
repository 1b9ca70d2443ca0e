"""What is open on an invoice, against a ledger of everything that happened to its money."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.account_mgmt.domain.invoices import ZERO, Invoice, open_amount
from tests.unit.account_mgmt.records import invoice

TOTAL = Decimal("120.00")
KINDS = ("paid", "reversed", "moved", "credited", "refunded", "written_off", "asked_again", "cancelled")
amounts = st.sampled_from(["0.01", "20.00", "30.00", "60.00", "119.99", "120.00", "150.00"]).map(Decimal)
acts = st.lists(st.tuples(st.sampled_from(KINDS), amounts), max_size=12)


class Ledger:
    """Every entry that counts, by kind. A reversed payment and an undone write-off are taken out of it again."""

    def __init__(self) -> None:
        self.entries: dict[str, list[Decimal]] = {kind: [] for kind in KINDS}
        self.is_void = False

    def sum(self, kind: str) -> Decimal:
        return sum(self.entries[kind], ZERO)

    @property
    def owed(self) -> Decimal:
        return ZERO if self.is_void else max(ZERO, TOTAL - self.sum("credited") - self.sum("written_off"))

    @property
    def in_hand(self) -> Decimal:
        return self.sum("paid") - self.sum("moved") - self.sum("refunded")


def act(one: Invoice, ledger: Ledger, kind: str, amount: Decimal) -> Invoice:
    """The invoice and its ledger after an act, where it is one that the actions allow."""
    match kind:
        case "paid" if one.state != "void":
            ledger.entries["paid"].append(amount)
            return one.changed(paid=amount)
        case "reversed" if ledger.entries["paid"] and one.paid >= ledger.entries["paid"][-1]:
            return one.changed(paid=-ledger.entries["paid"].pop())
        case "moved" if amount <= one.surplus:
            ledger.entries["moved"].append(amount)
            return one.changed(paid=-amount).model_copy(update={"moved": one.moved + amount})
        case "credited" if one.state != "void" and amount <= one.creditable:
            ledger.entries["credited"].append(amount)
            after = one.changed(credited=amount)
            ledger.is_void = after.state == "void"
            return after
        case "refunded" if amount <= one.refundable:
            ledger.entries["refunded"].append(amount)
            return one.changed(refunded=amount)
        case "written_off" if one.state == "open" and amount <= one.open_amount:
            ledger.entries["written_off"].append(amount)
            return one.changed(written_off=amount)
        case "asked_again" if ledger.entries["written_off"]:
            return one.changed(written_off=-ledger.entries["written_off"].pop())
        case "cancelled" if not one.paid:
            ledger.is_void = True
            return one.changed(is_cancelled=True)
    return one


def lived(told: list[tuple[str, Decimal]]) -> tuple[Invoice, Ledger]:
    one, ledger = invoice("120.00"), Ledger()
    for kind, amount in told:
        one = act(one, ledger, kind, amount)
    return one, ledger


@given(acts)
def test_what_is_open_is_what_is_owed_less_what_is_in_hand(told: list[tuple[str, Decimal]]) -> None:
    one, ledger = lived(told)
    assert one.open_amount == ledger.owed - ledger.in_hand
    assert one.surplus == max(ZERO, ledger.in_hand - ledger.owed)


@given(acts)
def test_the_state_says_whether_anything_is_open(told: list[tuple[str, Decimal]]) -> None:
    one, ledger = lived(told)
    assert (one.state == "void") == ledger.is_void
    if not ledger.is_void:
        assert (one.state == "open") == (one.open_amount > 0)


@given(acts, st.lists(amounts, max_size=6))
def test_no_more_is_ever_given_back_than_came_and_no_surplus_twice(
    told: list[tuple[str, Decimal]], wanted: list[Decimal]
) -> None:
    one, ledger = lived(told)
    surplus, in_hand, back = one.surplus, max(ZERO, ledger.in_hand), ZERO
    for amount in wanted:
        if amount <= one.refundable:
            one, back = one.changed(refunded=amount), back + amount
    assert back <= in_hand
    if surplus:
        assert back <= surplus


@given(acts, amounts)
def test_a_payment_that_is_reversed_leaves_everything_as_it_was(
    told: list[tuple[str, Decimal]], amount: Decimal
) -> None:
    before, _ = lived(told)
    if before.state == "void":
        return
    after = before.changed(paid=amount).changed(paid=-amount)
    assert (after.open_amount, after.paid, after.refundable) == (before.open_amount, before.paid, before.refundable)


def test_a_void_invoice_owes_nothing_and_gives_back_what_came() -> None:
    sums = {"refunded": ZERO, "credited": Decimal("20.00"), "written_off": ZERO, "is_void": True}
    assert open_amount(TOTAL, paid=ZERO, **sums) == 0  # type: ignore[arg-type]
    assert open_amount(TOTAL, paid=Decimal("50.00"), **sums) == -50  # type: ignore[arg-type]
    assert invoice(state="void", paid="50.00", credited="120.00").refundable == 50


def test_an_invoice_of_nothing_owes_nothing() -> None:
    assert invoice("0.00", state="paid").open_amount == 0
    assert invoice("0.00", state="paid").changed().state == "paid"
