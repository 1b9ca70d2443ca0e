"""Meetings agreed at the call desk, their mails, own working hours, and what follows when nobody comes."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar as CalendarFile

from services.chassis.db import new_id
from services.conversion.actions.meeting_holds import free_holds
from services.conversion.domain.calendar import OFFICE
from services.conversion.domain.slots import free_slots
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, hand_over, tier_2, whose
from workflows.contracts.base import ContactCard, Tier

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_holds", tier=Tier.CONVERSION, policy="demo")) as tier:
        yield tier


def caller() -> dict[str, str]:
    return auth(Tier.LEAD_GEN, "caller", "caller-1")


def quarter(days: float) -> datetime:
    at = datetime.now(UTC) + timedelta(days=days)
    return at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


async def hold(tier: Tier2, lead_id: str, at: datetime, **facts: Any) -> Any:
    body = {"lead_id": lead_id, "starts_at": at.isoformat(), "duration_minutes": 60, **facts}
    return await tier.http.post("/v1/meeting-holds", json=body, headers=caller())


def with_mail(lead_id: str, **changes: Any) -> ContactCard:
    values = {"company": "Вітер", "contact_name": "Олена", "email": "olena@customer.example", "lead_id": lead_id}
    return ContactCard(**{**values, **changes})


async def mails(tier: Tier2, **filters: Any) -> list[dict[str, Any]]:
    rows = await tier.pool.fetch("SELECT * FROM mails ORDER BY id")
    return [dict(row) for row in rows if all(row[name] == value for name, value in filters.items())]


async def test_a_time_agreed_on_the_phone_becomes_a_meeting_of_the_manager_who_takes_the_lead(
    conversion: Tier2,
) -> None:
    await conversion.manager("anna", languages=["en"])
    await conversion.manager("borys", languages=["uk"])
    lead_id, at = new_id(), quarter(2)
    free = (await conversion.http.get("/v1/meeting-slots", params={"language": "uk"}, headers=caller())).json()
    assert free["manager"] is None and free["items"]
    held = (await hold(conversion, lead_id, at, language="uk")).json()
    assert set(held) == {"id", "lead_id", "starts_at", "ends_at", "expires_at"}
    offer = await conversion.offered(hand_over(lead_id))
    assert offer.manager == "borys"
    await conversion.post(f"/v1/hand-overs/{offer.item_id}/accept", {}, "borys")
    [meeting] = (await conversion.get(f"/v1/deals/{offer.deal_id}", "borys"))["meetings"]
    assert (meeting["id"], meeting["manager"], meeting["state"]) == (held["id"], "borys", "booked")
    assert datetime.fromisoformat(meeting["starts_at"]) == at


async def test_if_somebody_else_takes_the_lead_the_meeting_is_his_unless_he_has_another_one_then(
    conversion: Tier2,
) -> None:
    await conversion.manager("anna")
    kept, lost = new_id(), new_id()
    for lead_id, days in ((kept, 2), (lost, 3)):
        assert (await hold(conversion, lead_id, quarter(days))).status_code == 201
    await conversion.manager("borys")
    busy = await conversion.accepted("borys", hand_over(sticky_manager="borys"))
    other = {"starts_at": quarter(3).isoformat(), "duration_minutes": 30}
    await conversion.post(f"/v1/deals/{busy['id']}/meetings", other, "borys", status=201)
    found = []
    for lead_id in (kept, lost):
        offer = await conversion.offered(hand_over(lead_id))
        assert offer.manager == "anna"
        await conversion.post(f"/v1/hand-overs/{offer.item_id}/accept", {"manager": "borys"})
        found.append(await conversion.get(f"/v1/deals/{offer.deal_id}"))
    assert [(m["manager"], m["state"]) for m in found[0]["meetings"]] == [("borys", "booked")]
    assert found[1]["meetings"] == []
    assert any("agree on another one" in entry["text"] for entry in found[1]["timeline"])


async def test_one_slot_is_given_to_one_lead_however_many_callers_want_it(conversion: Tier2) -> None:
    await conversion.manager("anna")
    await conversion.manager("borys")
    at = quarter(2)
    answers = await asyncio.gather(*(hold(conversion, new_id(), at) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 10
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["code"] == "double_booked"
    assert refused["free_slots"] and all(slot["starts_at"] != at.isoformat() for slot in refused["free_slots"])


async def test_a_lead_holds_one_time_and_what_nobody_needs_is_free_again(conversion: Tier2) -> None:
    await conversion.manager("anna")
    lead_id = new_id()
    for days in (2, 3):
        assert (await hold(conversion, lead_id, quarter(days))).status_code == 201
    assert (await hold(conversion, new_id(), quarter(2))).status_code == 201
    await conversion.pool.execute(
        "UPDATE meetings SET expires_at = now() - interval '1 second' WHERE lead_id = $1", lead_id
    )
    assert await free_holds(conversion.pool) == 1
    assert (await hold(conversion, new_id(), quarter(3))).status_code == 201
    third = new_id()
    assert (await hold(conversion, third, quarter(5))).status_code == 201
    for status in (204, 404):
        gone = await conversion.http.delete(f"/v1/meeting-holds/{third}", headers=caller())
        assert gone.status_code == status


async def test_a_time_kept_for_a_lead_who_was_handed_over_does_not_run_out_before_somebody_takes_it(
    conversion: Tier2,
) -> None:
    await conversion.manager("anna")
    lead_id = new_id()
    await hold(conversion, lead_id, quarter(2))
    await conversion.offered(hand_over(lead_id))
    left = await conversion.pool.fetchval("SELECT expires_at = starts_at FROM meetings WHERE lead_id = $1", lead_id)
    assert left is True


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": "2020-05-07T11:00:00+03:00"}, "starts_at"),
        ({"starts_at": "2030-05-07T11:07:00+03:00"}, "starts_at"),
        ({"lead_id": "42"}, "lead_id"),
        ({"duration_minutes": 1}, "duration_minutes"),
    ],
)
async def test_a_hold_that_cannot_be_is_refused_by_field(
    conversion: Tier2, changes: dict[str, Any], field: str
) -> None:
    body = {"lead_id": new_id(), "starts_at": quarter(2).isoformat(), **changes}
    answer = await conversion.http.post("/v1/meeting-holds", json=body, headers=caller())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_tier_1_may_hold_times_and_nothing_else_here(conversion: Tier2) -> None:
    for path in ("/v1/deals", "/v1/hand-overs", "/v1/managers"):
        answer = await conversion.http.get(path, headers=caller())
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_tier")
    stranger = auth(Tier.ACCOUNT_MGMT, "account_manager", "olha")
    assert (await conversion.http.get("/v1/meeting-slots", headers=stranger)).status_code == 403


async def test_slots_follow_the_managers_own_hours_and_absences(conversion: Tier2) -> None:
    hours = {"timezone": "Europe/Warsaw", "week": {day: [{"opens": "10:00", "closes": "12:00"}] for day in WEEK}}
    await conversion.manager("anna", hours=hours)
    away = datetime.now(UTC) + timedelta(days=3)
    await conversion.post(
        "/v1/managers/anna/absences",
        {"starts_at": away.isoformat(), "ends_at": (away + timedelta(days=2)).isoformat()},
        status=201,
    )
    found = (await conversion.get("/v1/meeting-slots", "anna", days=10, duration_minutes=60))["items"]
    local = [datetime.fromisoformat(slot["starts_at"]).astimezone(ZoneInfo("Europe/Warsaw")) for slot in found]
    assert local and {at.hour for at in local} == {10, 11}
    assert not [at for at in local if away <= at < away + timedelta(days=2)]


@settings(max_examples=50, deadline=None)
@given(st.datetimes(datetime(2026, 3, 20), datetime(2026, 11, 5)), st.sampled_from([15, 30, 45, 60, 90]))
def test_slots_lie_in_local_working_hours_also_over_a_change_of_clocks(start: datetime, minutes: int) -> None:
    begin = start.replace(tzinfo=UTC)
    slots = free_slots(
        OFFICE, [], start=begin, end=begin + timedelta(days=10), length=timedelta(minutes=minutes), most=400
    )
    for opens, closes in slots:
        first, last = (at.astimezone(ZoneInfo("Europe/Kyiv")) for at in (opens, closes))
        assert first.date() == last.date() and first.weekday() < 5
        assert (first.hour, first.minute) >= (9, 0) and (last.hour, last.minute) <= (18, 0)
        assert not ((13, 0) <= (first.hour, first.minute) < (14, 0))


async def test_both_get_the_entry_by_mail_and_a_move_or_cancellation_of_the_same_entry(conversion: Tier2) -> None:
    await conversion.manager("anna", email="anna@house.example")
    lead_id = new_id()
    deal = await conversion.accepted("anna", hand_over(lead_id, contact=with_mail(lead_id)))
    at = quarter(5)
    body = {"starts_at": at.isoformat(), "duration_minutes": 60}
    meeting = await conversion.post(f"/v1/deals/{deal['id']}/meetings", body, "anna", status=201)
    later = {"starts_at": (at + timedelta(hours=3)).isoformat()}
    await conversion.post(f"/v1/meetings/{meeting['id']}/reschedule", later, "anna")
    await conversion.post(f"/v1/meetings/{meeting['id']}/cancel", {}, "anna")
    sent = [mail for mail in await mails(conversion) if mail["key"].endswith(":lead")]
    entries = [_event(mail) for mail in sent]
    assert [method for method, _ in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({str(event["uid"]) for _, event in entries}) == 1
    assert [int(event["sequence"]) for _, event in entries] == [0, 1, 2]
    assert entries[1][1]["dtstart"].dt == at + timedelta(hours=3)
    assert {mail["recipient"] for mail in sent} == {"olena@customer.example"}
    assert sent[0]["reply_to"] == "anna@house.example"
    local = at.astimezone(ZoneInfo("Europe/Kyiv"))
    assert f"{local:%H:%M}" in sent[0]["body"] and "Олена" in sent[0]["body"]
    assert len(await mails(conversion, recipient="anna@house.example")) == 3


def _event(mail: dict[str, Any]) -> tuple[str, Any]:
    [file] = mail["attachments"]
    parsed = CalendarFile.from_ical(base64.b64decode(file["content"]))
    [event] = parsed.walk("VEVENT")
    assert f"method={parsed['method']}" in file["media_type"]
    return str(parsed["method"]), event


async def test_reminders_wait_for_their_hour_and_follow_the_meeting(conversion: Tier2) -> None:
    await conversion.manager("anna")
    lead_id = new_id()
    deal = await conversion.accepted("anna", hand_over(lead_id, contact=with_mail(lead_id, language="en")))
    at = quarter(5)
    body = {"starts_at": at.isoformat(), "duration_minutes": 60}
    meeting = await conversion.post(f"/v1/deals/{deal['id']}/meetings", body, "anna", status=201)
    waiting = [m for m in await mails(conversion, state="queued") if ":reminder:" in m["key"]]
    assert sorted(m["next_at"] for m in waiting) == [at - timedelta(days=1), at - timedelta(hours=1)]
    assert waiting[0]["subject"].startswith("Reminder")
    soon = quarter(1) - timedelta(hours=20)
    await conversion.post(f"/v1/meetings/{meeting['id']}/reschedule", {"starts_at": soon.isoformat()}, "anna")
    waiting = [m for m in await mails(conversion, state="queued") if ":reminder:" in m["key"]]
    assert [m["next_at"] for m in waiting] == [soon - timedelta(hours=1)]
    await conversion.post(f"/v1/deals/{deal['id']}/lose", {"reason": "price"}, "anna")
    assert not [m for m in await mails(conversion, state="queued") if ":reminder:" in m["key"]]


async def test_a_lead_without_an_address_gets_no_mail_and_nothing_fails(conversion: Tier2) -> None:
    await conversion.manager("anna")
    deal = await conversion.accepted("anna")
    body = {"starts_at": quarter(2).isoformat()}
    await conversion.post(f"/v1/deals/{deal['id']}/meetings", body, "anna", status=201)
    assert await mails(conversion) == []


async def test_the_first_time_nobody_comes_other_times_are_proposed_the_second_time_one_calls(
    conversion: Tier2,
) -> None:
    await conversion.manager("anna")
    lead_id = new_id()
    deal = await conversion.accepted("anna", hand_over(lead_id, contact=with_mail(lead_id)))
    steps = []
    for days in (2, 3):
        body = {"starts_at": quarter(days).isoformat()}
        meeting = await conversion.post(f"/v1/deals/{deal['id']}/meetings", body, "anna", status=201)
        await conversion.began(meeting["id"])
        await conversion.post(f"/v1/meetings/{meeting['id']}/no-show", {}, "anna")
        steps.append((await conversion.get(f"/v1/deals/{deal['id']}"))["next_action"])
    assert steps == ["arrange another meeting", "call; if nobody answers, let the deal sleep"]
    [proposal] = [m for m in await mails(conversion) if m["key"].endswith(":missed")]
    assert "Вільний час" in proposal["body"]
    days = [line for line in proposal["body"].splitlines() if "(Europe/Kyiv)" in line]
    assert len(days) == len(set(days)) == 3


async def test_managers_read_their_own_slots_as_before(conversion: Tier2) -> None:
    await conversion.manager("anna")
    found = (await conversion.http.get("/v1/meeting-slots", headers=whose("anna"))).json()
    assert found["manager"] == "anna"
