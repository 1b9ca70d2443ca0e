"""When a meeting can be made, what follows a missed one, and which offer a sale rests on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from services.chassis.errors import Invalid
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
    [
        (["accepted", "sent"], 1),
        (["accepted", "accepted", "expired"], 2),
        (["superseded", "sent"], 2),
        (["rejected", "awaiting_approval"], None),
        ([], None),
    ],
)
def test_a_sale_rests_on_the_last_accepted_offer_or_else_on_the_last_one_sent(
    states: list[OfferState], version: int | None
) -> None:
    found = to_win([offer(number, state) for number, state in enumerate(states, start=1)])
    assert (found.version if found else None) == version
