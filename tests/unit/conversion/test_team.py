"""The supervisor's team: shares, the order of what waits, and what a discount gives away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.conversion.domain.money import OfferLine
from services.conversion.domain.routing import Candidate
from services.conversion.domain.team import AskedOffer, MemberRow, approval_of, team_of
from services.conversion.domain.team_waiting import WaitingRow, in_order
from workflows.contracts.base import Money

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
KYIV = ZoneInfo("Europe/Kyiv")


def member(name: str, team: str | None = None, **values: Any) -> MemberRow:
    usual: dict[str, Any] = {"late": 0, "offers": 0, "answer_by": None, "questions": 0, "meetings": 0, "deals": 0}
    return MemberRow(id=name, name=name, team=team, **{**usual, **values})


def waits(kind: str, name: str, hours: float, **values: Any) -> WaitingRow:
    usual: dict[str, Any] = {
        "id": name, "deal_id": name, "company": name, "owner": "anna", "stage": None, "due": None, "text": None,
        "worth": None, "currency": None, "away": False,
    }  # fmt: skip
    return WaitingRow(kind=kind, since=NOON - timedelta(hours=hours), **{**usual, **values})


def test_shares_are_of_everybody_active_whatever_team_is_looked_at() -> None:
    routed = [
        Candidate(id="anna", assigned=3, weight=1, days=5, load=4, capacity=4),
        Candidate(id="vira", assigned=1, weight=3, days=5),
        Candidate(id="gone", assigned=9, active=False),
    ]
    rows = [(member("anna", "north"), None), (member("vira", late=2), None), (member("gone", active=False), None)]
    found = team_of(rows, routed, days=7)
    assert [one.row.id for one in found.members] == ["vira", "anna", "gone"], "who has most that is late, inactive last"
    anna = team_of(rows, routed, days=7, team="north").members[0]
    assert (anna.had, anna.share, anna.is_full) == (0.75, 0.25, True)
    assert team_of(rows, routed, days=7, team="unknown").team is None
    assert found.sums["late"] == 2


def test_the_oldest_day_comes_first_and_of_a_day_the_most_valuable() -> None:
    rows = [
        waits("step", "cheap today", 3, worth=Decimal(10)),
        waits("step", "dear today", 2, worth=Decimal(500)),
        waits("step", "yesterday", 20),
    ]
    found = in_order(rows, KYIV, NOON, 2)
    assert [row.id for row in found.rows] == ["yesterday", "dear today"]
    assert found.more == 1


def test_a_deal_stands_there_once_by_what_says_most_of_it() -> None:
    rows = [waits("step", "deal", 9), waits("question", "deal", 5), waits("stale", "deal", 90)]
    assert [row.kind for row in in_order(rows, KYIV, NOON, 9).rows] == ["question"]


@pytest.mark.parametrize(
    ("kind", "values", "act"),
    [
        ("step", {}, "remind"),
        ("step", {"away": True}, "hand_on"),
        ("question", {"away": True}, "hand_on"),
        ("offered", {"away": True}, "give_lead"),
        ("untaken", {"owner": None}, "give_lead"),
        ("unmanned", {"away": True}, "find"),
        ("reply", {}, "list"),
    ],
)
def test_what_its_owner_can_do_they_are_asked_for_and_the_rest_goes_to_others(
    kind: str, values: dict[str, Any], act: str
) -> None:
    assert waits(kind, "deal", 1, **values).act == act


def test_what_has_no_time_of_its_own_is_late_after_an_hour() -> None:
    assert not waits("reply", "deal", 0.5).is_late(NOON)
    assert waits("reply", "deal", 2).is_late(NOON)
    assert not waits("offered", "deal", 2, due=NOON + timedelta(minutes=1)).is_late(NOON)


def test_a_discount_gives_away_what_it_comes_to_below_the_catalogue() -> None:
    line = OfferLine(
        product_id="x", description="x", quantity=Decimal(2), unit_price=Money(amount=Decimal(90), currency="UAH"),
        list_price=Money(amount=Decimal(100), currency="UAH"),
    )  # fmt: skip
    offer = AskedOffer(
        id="o", deal_id="d", number="1", version=1, state="awaiting_approval", lines=[line], created_by="anna",
        discount_percent=Decimal(10), effective_discount=Decimal(19), taxes=[], tax_percent=Decimal(20), sent_at=None,
        subtotal=Decimal(180), discount=Decimal(18), net=Decimal(162), tax=Decimal(0), total=Decimal(162),
        currency="UAH", valid_until=NOON, approve_by=None, warn_at=None, created_at=NOON, company="x", owner="vira",
        policy_version=1,
    )  # fmt: skip
    asked = approval_of(offer, Decimal(10))
    assert asked.given_away == Decimal(38)
    assert asked.judged.percent == Decimal(19)
    assert [asked.is_own(person) for person in ("anna", "vira", "boss")] == [True, True, False]
