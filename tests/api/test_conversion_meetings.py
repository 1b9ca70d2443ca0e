"""Meetings: the calendar that nobody can book twice, free time, and the file for one's own calendar."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from icalendar import Calendar

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, in_days, tier_2, whose
from workflows.contracts.base import Tier

ANNA, BORYS = "anna", "borys"


@pytest_asyncio.fixture(scope="module")
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_meetings", tier=Tier.CONVERSION)) as tier:
        await tier.manager(ANNA, capacity=1000)
        await tier.manager(BORYS, capacity=1000)
        yield tier


async def book(conversion: Tier2, days: float, person: str = ANNA, **body: Any) -> dict[str, Any]:
    deal = await conversion.accepted(person)
    wanted = {"starts_at": in_days(days), "duration_minutes": 30, "outside_hours": True, **body}
    return await conversion.post(f"/v1/deals/{deal['id']}/meetings", wanted, person, status=201)


async def test_ten_people_at_once_book_one_meeting(conversion: Tier2) -> None:
    deals = [await conversion.accepted(ANNA) for _ in range(10)]
    starts = datetime(2030, 5, 6, 8, 0, tzinfo=UTC)  # a Monday, 11:00 in Kyiv
    bodies = [
        {"starts_at": (starts + timedelta(minutes=number)).isoformat(), "duration_minutes": 60} for number in range(10)
    ]
    answers = await asyncio.gather(
        *(
            conversion.http.post(f"/v1/deals/{deal['id']}/meetings", json=body, headers=whose(ANNA))
            for deal, body in zip(deals, bodies, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    won = next(answer.json() for answer in answers if answer.status_code == 201)
    refusal = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (refusal["code"], refusal["errors"][0]["field"]) == ("double_booked", "starts_at")
    assert refusal["free_slots"]
    for slot in refusal["free_slots"]:
        assert slot["ends_at"] <= won["starts_at"] or slot["starts_at"] >= won["ends_at"]
    # Nothing of a refused booking stays: its deal has not moved.
    stages = [(await conversion.get(f"/v1/deals/{deal['id']}"))["stage"] for deal in deals]
    assert sorted(stages) == ["accepted"] * 9 + ["informing"]


async def test_a_free_slot_from_the_refusal_can_be_booked(conversion: Tier2) -> None:
    first = await book(conversion, 3)
    deal = await conversion.accepted(ANNA)
    path = f"/v1/deals/{deal['id']}/meetings"
    taken = {"starts_at": first["starts_at"], "ends_at": first["ends_at"]}
    refusal = await conversion.http.post(path, json=taken, headers=whose(ANNA))
    slot = refusal.json()["free_slots"][0]
    booked = await conversion.post(path, slot, ANNA, status=201)
    assert datetime.fromisoformat(booked["starts_at"]) == datetime.fromisoformat(slot["starts_at"])


async def test_meetings_may_touch_and_other_managers_are_free(conversion: Tier2) -> None:
    first = await book(conversion, 20)
    after = await book(conversion, 20, starts_at=first["ends_at"])
    assert after["starts_at"] == first["ends_at"]
    beside = await book(conversion, 20, BORYS, starts_at=first["starts_at"])
    assert beside["manager"] == BORYS


async def test_a_moved_meeting_frees_its_time_and_the_calendar_entry_follows(conversion: Tier2) -> None:
    meeting = await book(conversion, 30, place="Одеса, вул. Садова 3", kind="visit")
    file = await conversion.http.get(f"/v1/meetings/{meeting['id']}.ics", headers=whose(ANNA))
    assert file.headers["content-type"].startswith("text/calendar")
    before = event_of(file.content)
    moved = await conversion.post(
        f"/v1/meetings/{meeting['id']}/reschedule", {"starts_at": in_days(31), "outside_hours": True}, ANNA
    )
    assert moved["sequence"] == meeting["sequence"] + 1
    assert length(moved) == length(meeting)
    after = event_of((await conversion.http.get(f"/v1/meetings/{meeting['id']}.ics", headers=whose(ANNA))).content)
    assert after["UID"] == before["UID"]
    assert (int(before["SEQUENCE"]), int(after["SEQUENCE"])) == (0, 1)
    assert before["LOCATION"] == "Одеса, вул. Садова 3"
    assert "ТОВ «Вітер»" in before["SUMMARY"]
    assert after["DTSTART"].dt == datetime.fromisoformat(moved["starts_at"]).replace(microsecond=0)
    again = await book(
        conversion, 30, starts_at=meeting["starts_at"], ends_at=meeting["ends_at"], duration_minutes=None
    )
    assert again["state"] == "booked"
    deal = await conversion.get(f"/v1/deals/{meeting['deal_id']}")
    assert deal["next_action_at"] == moved["ends_at"]


async def test_a_meeting_is_not_moved_onto_another(conversion: Tier2) -> None:
    first, second = await book(conversion, 40), await book(conversion, 41)
    body = {"starts_at": first["starts_at"], "ends_at": first["ends_at"], "outside_hours": True}
    answer = await conversion.http.post(f"/v1/meetings/{second['id']}/reschedule", json=body, headers=whose(ANNA))
    assert (answer.status_code, answer.json()["code"]) == (409, "double_booked")


@pytest.mark.parametrize(
    ("what", "state", "next_action"),
    [
        ("held", "held", "make an offer"),
        ("no-show", "no_show", "arrange another meeting"),
        ("cancel", "cancelled", "arrange another meeting"),
    ],
)
async def test_what_became_of_a_meeting_is_said_once(
    conversion: Tier2, what: str, state: str, next_action: str
) -> None:
    meeting = await book(conversion, {"held": 50, "no-show": 51, "cancel": 52}[what])
    if what != "cancel":
        await conversion.began(meeting["id"])
    done = await conversion.post(f"/v1/meetings/{meeting['id']}/{what}", {"note": "спокійно"}, ANNA)
    assert (done["state"], done["note"]) == (state, "спокійно")
    deal = await conversion.get(f"/v1/deals/{meeting['deal_id']}")
    assert (deal["next_action"], deal["timeline"][-1]["kind"]) == (next_action, f"meeting_{state}")
    sent = await conversion.signals(deal["lead_id"])
    assert [signal for signal, _ in sent] == ["accepted", "moved", "moved"]
    for again in ("held", "cancel", "reschedule"):
        body = {"starts_at": in_days(60)} if again == "reschedule" else {}
        answer = await conversion.http.post(f"/v1/meetings/{meeting['id']}/{again}", json=body, headers=whose(ANNA))
        assert (answer.status_code, answer.json()["code"], answer.json()["state"]) == (409, "wrong_state", state)


async def test_a_cancelled_meeting_tells_calendars_so(conversion: Tier2) -> None:
    meeting = await book(conversion, 70)
    await conversion.post(f"/v1/meetings/{meeting['id']}/cancel", {}, ANNA)
    content = (await conversion.http.get(f"/v1/meetings/{meeting['id']}.ics", headers=whose(ANNA))).content
    assert Calendar.from_ical(content)["METHOD"] == "CANCEL"
    event = event_of(content)
    assert (event["STATUS"], int(event["SEQUENCE"])) == ("CANCELLED", 1)


async def test_only_the_deals_owner_touches_its_meetings(conversion: Tier2) -> None:
    meeting = await book(conversion, 80)
    for what in ("held", "cancel", "no-show", "reschedule"):
        body = {"starts_at": in_days(81)} if what == "reschedule" else {}
        answer = await conversion.http.post(f"/v1/meetings/{meeting['id']}/{what}", json=body, headers=whose(BORYS))
        assert (answer.status_code, answer.json()["code"]) == (403, "not_owner")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "starts_at"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"starts_at": "2030-05-06T10:00:00"}, "starts_at"),
        ({"starts_at": "2020-05-06T10:00:00Z"}, "starts_at"),
        ({"starts_at": "2030-05-06T10:00:00Z", "ends_at": "2030-05-06T09:00:00Z"}, "ends_at"),
        ({"starts_at": "2030-05-06T10:00:00Z", "ends_at": "2030-05-07T10:00:00Z"}, "ends_at"),
        ({"starts_at": "2030-05-06T10:00:00Z", "duration_minutes": 0}, "duration_minutes"),
        ({"starts_at": "2030-05-06T10:00:00Z", "kind": "seance"}, "kind"),
        ({"starts_at": "2030-05-06T10:00:00Z", "place": "x" * 1000}, "place"),
        ({"starts_at": "2030-05-06T10:00:00Z", "colour": "red"}, "colour"),
    ],
)
async def test_a_meeting_that_cannot_be_is_refused_by_field(
    conversion: Tier2, body: dict[str, Any], field: str
) -> None:
    deal = await conversion.accepted(BORYS)
    answer = await conversion.http.post(f"/v1/deals/{deal['id']}/meetings", json=body, headers=whose(BORYS))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert (await conversion.get(f"/v1/deals/{deal['id']}"))["meetings"] == []


async def test_free_time_is_opening_hours_minus_meetings(conversion: Tier2) -> None:
    await conversion.manager("vira")
    monday = "2030-05-06T00:00:00+03:00"
    query = {"manager": "vira", "from": monday, "days": 1, "duration_minutes": 60}
    free = await conversion.get("/v1/meeting-slots", "vira", **query)
    assert [slot["starts_at"][11:16] for slot in free["items"]] == [
        "06:00", "07:00", "08:00", "09:00", "11:00", "12:00", "13:00", "14:00"
    ]  # fmt: skip
    await book(conversion, 0, "vira", starts_at="2030-05-06T07:10:00Z", duration_minutes=20)
    less = await conversion.get("/v1/meeting-slots", "vira", **query)
    assert [slot["starts_at"][11:16] for slot in less["items"]][:3] == ["06:00", "07:30", "08:30"]


def event_of(content: bytes) -> Any:
    [event] = Calendar.from_ical(content).walk("VEVENT")
    return event


def length(meeting: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(meeting["ends_at"]) - datetime.fromisoformat(meeting["starts_at"])
