"""Meetings by the clock and the calendar: what can be said of them when, who can come, and who is told what."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from icalendar import Calendar

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, hand_over, tier_2, whose
from workflows.contracts.base import ContactCard, Tier
from workflows.contracts.conversion import CloseDeal, Stage

ADDRESS = {"maria": "maria@house.example", "petro": "petro@house.example"}
OFFICE = {"timezone": "Europe/Kyiv", "week": {day: [{"opens": "09:00", "closes": "18:00"}] for day in ("mon", "tue")}}
MONDAY = datetime(2030, 5, 6, 7, 0, tzinfo=UTC)
"""10:00 in Kyiv."""
WEDNESDAY = MONDAY + timedelta(days=2)


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("meeting_rules", tier=Tier.CONVERSION, policy="demo")) as tier:
        for one, address in ADDRESS.items():
            await tier.manager(one, email=address)
        yield tier


async def deal_of(tier: Tier2, person: str = "maria", **contact: Any) -> dict[str, Any]:
    lead_id = new_id()
    values = {"company": "Вітер", "contact_name": "Олена", "email": "olena@customer.example", "language": "en"}
    card = ContactCard(lead_id=lead_id, **{**values, **contact})
    # A lead is accepted at any hour; when they meet is a matter of office hours.
    await tier.pool.execute("UPDATE managers SET hours = NULL")
    deal = await tier.accepted(person, hand_over(lead_id, contact=card))
    await tier.pool.execute("UPDATE managers SET hours = $1", OFFICE)
    return deal


async def book(
    tier: Tier2, deal: dict[str, Any], at: datetime = MONDAY, person: str = "maria", *, status: int = 201, **body: Any
) -> dict[str, Any]:
    asked = {"starts_at": at.isoformat(), "duration_minutes": 60, **body}
    return await tier.post(f"/v1/deals/{deal['id']}/meetings", asked, person, status=status)


async def act(tier: Tier2, meeting: dict[str, Any], what: str, body: Any = None, **how: Any) -> dict[str, Any]:
    return await tier.post(f"/v1/meetings/{meeting['id']}/{what}", body or {}, how.pop("person", "maria"), **how)


async def mails_to(tier: Tier2, address: str) -> list[dict[str, Any]]:
    rows = await tier.pool.fetch("SELECT * FROM mails WHERE recipient = $1 ORDER BY id", address)
    return [dict(row) for row in rows]


async def entries_to(tier: Tier2, address: str) -> list[tuple[str, Any]]:
    """Method and event of each calendar entry that was mailed there."""
    found = []
    for mail in await mails_to(tier, address):
        for file in mail["attachments"]:
            parsed = Calendar.from_ical(base64.b64decode(file["content"]))
            found.append((str(parsed["METHOD"]), parsed.walk("VEVENT")[0]))
    return found


@pytest.mark.parametrize("what", ["held", "no-show"])
async def test_nothing_is_said_of_a_meeting_before_it_begins(tier: Tier2, what: str) -> None:
    deal = await deal_of(tier)
    meeting = await book(tier, deal)
    refused = await act(tier, meeting, what, status=409)
    assert (refused["code"], refused["starts_at"]) == ("too_early", "2030-05-06T07:00Z")
    assert "2030-05-06T07:00Z" in refused["detail"]
    await tier.pool.execute(
        "UPDATE meetings SET starts_at = now(), ends_at = now() + interval '1 hour' WHERE id = $1", meeting["id"]
    )
    assert (await act(tier, meeting, what))["state"] == what.replace("-", "_")


async def test_a_stage_that_asks_for_a_meeting_is_not_entered_by_one_that_has_not_begun(tier: Tier2) -> None:
    policy = (await tier.get("/v1/policies"))["items"][0]["body"]
    body = {**policy, "entry": {"offer": ["meeting_held"]}}
    await tier.post("/v1/policies", {"body": body}, status=201)
    deal = await deal_of(tier)
    meeting = await book(tier, deal)
    await act(tier, meeting, "held", status=409)
    refused = await tier.post(f"/v1/deals/{deal['id']}/stage", {"stage": "offer"}, "maria", status=409)
    assert (refused["code"], refused["missing"]) == ("not_qualified", ["meeting_held"])


@pytest.mark.parametrize("what", ["cancel", "reschedule"])
async def test_a_meeting_that_is_over_is_neither_moved_nor_cancelled(tier: Tier2, what: str) -> None:
    meeting = await book(tier, await deal_of(tier))
    await tier.began(meeting["id"])
    before = await mails_to(tier, "olena@customer.example")
    body = {"starts_at": (MONDAY + timedelta(days=1)).isoformat()} if what == "reschedule" else {}
    refused = await act(tier, meeting, what, body, status=409)
    assert refused["code"] == "meeting_over" and refused["ends_at"] in refused["detail"]
    assert await mails_to(tier, "olena@customer.example") == before


async def test_a_lost_deals_past_meetings_stay_and_only_coming_ones_are_called_off(tier: Tier2) -> None:
    deal = await deal_of(tier)
    past = await book(tier, deal)
    await tier.began(past["id"])
    coming = await book(tier, deal, MONDAY + timedelta(hours=3))
    await tier.activities.close_deal(
        CloseDeal(key="close", lead_id=deal["lead_id"], stage=Stage.LOST, reason="they said no")
    )
    found = (await tier.get(f"/v1/deals/{deal['id']}"))["meetings"]
    assert {one["id"]: one["state"] for one in found} == {past["id"]: "booked", coming["id"]: "cancelled"}
    cancelled = [str(event["UID"]) for method, event in await entries_to(tier, "olena@customer.example")
                 if method == "CANCEL"]  # fmt: skip
    assert cancelled == [f"meeting-{coming['id']}@leadrelay"]
    # Whether it took place is still written down; nobody is mailed of it.
    mails = len(await mails_to(tier, "olena@customer.example"))
    assert (await act(tier, past, "no-show", person=""))["state"] == "no_show"
    assert len(await mails_to(tier, "olena@customer.example")) == mails


async def test_what_colleagues_write_down_never_reaches_the_customer(tier: Tier2) -> None:
    deal = await deal_of(tier)
    cancelled, missed = await book(tier, deal), await book(tier, deal, MONDAY + timedelta(hours=3))
    await act(tier, cancelled, "cancel", {"note": "client is a time waster", "message_to_customer": "See you in May!"})
    await tier.began(missed["id"])
    await act(tier, missed, "no-show", {"note": "client is a time waster"})
    await book(tier, deal, MONDAY + timedelta(hours=5))
    await tier.post("/v1/managers/maria/take-over", {"reason": "a time waster too", "to": "petro", "dry_run": False})
    await tier.post(f"/v1/deals/{deal['id']}/lose", {"reason": "time waster"}, "petro")
    everything = ""
    for mail in await mails_to(tier, "olena@customer.example"):
        everything += mail["subject"] + mail["body"]
        for file in mail["attachments"]:
            everything += base64.b64decode(file["content"]).decode().replace("\r\n ", "")
    assert "waster" not in everything
    assert everything.count("See you in May!") == 3, "in the mail, and in the entry as description and comment"


async def test_a_meeting_moved_to_its_own_time_is_not_moved_and_nobody_is_told_so(tier: Tier2) -> None:
    meeting = await book(tier, await deal_of(tier))
    again = await act(tier, meeting, "reschedule", {"starts_at": meeting["starts_at"]})
    assert again == meeting
    assert len(await mails_to(tier, "olena@customer.example")) == 3, "the invitation and two reminders"
    refused = await act(
        tier, meeting, "reschedule", {"starts_at": meeting["starts_at"], "message_to_customer": "Hi"}, status=422
    )
    assert refused["errors"][0]["field"] == "starts_at"


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (MONDAY + timedelta(hours=8), "closed"),
        (MONDAY + timedelta(hours=7, minutes=30), "closed"),
        (WEDNESDAY, "day_off"),
        (MONDAY + timedelta(days=7), "absence"),
    ],
)
async def test_a_time_at_which_the_manager_is_not_at_work_is_confirmed_or_refused(
    tier: Tier2, at: datetime, why: str
) -> None:
    away = {"starts_at": (MONDAY + timedelta(days=7)).isoformat(), "ends_at": (MONDAY + timedelta(days=9)).isoformat()}
    await tier.post("/v1/managers/maria/absences", away, status=201)
    deal = await deal_of(tier)
    refused = await book(tier, deal, at, status=409)
    assert (refused["code"], refused["why"], refused["errors"][0]["field"]) == ("outside_hours", why, "starts_at")
    assert "Maria" in refused["detail"] and refused["free_slots"]
    for slot in refused["free_slots"]:
        assert datetime.fromisoformat(slot["starts_at"]).weekday() in (0, 1)
    booked = await book(tier, deal, at, outside_hours=True)
    assert booked["state"] == "booked"
    elsewhere = await book(tier, deal, MONDAY)
    move = {"starts_at": (at + timedelta(minutes=60)).isoformat()}
    assert (await act(tier, elsewhere, "reschedule", move, status=409))["code"] == "outside_hours"
    await act(tier, elsewhere, "reschedule", {**move, "outside_hours": True})


async def test_a_manager_without_an_address_and_a_customer_without_one(tier: Tier2) -> None:
    await tier.manager("vira")
    await book(tier, await deal_of(tier, "vira"), person="vira")
    [(method, event)] = await entries_to(tier, "olena@customer.example")
    assert (method, event["ORGANIZER"], event["ATTENDEE"]) == (
        "REQUEST",
        "mailto:sales@leadrelay.example",
        "mailto:olena@customer.example",
    )
    assert event["ORGANIZER"].params["CN"].startswith("Vira")
    await book(tier, await deal_of(tier, email=None))
    [(method, event)] = await entries_to(tier, "maria@house.example")
    assert (method, event["ATTENDEE"]) == ("REQUEST", "mailto:maria@house.example")


async def test_a_taken_over_meeting_leaves_one_calendar_and_enters_another_at_the_same_time(tier: Tier2) -> None:
    deal = await deal_of(tier)
    meeting = await book(tier, deal)
    take = {"reason": "ill", "to": "petro", "dry_run": False}
    await tier.post("/v1/managers/maria/take-over", take)
    old, new = await entries_to(tier, ADDRESS["maria"]), await entries_to(tier, ADDRESS["petro"])
    assert [(method, int(event["SEQUENCE"])) for method, event in old] == [("REQUEST", 0), ("CANCEL", 1)]
    assert [(method, int(event["SEQUENCE"])) for method, event in new] == [("REQUEST", 1)]
    customer = await entries_to(tier, "olena@customer.example")
    assert [(method, int(event["SEQUENCE"])) for method, event in customer] == [("REQUEST", 0), ("REQUEST", 1)]
    assert {str(event["UID"]) for _, event in [*old, *new, *customer]} == {f"meeting-{meeting['id']}@leadrelay"}
    assert {str(event["ORGANIZER"]) for _, event in [*old, *new, *customer]} == {"mailto:sales@leadrelay.example"}
    told = [mail for mail in await mails_to(tier, "olena@customer.example") if mail["attachments"]][-1]
    assert told["subject"].startswith("Same time, with Petro now")
    assert "New time" not in told["subject"] and "You will speak with Petro." in told["body"]
    reminders = [mail for mail in await mails_to(tier, "olena@customer.example") if ":reminder:" in mail["key"]]
    assert {"Petro" in mail["body"] for mail in reminders if mail["state"] == "queued"} == {True}


async def test_a_customer_who_sees_no_change_is_told_of_none(tier: Tier2) -> None:
    await tier.manager("maria-2", name="Maria", email="maria-2@house.example")
    await book(tier, await deal_of(tier))
    await tier.post("/v1/managers/maria/take-over", {"reason": "moved", "to": "maria-2", "dry_run": False})
    assert len(await entries_to(tier, "olena@customer.example")) == 1
    assert [method for method, _ in await entries_to(tier, "maria-2@house.example")] == ["REQUEST"]


async def test_a_meeting_is_not_given_to_somebody_who_is_away_then(tier: Tier2) -> None:
    deal = await deal_of(tier)
    meeting = await book(tier, deal)
    day = {
        "starts_at": (MONDAY - timedelta(hours=7)).isoformat(),
        "ends_at": (MONDAY + timedelta(hours=17)).isoformat(),
    }
    await tier.post("/v1/managers/petro/absences", day, status=201)
    take = {"reason": "ill", "to": "petro", "dry_run": True}
    [planned] = (await tier.post("/v1/managers/maria/take-over", take))["items"]
    assert planned["meetings"] == [
        {"meeting_id": meeting["id"], "starts_at": meeting["starts_at"], "ends_at": meeting["ends_at"],
         "needs_person": "Petro is away then"}
    ]  # fmt: skip
    await tier.post("/v1/managers/maria/take-over", {**take, "dry_run": False})
    found = await tier.get(f"/v1/deals/{deal['id']}")
    [kept] = found["meetings"]
    assert (kept["state"], kept["needs_person"], found["owner"]) == ("booked", "Petro is away then", "petro")
    assert found["next_action"] == "find somebody for the meeting, or another time"
    assert found["next_action_at"] <= kept["starts_at"]
    [work] = [item for item in (await tier.get("/v1/reminders", "petro"))["items"] if item["kind"] == "reminder"]
    assert "nobody comes to the meeting" in work["text"]
    # Maria does not come; the customer hears of nothing until there is something to hear, and is reminded of nothing.
    assert [method for method, _ in await entries_to(tier, ADDRESS["maria"])] == ["REQUEST", "CANCEL"]
    assert await entries_to(tier, ADDRESS["petro"]) == []
    assert len(await entries_to(tier, "olena@customer.example")) == 1
    waiting = [mail["key"] for mail in await mails_to(tier, "olena@customer.example") if mail["state"] == "queued"]
    assert not [key for key in waiting if ":reminder:" in key]


async def test_somebody_is_found_for_a_meeting_and_the_deal_stays_its_owners(tier: Tier2) -> None:
    await tier.manager("olha", email="olha@house.example")
    deal = await deal_of(tier)
    meeting = await book(tier, deal)
    day = {
        "starts_at": (MONDAY - timedelta(hours=7)).isoformat(),
        "ends_at": (MONDAY + timedelta(hours=17)).isoformat(),
    }
    await tier.post("/v1/managers/petro/absences", day, status=201)
    await tier.post("/v1/managers/maria/take-over", {"reason": "ill", "to": "petro", "dry_run": False})
    refused = await act(tier, meeting, "assign", {"manager": "petro"}, person="petro", status=409)
    assert refused["code"] == "outside_hours"
    await act(tier, meeting, "assign", {"manager": "nobody"}, person="petro", status=422)
    given = await act(tier, meeting, "assign", {"manager": "olha"}, person="petro")
    assert (given["manager"], given["needs_person"]) == ("olha", None)
    found = await tier.get(f"/v1/deals/{deal['id']}")
    assert (found["owner"], found["next_action"]) == ("petro", "meeting")
    assert [method for method, _ in await entries_to(tier, "olha@house.example")] == ["REQUEST"]
    assert [method for method, _ in await entries_to(tier, ADDRESS["maria"])] == ["REQUEST", "CANCEL"]
    sequences = [int(event["SEQUENCE"]) for _, event in await entries_to(tier, "olena@customer.example")]
    assert sequences == sorted(set(sequences)) and len(sequences) == 2
    assert not await tier.work(deal["lead_id"], "reminder")
    # Whoever comes says how it was; the rest of the deal is its owner's.
    await tier.began(meeting["id"])
    await act(tier, meeting, "held", person="maria", status=403)
    assert (await act(tier, meeting, "held", person="olha"))["state"] == "held"


async def test_a_colleague_who_was_asked_to_come_still_comes_when_the_deal_changes_hands(tier: Tier2) -> None:
    await tier.manager("olha", email="olha@house.example")
    deal = await deal_of(tier)
    meeting = await book(tier, deal)
    await act(tier, meeting, "assign", {"manager": "olha"})
    done = await tier.post("/v1/managers/maria/take-over", {"reason": "ill", "to": "petro", "dry_run": False})
    assert [item["meetings"] for item in done["items"]] == [[]]
    [kept] = (await tier.get(f"/v1/deals/{deal['id']}"))["meetings"]
    assert (kept["manager"], kept["needs_person"]) == ("olha", None)
    assert await entries_to(tier, ADDRESS["petro"]) == []


async def test_a_manager_who_comes_all_the_same_is_no_news_to_the_customer(tier: Tier2) -> None:
    deal = await deal_of(tier)
    meeting = await book(tier, deal)
    day = {
        "starts_at": (MONDAY - timedelta(hours=7)).isoformat(),
        "ends_at": (MONDAY + timedelta(hours=17)).isoformat(),
    }
    await tier.post("/v1/managers/maria/absences", day, status=201)
    kept = await act(tier, meeting, "reschedule", {"starts_at": meeting["starts_at"], "outside_hours": True})
    assert (kept["needs_person"], kept["starts_at"]) == (None, meeting["starts_at"])
    assert len(await entries_to(tier, "olena@customer.example")) == 1
    assert not await tier.work(deal["lead_id"], "reminder")


async def test_the_meetings_of_somebody_who_left_need_a_person_until_they_are_taken_over(tier: Tier2) -> None:
    deal = await deal_of(tier)
    await book(tier, deal)
    gone = await tier.http.patch("/v1/managers/maria", json={"active": False}, headers=whose())
    assert gone.status_code == 200
    [waits] = (await tier.get(f"/v1/deals/{deal['id']}"))["meetings"]
    assert waits["needs_person"] == "Maria does not work here any more"
    assert len(await tier.work(deal["lead_id"], "reminder")) == 1
    await tier.post("/v1/managers/maria/take-over", {"reason": "left", "to": "petro", "dry_run": False})
    [comes] = (await tier.get(f"/v1/deals/{deal['id']}"))["meetings"]
    assert (comes["manager"], comes["needs_person"]) == ("petro", None)
    assert [method for method, _ in await entries_to(tier, ADDRESS["maria"])] == ["REQUEST", "CANCEL"]
    assert not await tier.work(deal["lead_id"], "reminder")


async def test_without_a_named_manager_a_deal_goes_to_one_who_can_come_to_its_meeting(tier: Tier2) -> None:
    await tier.manager("olha")
    deals = [await deal_of(tier) for _ in range(2)]
    for number, deal in enumerate(deals):
        await book(tier, deal, MONDAY + timedelta(hours=2 * number))
    # One after the other to whoever's turn it is would give Petro one of the two.
    day = {
        "starts_at": (MONDAY - timedelta(hours=7)).isoformat(),
        "ends_at": (MONDAY + timedelta(hours=17)).isoformat(),
    }
    await tier.post("/v1/managers/petro/absences", day, status=201)
    done = await tier.post("/v1/managers/maria/take-over", {"reason": "ill", "dry_run": False})
    assert {item["manager"] for item in done["items"]} == {"olha"}
    assert {meeting["needs_person"] for item in done["items"] for meeting in item["meetings"]} == {None}


async def test_an_absence_over_a_meeting_is_the_supervisors_work_until_it_is_taken_back(tier: Tier2) -> None:
    deal = await deal_of(tier)
    meeting = await book(tier, deal)
    day = {
        "starts_at": (MONDAY - timedelta(hours=7)).isoformat(),
        "ends_at": (MONDAY + timedelta(hours=17)).isoformat(),
    }
    away = await tier.post("/v1/managers/maria/absences", day, status=201)
    [waits] = (await tier.get(f"/v1/deals/{deal['id']}"))["meetings"]
    assert (waits["id"], waits["needs_person"]) == (meeting["id"], "Maria is away then")
    [work] = await tier.work(deal["lead_id"], "reminder")
    assert (work["assignee"], work["group_key"]) == (None, "supervisor")
    gone = await tier.http.delete(f"/v1/managers/maria/absences/{away['id']}", headers=whose())
    assert gone.status_code == 204
    [comes] = (await tier.get(f"/v1/deals/{deal['id']}"))["meetings"]
    assert comes["needs_person"] is None and not await tier.work(deal["lead_id"], "reminder")
    assert [method for method, _ in await entries_to(tier, ADDRESS["maria"])] == ["REQUEST"]
