"""Whose money it is: numbers in what payers write, payers that are known, and doubts that stay doubts."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.account_mgmt.domain.bank.matching import Decision, InvoiceBalance, Ledger, plain_name, split
from services.account_mgmt.domain.bank.numbers import invoices_in, orders_in, short_in
from services.account_mgmt.domain.bank.transfers import Transfer
from services.chassis.web.words import told_in

NOW = datetime(2030, 5, 6, tzinfo=UTC)
IBAN = "UA111111111111111111111111111"


def number(count: int) -> str:
    return f"LR-2030-{count:06d}"


def owed(count: int, amount: str = "100.00", customer: str = "a", **more: object) -> InvoiceBalance:
    fields = {"currency": "UAH", "due_at": NOW + timedelta(days=count), **more}
    known = {"id": str(count), "number": number(count), "customer_id": customer, "open_amount": Decimal(amount)}
    return InvoiceBalance.of({**known, **fields})


def transfer(amount: str = "100.00", purpose: str = "", **more: object) -> Transfer:
    fields = {"line": 1, "account": "UA0", "booked_on": date(2030, 5, 6), "currency": "UAH", **more}
    return Transfer(amount=Decimal(amount), purpose=purpose, **fields)  # type: ignore[arg-type]


def decide(one: Transfer, *invoices: InvoiceBalance, payers: dict[str, set[str]] | None = None) -> Decision:
    return Ledger(invoices, payers or {}, ["LR"]).decide(one)


def paid(decision: Decision) -> list[tuple[str, str]]:
    return [(one.id, str(share)) for one, share in decision.shares]


@pytest.mark.parametrize(
    "text",
    [
        "LR-2030-000042", "lr-2030-000042", "LR 2030 000042", "lr2030000042", "рах.№LR/2030/42 від 6.05",
        "LR–2030–000042", "LR_2030_042", "оплата LR- 2030 -000042, у т.ч. ПДВ", "LR2030000042ОТ 05.05",
    ],
)  # fmt: skip
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert invoices_in(text, ["LR"]) == ["LR-2030-000042"]


def test_letters_of_a_ukrainian_keyboard_stand_for_the_latin_ones_they_look_like() -> None:
    assert invoices_in("рах. АВСЕІОР-2030-000042", ["ABCEIOP"]) == ["ABCEIOP-2030-000042"]
    assert invoices_in("рах. авсеіор 2030 000042", ["ABCEIOP"]) == ["ABCEIOP-2030-000042"]


@pytest.mark.parametrize("text", ["LR-CN-2030-000042", "XLR-2030-000042", "LR-1999-000042", "LR203042", "000042", "LR"])
def test_another_number_is_not_taken_for_an_invoice(text: str) -> None:
    assert invoices_in(text, ["LR"]) == []


def test_several_invoices_are_paid_in_order_of_their_due_dates_and_too_much_stays_on_the_last() -> None:
    text = f"{number(2)}, {number(1)}"
    assert paid(decide(transfer("150.00", text), owed(1), owed(2))) == [("1", "100.00"), ("2", "50.00")]
    assert paid(decide(transfer("250.00", text), owed(1), owed(2))) == [("1", "100.00"), ("2", "150.00")]


@pytest.mark.parametrize(
    ("invoices", "why"),
    [
        ([owed(1, currency="EUR")], "is in EUR"),
        ([owed(1, state="void")], "is void"),
        ([owed(1, "0.00", state="paid")], "is paid"),
        ([owed(2)], "is not known"),
        ([owed(1), owed(3, customer="b")], "different customers"),
        ([owed(1, "60.00"), owed(3, "60.00", state="paid")], "more money"),
    ],
)
def test_a_named_invoice_that_cannot_be_paid_is_left_to_a_person(invoices: list[InvoiceBalance], why: str) -> None:
    found = decide(transfer("100.00", f"{number(1)} {number(3) if len(invoices) > 1 else ''}"), *invoices)
    assert found.shares == ()
    assert why in found.reason


def test_a_known_account_with_the_amount_of_one_invoice_pays_it() -> None:
    found = decide(transfer(payer_iban=IBAN), owed(1), owed(2, "90.00"), owed(3, customer="b"), payers={IBAN: {"a"}})
    assert paid(found) == [("1", "100.00")]


def test_a_known_tax_id_or_name_does_as_well() -> None:
    invoices = owed(1, tax_id="123", company="ТОВ «Вітер»"), owed(2, customer="b", tax_id="456", company="ПП Хвиля")
    assert paid(decide(transfer(payer_tax_id="123"), *invoices)) == [("1", "100.00")]
    assert paid(decide(transfer(payer_name='Вітер", ТОВ'), *invoices)) == [("1", "100.00")]


def test_an_account_of_many_payers_is_told_by_the_tax_id() -> None:
    invoices = owed(1, tax_id="123"), owed(2, customer="b", tax_id="456")
    found = decide(transfer(payer_iban=IBAN, payer_tax_id="456"), *invoices, payers={IBAN: {"a"}})
    assert paid(found) == [("2", "100.00")]


def test_two_invoices_of_this_amount_are_a_doubt_with_both_as_candidates() -> None:
    found = decide(transfer(payer_iban=IBAN), owed(1), owed(2), payers={IBAN: {"a"}})
    assert found.shares == ()
    assert [one.invoice_id for one in found.candidates] == ["1", "2"]


def test_an_unknown_payer_is_a_doubt_even_with_a_single_invoice_of_this_amount() -> None:
    found = decide(transfer(payer_name="somebody"), owed(1, company="ТОВ Вітер"))
    assert (found.shares, [one.invoice_id for one in found.candidates]) == ((), ["1"])


def test_what_one_transfer_paid_is_not_paid_again_by_the_next() -> None:
    ledger = Ledger([owed(1)], {}, ["LR"])
    first = ledger.decide(transfer(purpose=number(1), payer_iban=IBAN))
    ledger.book(transfer(payer_iban=IBAN), first)
    again = ledger.decide(transfer(purpose=number(1)))
    assert (again.shares, again.reason) == ((), f"{number(1)} is paid")


def test_an_account_is_known_from_the_next_row_on() -> None:
    ledger = Ledger([owed(1), owed(2, "70.00")], {}, ["LR"])
    one = transfer(purpose=number(1), payer_iban=IBAN)
    ledger.book(one, ledger.decide(one))
    assert paid(ledger.decide(transfer("70.00", payer_iban=IBAN))) == [("2", "70.00")]


def test_names_are_compared_without_form_and_signs() -> None:
    assert plain_name("ТОВ «Вітер-2»") == plain_name('вітер 2, "ТОВ"') == "ВІТЕР 2"


CENTS = st.decimals("0.01", 500, places=2)


@given(CENTS, st.lists(CENTS, min_size=1, max_size=5))
def test_the_shares_of_a_transfer_are_its_amount_and_never_more(amount: Decimal, open_amounts: list[Decimal]) -> None:
    shares = split(amount, [owed(n, str(each)) for n, each in enumerate(open_amounts)])
    assert sum(share for _, share in shares) == amount
    assert all(share > 0 for _, share in shares)
    assert all(share <= one.open_amount for one, share in shares[:-1])


@given(
    st.lists(st.tuples(CENTS, st.lists(st.integers(0, 5), max_size=3), st.sampled_from(["", IBAN])), max_size=12),
    st.lists(st.tuples(CENTS, st.sampled_from("ab"), st.sampled_from(["open", "paid", "void"])), max_size=5),
)
def test_no_run_of_transfers_books_more_than_came(
    rows: list[tuple[Decimal, list[int], str]], invoices: list[tuple[Decimal, str, str]]
) -> None:
    ledger = Ledger([owed(n, str(a), c, state=s) for n, (a, c, s) in enumerate(invoices)], {}, ["LR"])
    for amount, named, account in rows:
        one = transfer(str(amount), " ".join(map(number, named)), payer_iban=account)
        decision = ledger.decide(one)
        assert sum(share for _, share in decision.shares) in (0, amount)
        assert all(invoice.state == "open" and invoice.open_amount > 0 for invoice, _ in decision.shares)
        ledger.book(one, decision)


def test_an_order_of_the_old_system_that_is_named_tells_whose_money_it_is() -> None:
    ledger = Ledger([owed(1, customer="a"), owed(2, customer="b")], {}, ["LR"], {"SO/2024-17": {"b"}})
    named = ledger.decide(transfer(purpose="замовлення so/2024-17"))
    assert "order SO/2024-17 is named" in named.reason
    assert paid(named) == [("2", "100.00")]
    assert "order" not in ledger.decide(transfer(purpose="SO/2024-18")).reason


@pytest.mark.parametrize(
    ("purpose", "numbers"),
    [
        ("Order A-17 paid", ["A-17"]),
        ("Оплата за замовлення № 10045, 120 UAH", ["10045"]),
        ("Payment 1001 UAH 2026", []),
        ("Bestellung SO/2024/17.", ["SO/2024/17"]),
        ("on 2026-01-31", []),
    ],
)
def test_numbers_of_orders_are_read_and_sums_years_and_days_are_none(purpose: str, numbers: list[str]) -> None:
    assert orders_in(purpose) == numbers


@pytest.mark.parametrize(
    ("purpose", "counts"),
    [
        ("RE LR-2026-00 0012", [12]),
        ("LR-2026-00001 2", [12]),
        ("LR-2026-5 12", [5]),
        ("LR-2026-000005, 000006 + 000007", [5, 6, 7]),
        ("рахунки LR-2026-000005 та 000006", [5, 6]),
        ("LR-2026-000005, 000100.00", [5]),
        ("LR-2026-000005/12.03.2026", [5]),
    ],
)
def test_a_number_that_the_bank_broke_and_those_behind_it_are_read_whole(purpose: str, counts: list[int]) -> None:
    assert invoices_in(purpose, ["LR"]) == [f"LR-2026-{count:06d}" for count in counts]


@pytest.mark.parametrize(
    "why",
    [
        "the payer's account is known; 2 open invoices have this amount",
        "the payer is not known; no invoice is named",
        "order A-17 is named in the purpose; the amount is that of this invoice alone",
        "LR-2026-000001 is not known; LR-2026-000002 is paid; LR-2026-000003 is void",
        "LR-2026-000001 is in EUR, the money in UAH; LR-2026-000002 is not known",
        "more money than the open invoices; LR-2026-000002 is not known",
        "took back the payment of 2026-11-20 on LR-2026-000001, LR-2026-000002",
        "the bank took this back and names no payment of this amount: say which it was, or ignore it",
        "matched by a person",
        "named in the purpose; 1.20 UAH of LR-2026-000001 is left open: write it off if a bank kept it",
    ],
)
def test_why_money_is_booked_or_waits_is_told_in_ukrainian(why: str) -> None:
    assert not re.search("[a-z]{3}", told_in("uk")(why))


@pytest.mark.parametrize(
    ("purpose", "counts"),
    [
        ("LR-2030-5/6", [(6,)]),
        ("LR-2030-000005, 6 und 7", [(6,), (7,)]),
        ("LR-2030-5 bis 7", [(6,), (7,)]),
        ("LR-2030-5-7", [(6,), (7,)]),
        ("рах. LR-2030-5 – 7", [(6,), (7,)]),
        ("LR-2030-000005 по 000007, 9 та 11", [(6,), (7,), (9,), (11,)]),
        ("LR-2030-5 t/m 6", [(6,)]),
        ("LR-2030-000125/26", [(26, 126)]),
        ("LR-2030-000098-101", [(99,), (100,), (101,)]),
        ("LR-2030-5, №6; №7", [(6,), (7,)]),
        ("LR-2030-000005/12.03.2030", []),
        ("LR-2030-000005, 100.00", []),
        ("LR-2030-000005, 120 UAH", []),
        ("LR-2030-000005, 6 Stück", []),
        ("LR-2030-000005 - LR-2030-000006", []),
        ("LR-2030-5 6", []),
    ],
)
def test_numbers_written_in_short_behind_a_whole_one_are_what_may_be_meant(
    purpose: str, counts: list[tuple[int, ...]]
) -> None:
    assert short_in(purpose, ["LR"]) == [tuple(map(number, place)) for place in counts]


@pytest.mark.parametrize(
    ("purpose", "amount", "shares"),
    [
        ("LR-2030-1/2", "190.00", [("1", "100.00"), ("2", "90.00")]),
        ("LR-2030-1 bis 3", "270.00", [("1", "100.00"), ("2", "90.00"), ("3", "80.00")]),
        ("LR-2030-000001, 2 und 3", "270.00", [("1", "100.00"), ("2", "90.00"), ("3", "80.00")]),
        # A count that is no open invoice of theirs names nothing: 4 is another customer's, 5 is paid, 6 is not there.
        ("LR-2030-1, 4, 5, 6", "100.00", [("1", "100.00")]),
        ("LR-2030-1, 3, 6", "180.00", [("1", "100.00"), ("3", "80.00")]),
    ],
)
def test_invoices_named_in_short_are_paid_if_the_sum_is_exactly_theirs(
    purpose: str, amount: str, shares: list[tuple[str, str]]
) -> None:
    assert paid(decide(transfer(amount, purpose), *several())) == shares


@pytest.mark.parametrize(
    ("purpose", "amount", "candidates"),
    [
        ("LR-2030-1/2", "150.00", ["1", "2"]),
        ("LR-2030-1/2", "100.00", ["1", "2"]),
        ("LR-2030-1 bis 3", "190.00", ["1", "2", "3"]),
    ],
)
def test_a_number_in_short_that_the_sum_does_not_bear_out_waits_with_all_that_may_be_meant(
    purpose: str, amount: str, candidates: list[str]
) -> None:
    found = decide(transfer(amount, purpose), *several())
    assert (found.shares, [one.invoice_id for one in found.candidates]) == ((), candidates)
    assert not re.search("[a-z]{3}", told_in("uk")(found.reason))


def several() -> list[InvoiceBalance]:
    """Three open invoices of one customer, one of another, and one that is paid."""
    mine = [owed(1), owed(2, "90.00"), owed(3, "80.00")]
    return [*mine, owed(4, "50.00", customer="b"), owed(5, "0.00", state="paid")]
