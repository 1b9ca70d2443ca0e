"""Commission: the same events give the same cents, in whatever order they come."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.conversion.domain.commissions import (
    Accrual,
    Event,
    EventKind,
    Rates,
    Role,
    Split,
    accruals,
    check_splits,
    kept,
    standing_by,
    standings,
)

RATES = Rates()
NET, TOTAL = Decimal("83333.33"), Decimal("100000.00")
cents = st.integers(1, 3_000_000).map(lambda amount: Decimal(amount) / 100)
percents = st.lists(st.integers(1, 100), min_size=1, max_size=5).map(
    lambda parts: [Decimal(part * 100) / Decimal(sum(parts)) for part in parts]
)


def sold(net: Decimal = NET) -> Event:
    shares = accruals(net, RATES, sourced_by="caller", closed_by="anna")
    return Event(key="sold", kind="sold", amount=net, shares=shares)


def money(kind: EventKind, amount: Decimal | str, number: int = 0) -> Event:
    return Event(key=f"{kind}:{number}", kind=kind, amount=Decimal(amount), total=TOTAL)


def stands(*events: Event) -> dict[str, tuple[str, str, str]]:
    """Accrued, clawed back and vested by role."""
    return {
        role.value: (str(one.accrued), str(one.clawed_back), str(one.vested))
        for (_, role), one in standings(events).items()
    }


@st.composite
def fates(draw: st.DrawFn) -> list[Event]:
    """A sale with any payments, refunds, credit notes, and perhaps a cancellation."""
    kinds: list[EventKind] = draw(st.lists(st.sampled_from(["paid", "paid", "refunded", "credited"]), max_size=8))
    events = [money(kind, draw(cents), number) for number, kind in enumerate(kinds)]
    cancelled = [money("cancelled", TOTAL)] if draw(st.integers(0, 5)) == 0 else []
    return [sold(draw(cents)), *events, *cancelled]


@given(fates(), st.integers())
def test_the_same_events_in_any_order_give_the_same_cents(events: list[Event], seed: int) -> None:
    mixed = list(events)
    random.Random(seed).shuffle(mixed)
    assert standings(mixed) == standings(events)


@given(fates())
def test_nobody_is_ever_paid_more_than_he_earned_nor_owes_more_than_he_got(events: list[Event]) -> None:
    for standing in standings(events).values():
        earned = standing.accrued + standing.clawed_back
        assert 0 <= earned <= standing.accrued
        assert 0 <= standing.vested <= earned


@given(fates())
def test_what_is_written_event_by_event_is_what_the_whole_gives(events: list[Event]) -> None:
    """The ledger appends differences; their sum is the standing, however the sale went on."""
    ledger: dict[tuple[object, str], Decimal] = {}
    for number in range(1, len(events) + 1):
        for who, standing in standings(events[:number]).items():
            for kind in ("accrued", "clawed_back", "vested"):
                written = ledger.get((who, kind), Decimal(0))
                ledger[who, kind] = written + (getattr(standing, kind) - written)
    for who, standing in standings(events).items():
        assert {kind: ledger[who, kind] for kind in ("accrued", "clawed_back", "vested")} == standing.model_dump()


@given(cents, percents)
def test_the_parts_of_a_split_add_up_to_the_whole_to_the_cent(net: Decimal, parts: list[Decimal]) -> None:
    parts[-1] = 100 - sum(parts[:-1])
    splits = [Split(person=f"p{n}", role=Role.CLOSED, percent=part) for n, part in enumerate(parts)]
    whole = accruals(net, RATES, sourced_by=None, closed_by="anna")[0].amount
    shared = accruals(net, RATES, sourced_by=None, closed_by="anna", splits=splits)
    assert sum(share.amount for share in shared) == whole
    assert all(share.amount >= 0 for share in shared)


def test_part_payments_vest_in_proportion_and_add_up_to_the_cent() -> None:
    third = Decimal("33333.33")
    first = stands(sold(), money("paid", third, 1))["closed"]
    assert first == ("4166.67", "0.00", "1388.89")
    thirds = [money("paid", third, n) for n in range(3)]
    rest = money("paid", "0.01", 9)
    assert stands(sold(), *thirds, rest)["closed"] == ("4166.67", "0.00", "4166.67")


def test_too_much_money_vests_no_more_than_everything() -> None:
    assert stands(sold(), money("paid", "250000.00"))["closed"] == ("4166.67", "0.00", "4166.67")


def test_commission_is_right_after_refunds_and_reversals_of_every_kind() -> None:
    # OCA/commission has got refunds wrong again and again for ten years.
    paid = money("paid", TOTAL)
    half = Decimal("50000.00")
    assert stands(sold(), paid, money("refunded", half))["closed"] == ("4166.67", "-2083.33", "2083.34")
    # A credit note and the refund of the same money are one reversal, not two.
    both = stands(sold(), paid, money("credited", half), money("refunded", half))
    assert both["closed"] == ("4166.67", "-2083.33", "2083.34")
    assert stands(sold(), paid, money("credited", TOTAL))["closed"] == ("4166.67", "-4166.67", "0.00")
    assert stands(sold(), paid, money("cancelled", TOTAL))["sourced"] == ("1666.67", "-1666.67", "0.00")
    assert stands(sold(), money("cancelled", TOTAL))["closed"] == ("4166.67", "-4166.67", "0.00")
    # Money that comes for a sale that is undone vests nothing.
    assert stands(sold(), money("cancelled", TOTAL), paid)["closed"] == ("4166.67", "-4166.67", "0.00")


def test_money_heard_of_before_the_sale_counts_once_the_sale_is_known() -> None:
    assert stands(money("paid", TOTAL)) == {}
    assert stands(money("paid", TOTAL), sold())["closed"] == ("4166.67", "0.00", "4166.67")


def test_closing_is_paid_higher_than_sourcing_and_keeping_is_its_own_role() -> None:
    shares = {share.role: share for share in accruals(NET, RATES, sourced_by="caller", closed_by="anna")}
    assert shares[Role.CLOSED].amount > shares[Role.SOURCED].amount
    assert kept(NET, RATES, "olha") == [
        Accrual(person="olha", role=Role.KEPT, percent=Decimal("1"), amount=Decimal("833.33"))
    ]
    with pytest.raises(ValueError, match="closing"):
        Rates(sourced=Decimal(5), closed=Decimal(5))


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        ([("a", Role.CLOSED, 60), ("b", Role.CLOSED, 30)], "must add up to 100"),
        ([("a", Role.CLOSED, 50), ("a", Role.CLOSED, 50)], "named twice"),
        ([("a", Role.KEPT, 100)], "before the win"),
    ],
)
def test_splits_that_cannot_be_are_refused_in_words(parts: list[tuple[str, Role, int]], wrong: str) -> None:
    splits = [Split(person=person, role=role, percent=Decimal(percent)) for person, role, percent in parts]
    assert wrong in (check_splits(splits) or "")


def test_nobody_is_paid_a_part_of_a_yen() -> None:
    yen = Decimal(1)
    shares = accruals(Decimal("12345.00"), Rates(), sourced_by="caller", closed_by="anna", unit=yen)
    assert [share.amount for share in shares] == [Decimal("247.00"), Decimal("617.00")]
    paid = Event(key="p", kind="paid", amount=Decimal("4000.00"), total=Decimal("12345.00"))
    assert {one.vested for one in standing_by(shares, [paid], yen).values()} == {Decimal("80.00"), Decimal("200.00")}
