"""When a meeting can be made, what follows a missed one, and which offer a sale rests on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from services.chassis.errors import Conflict, Invalid
from services.conversion.domain.meetings import after_missed, check_time
from services.conversion.domain.offers import Offer, OfferState, to_win

NOW = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("starts_in", "length", "field"),
    [
        (timedelta(0), HOUR, "starts_at"),
        (-HOUR, HOUR, "starts_at"),
        (HOUR, timedelta(0), "ends_at"),
        (HOUR, -HOUR, "ends_at"),
        (HOUR, 12 * HOUR + timedelta(minutes=1), "ends_at"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused_by_field(starts_in: timedelta, length: timedelta, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_time(NOW + starts_in, NOW + starts_in + length, NOW)
    assert refused.value.field == field


def test_a_meeting_lasts_up_to_twelve_hours() -> None:
    check_time(NOW + HOUR, NOW + 13 * HOUR, NOW)


def test_after_a_second_missed_meeting_somebody_calls() -> None:
    assert [after_missed(times) for times in (0, 1)] == ["arrange another meeting"] * 2
    assert after_missed(2) == "call; if nobody answers, let the deal sleep"


def offer(version: int, state: OfferState) -> Offer:
    amounts = dict.fromkeys(
        ("discount_percent", "effective_discount", "tax_percent", "subtotal", "discount", "net", "tax", "total"),
        Decimal(0),
    )
    return Offer(
        id=str(version), deal_id="d", number="2026-000001", version=version, state=state, lines=[], taxes=[],
        currency="UAH", valid_until=NOW, approve_by=None, warn_at=None, created_by="anna", created_at=NOW, sent_at=NOW,
        **amounts,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("states", "version"),
    [(["superseded", "sent"], 2), (["superseded", "accepted"], 2), (["expired", "rejected", "sent"], 3)],
)
def test_a_sale_rests_on_the_one_offer_that_is_open(states: list[OfferState], version: int) -> None:
    offers = [offer(number, state) for number, state in enumerate(states, start=1)]
    assert to_win(offers, NOW - timedelta(seconds=1)).version == version


@pytest.mark.parametrize(
    ("states", "code"),
    [
        (["accepted", "sent"], "which_offer"),
        (["accepted", "accepted"], "which_offer"),
        (["accepted", "expired"], "offer_expired"),
        (["superseded", "superseded"], "offer_superseded"),
        (["accepted", "rejected"], "offer_rejected"),
        (["rejected", "awaiting_approval"], "awaiting_approval"),
    ],
)
def test_a_sale_asks_where_it_is_not_plain_which_offer_is_meant(states: list[OfferState], code: str) -> None:
    offers = [offer(number, state) for number, state in enumerate(states, start=1)]
    with pytest.raises(Conflict) as refused:
        to_win(offers, NOW - timedelta(seconds=1))
    assert refused.value.code == code
    # Whichever is open is taken if it is named.
    for one in refused.value.detail["offers"]:
        assert to_win(offers, NOW - timedelta(seconds=1), one["id"]).id == one["id"]


def test_an_offer_whose_time_is_over_carries_no_sale_and_an_accepted_one_does() -> None:
    with pytest.raises(Conflict, match="has expired"):
        to_win([offer(1, "sent")], NOW)
    assert to_win([offer(1, "accepted")], NOW).id == "1"
    for wanted, field in (("another", "offer_id"), (None, "lines")):
        with pytest.raises(Invalid) as refused:
            to_win([offer(1, "sent")] if wanted else [], NOW, wanted)
        assert refused.value.field == field
