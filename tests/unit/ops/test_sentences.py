"""How the tiers tell their records: plain words, no doubled labels, no number of anybody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.account_mgmt.domain import lead_story as tier_3
from services.account_mgmt.domain.telling import Telling as TellingOf3
from services.chassis.stories import Fact
from services.conversion.domain import story as tier_2
from services.lead_gen.domain import story as tier_1

ZONE = ZoneInfo("Europe/Kyiv")
NOW = datetime(2026, 11, 24, 8, 2, tzinfo=UTC)
CALL = {"attempt": 1, "note": None, "reason": None, "question": None, "needs": None, "callback_at": None,
        "not_followed": None, "next_at": None}  # fmt: skip


def fact(kind: str, by: str | None = None, **facts: Any) -> Fact:
    return Fact(at=NOW, ref="r", kind=kind, by=by, facts=facts)


def by_tier_1(kind: str, by: str | None = None, **facts: Any) -> tuple[str, str | None]:
    event = tier_1.told(fact(kind, by, **facts), tier_1.Telling(zone=ZONE, max_attempts=6))
    return event.words, event.why


def by_tier_2(kind: str, by: str | None = None, **facts: Any) -> tuple[str, str | None]:
    event = tier_2.told(fact(kind, by, **facts), tier_2.Telling(zone=ZONE, names={"taras": "Тарас М.", "inna": "Інна"}))
    return event.words, event.why


def by_tier_3(kind: str, by: str | None = None, **facts: Any) -> tuple[str, str | None]:
    event = tier_3.told(fact(kind, by, **facts), TellingOf3(zone=ZONE))
    return event.words, event.why


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"outcome": "no_answer", "next_at": "2026-11-24T08:47:00+00:00"},
         "Called by Ольга Р.: no answer (attempt 1 of 6); next try at +45 min"),
        ({"outcome": "busy", "next_at": "2026-11-25T08:00:00+00:00"},
         "Called by Ольга Р.: busy (attempt 1 of 6); next try at 2026-11-25 10:00"),
        ({"outcome": "callback", "callback_at": "2026-11-24T13:00:00+00:00"},
         "Called by Ольга Р.: they asked to be called back at 15:00"),
        ({"outcome": "interested", "needs": "2 pallets a week to Gdańsk"},
         "Called by Ольга Р.: interested: “2 pallets a week to Gdańsk”. Handed over to tier 2"),
        ({"outcome": "hard_question", "question": "Who insures it?"},
         "Called by Ольга Р.: a hard question, which tier 2 answers: “Who insures it?”. Handed over to tier 2"),
        ({"outcome": "interested", "not_followed": "inbound"},
         "Called by Ольга Р.: interested. Nothing came of it: they had called us meanwhile"),
    ],
)  # fmt: skip
def test_a_call_is_told_with_what_follows(facts: dict[str, Any], words: str) -> None:
    assert by_tier_1("call", "Ольга Р.", **{**CALL, **facts})[0] == words


@pytest.mark.parametrize(
    ("state", "known", "words"),
    [
        ("answered", True, "They called us: put through to tier 3, Олег"),
        (
            "missed",
            False,
            "They called us and nobody answered: tier 3, Олег was to call back. The number was new to us",
        ),
    ],
)
def test_an_inbound_call_is_told_with_where_it_went(state: str, known: bool, words: str) -> None:
    facts = {"state": state, "routed_to": "account_mgmt", "owner": "Олег", "known": known, "note": None}
    assert by_tier_1("inbound", "pbx", **facts)[0] == words


def test_a_merge_and_an_erasure_are_told() -> None:
    merge = by_tier_1("merge", "boss", kept="a", gone="b", other="Steel B", undone_by=None)
    assert merge[0] == "Merged with “Steel B” by boss: they are one company"
    assert by_tier_1("place", None, stage="erased", campaign=None)[0].startswith("Erased")
    assert by_tier_1("audit", "boss", action="erase", facts={"basis": "art. 17"}) == (
        "Erasure was asked for by boss", "art. 17")  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "by", "facts", "words", "why"),
    [
        ("offered", "routing",
         {"manager": "taras", "accept_by": "2026-11-24T08:32:00Z", "why": "fair share", "text": ""},
         "Offered to Тарас М. until 10:32", "fair share"),
        ("declined", "taras", {"text": "no time"}, "Declined by Тарас М.", "no time"),
        ("expired", "policy", {"manager": "taras", "text": ""}, "Тарас М. did not answer in time", None),
        ("taken_over", "boss", {"from": "taras", "to": "inna", "text": "inna takes over: ill"},
         "Інна takes over from Тарас М. (boss)", "ill"),
        ("asleep", "taras", {"text": "next season", "return_at": "2027-03-01T08:00:00Z"},
         "Put to sleep until 2027-03-01 10:00 (Тарас М.)", "next season"),
        ("meeting_held", "taras", {"text": "meeting held: agreed"}, "Meeting held: agreed (Тарас М.)", None),
        ("offer_sent", "taras", {"text": "offer 2026-000012345 sent: 141600.00 UAH"},
         "Offer 2026-000012345 sent: 141600.00 UAH (Тарас М.)", None),
        ("note", "taras", {"text": "ring +380 44 200 00 00"}, "Note: ring [phone] (Тарас М.)", None),
        ("won", "taras", {"text": "won: 900.00 UAH before tax"}, "Won: 900.00 UAH before tax (Тарас М.)", None),
        ("promise_late", "policy", {"text": "the promised call is late"}, "The promised call is late", None),
    ],
)  # fmt: skip
def test_a_deal_is_told_in_names_and_plain_words(
    kind: str, by: str, facts: dict[str, Any], words: str, why: str | None
) -> None:
    assert by_tier_2(kind, by, **facts) == (words, why)


@pytest.mark.parametrize(
    ("kind", "by", "facts", "words"),
    [
        ("order", "Олег", {"number": "SO-1", "total": "120.00", "currency": "UAH", "state": "placed", "source": "nudge",
                           "note": None, "reason": None}, "Order SO-1 over 120,00 UAH, after a reminder (Олег)"),
        ("order_invoice", None,
         {"number": "LR-1", "total": "120.00", "currency": "UAH", "due_at": "2026-12-08T08:00:00Z"},
         "Invoice LR-1 over 120,00 UAH, due 2026-12-08 10:00"),
        ("dunning", None, {"number": "LR-1", "level": 2, "way": "mail"}, "Payment reminder 2 of LR-1, by mail"),
        ("answer", "Олег", {"outcome": "left", "note": None}, "Asked about their next purchase: they leave us (Олег)"),
        ("owner", "policy", {"manager": "Галина Д."}, "Галина Д. looks after them"),
        ("merge", "boss", {"other": "Steel B", "kept": True, "undone_by": None},
         "Took over the customer “Steel B” (boss)"),
    ],
)  # fmt: skip
def test_a_customer_is_told_in_sums_and_plain_words(kind: str, by: str | None, facts: Any, words: str) -> None:
    assert by_tier_3(kind, by, **facts)[0].replace("\N{NO-BREAK SPACE}", " ") == words
