"""What became of a sale by its money: in any order, and by rules that hold whatever happens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.conversion.domain.commission_book import Book, Invoiced, Place
from services.conversion.domain.commissions import Accrual, Event, EventKind, Rates, Role, Split, accruals, of_net
from services.conversion.domain.corrected_orders import Beginning
from services.conversion.domain.sale_money import Fate, fate

TOTAL, START = Decimal("1200.00"), datetime(2026, 5, 4, tzinfo=UTC)
KYIV = ZoneInfo("Europe/Kyiv")
Told = Sequence[tuple[EventKind, str | Decimal]]
sums = st.sampled_from(["0.01", "100.00", "300.00", "399.99", "400.00", "600.00", "1200.00", "1500.00"]).map(Decimal)


def story(told: Told) -> list[Event]:
    """These events, a day after each other."""
    return [
        Event(key=f"{n}", kind=kind, amount=Decimal(amount), total=TOTAL, at=START + timedelta(days=n))
        for n, (kind, amount) in enumerate(told)
    ]


def became(*told: tuple[EventKind, str]) -> tuple[Decimal, Decimal]:
    """What is left, and what is paid of it."""
    found = fate(story(told))
    return found.left, found.paid


def of(kind: str, events: Sequence[Event]) -> Decimal:
    return sum((event.amount for event in events if event.kind == kind), Decimal(0))


@st.composite
def stories(draw: st.DrawFn) -> list[Event]:
    """Payments, refunds of at most what is there, and credit notes of at most the invoice, as tier 3 lets them be."""
    told: list[tuple[EventKind, Decimal]] = []
    for kind in draw(st.lists(st.sampled_from(["paid", "paid", "refunded", "credited"]), max_size=9)):
        amount, events = draw(sums), story(told)
        if kind == "refunded" and amount > of("paid", events) - of("refunded", events):
            continue
        if kind == "credited" and amount > TOTAL - of("credited", events):
            continue
        told.append((kind, amount))  # type: ignore[arg-type]
    return story(told)


@given(st.data(), stories())
def test_a_sale_becomes_the_same_in_whatever_order_it_is_heard_of(data: st.DataObject, events: list[Event]) -> None:
    assert fate(data.draw(st.permutations(events))) == fate(events)


@given(stories())
def test_what_waits_is_what_is_open_and_once_an_invoice_is_settled_nothing_waits(events: list[Event]) -> None:
    found, still_open = fate(events), max(Decimal(0), TOTAL - of("paid", events) - of("credited", events))
    assert 0 <= found.paid <= found.left <= max(TOTAL, found.whole)
    if events:
        assert found.left - found.paid == min(found.left, still_open)


@given(stories())
def test_what_is_in_hand_is_never_less_than_what_counts_as_paid(events: list[Event]) -> None:
    assert fate(events).paid <= of("paid", events) - of("refunded", events)


@given(stories(), sums)
def test_a_payment_that_went_back_whole_never_was(events: list[Event], twice: Decimal) -> None:
    if of("paid", events) - of("refunded", events) < TOTAL:
        return
    more = story([*((event.kind, event.amount) for event in events), ("paid", twice), ("refunded", twice)])
    assert fate(more) == fate(events)


@given(stories())
def test_without_credit_notes_only_what_is_in_hand_or_open_is_left(events: list[Event]) -> None:
    uncredited = [event for event in events if event.kind != "credited"]
    paid, refunded = of("paid", uncredited), of("refunded", uncredited)
    if uncredited:
        assert fate(uncredited).left == max(0, TOTAL - max(0, refunded - max(0, paid - TOTAL)))


def test_a_refund_of_what_is_overpaid_undoes_nothing_and_any_other_is_a_part_of_its_own() -> None:
    assert became(("paid", "1500"), ("refunded", "300")) == (1200, 1200)
    assert became(("paid", "1500"), ("refunded", "400")) == (1100, 1100)
    assert became(("paid", "1200"), ("credited", "400"), ("refunded", "300")) == (800, 800)
    assert became(("paid", "1200"), ("refunded", "300"), ("credited", "400")) == (500, 500)
    assert became(("credited", "300"), ("paid", "900"), ("refunded", "300")) == (600, 600)


def test_a_credit_note_is_the_paper_of_the_refunds_before_it_that_it_equals() -> None:
    assert became(("paid", "1200"), ("refunded", "300"), ("credited", "300")) == (900, 900)
    assert became(("paid", "1200"), ("refunded", "200"), ("refunded", "100"), ("credited", "300")) == (900, 900)
    assert became(("paid", "1200"), ("refunded", "400"), ("refunded", "300"), ("credited", "300")) == (500, 500)
    # What was not paid in the first place cannot have been left overpaid.
    assert became(("paid", "900"), ("refunded", "300"), ("credited", "300")) == (600, 600)


def test_several_credit_notes_may_be_the_paper_of_one_refund() -> None:
    assert became(("paid", "1200"), ("refunded", "300"), ("credited", "100"), ("credited", "200")) == (900, 900)
    assert became(
        ("paid", "1200"), ("refunded", "250"), ("refunded", "50"), ("credited", "100"), ("credited", "200")
    ) == (900, 900)
    # One of its own sum is the nearest.
    assert became(
        ("paid", "1200"), ("refunded", "300"), ("credited", "100"), ("credited", "300")
    ) == (800, 800)  # fmt: skip


@pytest.mark.parametrize("notes", [("300",), ("100", "200")])
def test_a_refund_and_its_paper_of_one_moment_are_one_part(notes: tuple[str, ...]) -> None:
    moments = {"paid": START, "refunded": START + timedelta(days=1), "credited": START + timedelta(days=1)}
    told: Told = [("credited", one) for one in notes]
    at_once = [
        event.model_copy(update={"at": moments[event.kind]})
        for event in story([*told, ("refunded", "300"), ("paid", "1200")])
    ]
    assert fate(at_once) == Fate(Decimal(900), Decimal(900), TOTAL)


def test_a_bounce_is_not_mistaken_for_a_part_when_another_part_is_credited_later() -> None:
    bounced: Told = [("paid", "1200"), ("refunded", "1200"), ("paid", "1200")]
    assert fate(story([*bounced, ("credited", "400"), ("refunded", "300")])) == Fate(Decimal(800), Decimal(800), TOTAL)
    assert fate(story([*bounced, ("refunded", "400"), ("credited", "300")])) == Fate(Decimal(500), Decimal(500), TOTAL)


shares = st.lists(st.integers(1, 99), min_size=1, max_size=4).map(
    lambda parts: accruals(
        Decimal("1000.00"), Rates(), sourced_by="caller", closed_by="anna",
        splits=[
            Split(person=f"p{n}", role=Role.CLOSED, percent=percent)
            for n, percent in enumerate([Decimal(part) * 100 / sum(parts) for part in parts])
        ],
    )
)  # fmt: skip


@given(st.data(), stories(), shares, st.integers(0, 40))
def test_a_ledger_written_event_by_event_in_any_order_is_the_one_computed_from_the_final_facts(
    data: st.DataObject, events: list[Event], parts: list[Accrual], apart: int
) -> None:
    """Month by month and person by person, with events days or months apart, each told twice."""
    began = Beginning(
        sale_id="s", kind="sold", lead_id="1", deal_id="s", net=Decimal("1000.00"), currency="UAH", at=START,
        corrects=None, undone_at=None, policy_version=1, shares=parts,
    )  # fmt: skip
    events = [one.model_copy(update={"at": START + (one.at - START) * apart}) for one in events]
    written: dict[tuple[Place, str], Decimal] = {}
    heard: list[Event] = []
    for event in data.draw(st.permutations(events)):
        heard.append(event)
        for _ in range(2):
            for one in Book(began, [Invoiced(began, heard)], written).lacking(KYIV, None):
                key = (Place(one.person, one.role, one.kind), one.month)
                written[key] = written.get(key, Decimal(0)) + one.amount
    final = {
        (Place(one.person, one.role, one.kind), one.month): one.amount
        for one in Book(began, [Invoiced(began, events)]).lacking(KYIV, None)
    }
    if events:
        assert {key: amount for key, amount in written.items() if amount} == final


@given(shares, st.integers(1, 10_000_000))
def test_the_parts_of_a_corrected_order_add_up_to_its_share_to_the_cent(parts: list[Accrual], amount: int) -> None:
    net = Decimal(amount) / 100
    found = of_net(parts, net)
    assert [(one.person, one.role) for one in found] == [(one.person, one.role) for one in parts]
    whole = {one.role: one.amount for one in accruals(net, Rates(), sourced_by="caller", closed_by="anna")}
    assert {role: sum(one.amount for one in found if one.role is role) for role in whole} == whole


def test_a_reversed_payment_leaves_the_sale_standing_and_waiting_for_its_money() -> None:
    assert became(("paid", "1200"), ("reversed", "1200")) == (1200, 0)
    assert became(("paid", "1200"), ("reversed", "1200"), ("paid", "1200")) == (1200, 1200)
    assert became(("paid", "400"), ("paid", "800"), ("reversed", "400")) == (1200, 800)


def test_a_surplus_that_was_moved_to_another_invoice_is_no_refund() -> None:
    assert became(("paid", "1500"), ("reversed", "300")) == (1200, 1200)
    assert became(("paid", "1500"), ("reversed", "300"), ("refunded", "100")) == (1100, 1100)
    assert became(("paid", "1200"), ("credited", "300"), ("reversed", "300")) == (900, 900)


def test_a_reversal_heard_of_before_its_payment_ends_alike() -> None:
    assert became(("reversed", "1200"), ("paid", "1200")) == (1200, 0)
    assert became(("reversed", "1200")) == (1200, 0)


@given(stories().filter(bool), sums)
def test_reversing_a_payment_is_as_if_it_had_never_come(events: list[Event], amount: Decimal) -> None:
    told = [(event.kind, event.amount) for event in events]
    assert fate(story([*told, ("paid", amount), ("reversed", amount)])) == fate(events)
