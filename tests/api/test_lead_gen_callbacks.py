"""What a caller promises is kept or refused, never moved; and a wrong number is the one that was dialled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from services.lead_gen.repository import leads
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, caller, tier_1
from workflows.contracts import ids
from workflows.contracts.base import Tier
from workflows.contracts.lead_gen import CallOutcome, OpenCall

KYIV = ZoneInfo("Europe/Kyiv")
# The lease is given at any hour, so that the tests do not depend on when they run.
HOURS = {"opens": "09:00", "closes": "18:00", "holidays_of": None, "weekdays": [0, 1, 2, 3, 4], "lease": 600}


@pytest_asyncio.fixture(scope="module")
async def desk(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_callbacks", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


def on_weekday(weekday: int, hour: int, minute: int = 0) -> datetime:
    """This time in Kyiv, on the first such day in a week from now or later."""
    day = (datetime.now(KYIV) + timedelta(days=7)).date()
    day += timedelta(days=(weekday - day.weekday()) % 7)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=KYIV)


async def promise(desk: Tier1, call: dict[str, Any], person: str, at: datetime) -> Any:
    body = {"token": call["token"], "outcome": "callback", "callback_at": at.isoformat()}
    return await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller(person))


async def test_a_callback_outside_their_window_is_refused_with_the_times_around_it(desk: Tier1) -> None:
    call = await desk.leased("+380442220001", "olena")
    await desk.http.post("/v1/policies", json={"body": HOURS})
    try:
        friday = on_weekday(4, 18, 30)
        refused = await promise(desk, call, "olena", friday)
        assert refused.status_code == 409, refused.text
        problem = refused.json()
        assert refused.headers["content-type"] == "application/problem+json"
        assert (problem["code"], problem["errors"][0]["field"]) == ("outside_window", "callback_at")
        before, after = (datetime.fromisoformat(problem[name]) for name in ("nearest_before", "nearest_after"))
        assert before == friday.replace(hour=17, minute=59)
        assert after == (friday + timedelta(days=3)).replace(hour=9, minute=0)
        assert await desk.pool.fetchval("SELECT state FROM work_items WHERE id = $1", call["item_id"]) == "leased"
        assert await desk.signals(ids.cold_call(call["lead"]["id"])) == []
        taken = await promise(desk, call, "olena", before)
        assert taken.status_code == 200, taken.text
    finally:
        await desk.http.post("/v1/policies", json={"body": {"always_open": True, "lease": 600}})


async def test_a_promised_callback_is_due_to_the_minute_whatever_hours_the_lead_began_with(desk: Tier1) -> None:
    """The hours are widened after a lead was enrolled: its callers promise by those of today."""
    lead_id, campaign_id = await desk.opened("+380442220002")
    await desk.pool.execute("UPDATE work_items SET state = 'done' WHERE lead_id = $1", lead_id)
    await desk.http.post("/v1/policies", json={"body": HOURS})
    narrow = (await desk.http.get("/v1/policies")).json()
    version = max(one["version"] for one in narrow["items"]) if "items" in narrow else narrow["version"]
    await desk.http.post("/v1/policies", json={"body": {"always_open": True, "lease": 600}})
    promised = on_weekday(5, 20, 15).astimezone(UTC)
    opened = await desk.activities.open_call(
        OpenCall(
            key=f"again:{lead_id}", lead_id=lead_id, campaign_id=campaign_id, workflow_id=ids.cold_call(lead_id),
            attempt=2, policy_version=version, after=CallOutcome.CALLBACK, after_at=datetime.now(UTC),
            callback_at=promised,
        )
    )  # fmt: skip
    assert opened.not_before == promised


async def test_a_cold_call_that_is_started_again_keeps_the_callback_it_had_promised(desk: Tier1) -> None:
    await desk.http.post("/v1/policies", json={"body": {"always_open": True, "lease": 600}})
    call = await desk.leased("+380442220012", "olena")
    lead_id, at = call["lead"]["id"], datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    assert (await promise(desk, call, "olena", at)).status_code == 200
    done = await desk.http.post(
        f"/v1/leads/{lead_id}/acts/retry",
        json={"restart": True, "dry_run": False, "reason": "its workflow was ended by mistake"},
        headers=auth("ops", "ops", "olena"),
    )
    assert done.json()["changes"] == ["the lead is called back when it was promised, and from the beginning after that"]
    campaign_id = await desk.pool.fetchval("SELECT campaign_id FROM leads WHERE id = $1", lead_id)
    first = OpenCall(key=f"restarted:{lead_id}", lead_id=lead_id, campaign_id=campaign_id,
                     workflow_id=ids.cold_call(lead_id), attempt=1, policy_version=1)  # fmt: skip
    opened = await desk.activities.open_call(first)
    assert opened.not_before == at
    assert opened.late_at is not None and opened.late_at > at, "somebody hears of it when nobody calls back"
    item = await desk.pool.fetchrow("SELECT payload FROM work_items WHERE id = $1", opened.item_id)
    assert item["payload"]["callback"] is True


async def test_a_callback_at_the_end_of_time_is_refused_by_name(desk: Tier1) -> None:
    call = await desk.leased("+380442220011", "far")
    answer = await promise(desk, call, "far", datetime.max.replace(tzinfo=UTC))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "callback_at")


async def test_a_time_in_another_outcome_promises_nothing(desk: Tier1) -> None:
    call = await desk.leased("+380442220003", "iryna")
    at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    body = {"token": call["token"], "outcome": "busy", "callback_at": at}
    answer = await desk.http.post(f"/v1/calls/{call['item_id']}/outcome", json=body, headers=caller("iryna"))
    assert answer.status_code == 200
    told = await desk.pool.fetchval(
        "SELECT payload->>'callback_at' FROM outbox WHERE workflow_id = $1", ids.cold_call(call["lead"]["id"])
    )
    assert told is None


async def reported(desk: Tier1, phones: list[str], person: str, **body: Any) -> tuple[Any, list[str], str | None]:
    """(the answer, the numbers marked wrong, the number that the call keeps) of a company with these numbers."""
    call = await desk.leased(phones[0], person)
    lead_id = call["lead"]["id"]
    async with desk.pool.acquire() as conn:
        await leads.add_phones(conn, lead_id, phones[1:])
    path, told = f"/v1/calls/{call['item_id']}", {"token": call["token"], **body}
    if dial := told.pop("dial", None):
        asked = await desk.http.post(
            f"{path}/dial", json={"token": call["token"], "phone": dial}, headers=caller(person)
        )
        assert asked.status_code == 201, asked.text
    answer = await desk.http.post(f"{path}/outcome", json=told, headers=caller(person))
    bad = await desk.pool.fetch("SELECT phone FROM lead_phones WHERE lead_id = $1 AND bad", lead_id)
    kept = await desk.pool.fetchval("SELECT dialled FROM calls WHERE item_id = $1", call["item_id"])
    return answer, [row["phone"] for row in bad], kept


WRONG = {"outcome": "wrong_number"}


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (WRONG, 0),
        ({**WRONG, "phone": "+3804422231{n}2"}, 1),
        ({**WRONG, "phone": "044 222 31 {n}2"}, 1),
        ({**WRONG, "dialled": "+3804422231{n}2"}, 1),
        ({**WRONG, "dial": "+3804422231{n}2"}, 1),
        ({**WRONG, "dial": "+3804422231{n}2", "phone": "+3804422231{n}1"}, 0),
    ],
)
async def test_exactly_the_number_that_was_dialled_is_marked_wrong(
    desk: Tier1, told: dict[str, str], place: int, request: pytest.FixtureRequest
) -> None:
    n = request.node.callspec.indices["told"]
    phones = [f"+3804422231{n}1", f"+3804422231{n}2"]
    body = {name: text.format(n=n) for name, text in told.items()}
    answer, bad, kept = await reported(desk, phones, f"wrong-{n}", **body)
    assert answer.status_code == 200, answer.text
    assert (bad, kept) == ([phones[place]], phones[place])


async def test_every_outcome_keeps_the_number_that_was_dialled_and_its_readers_see_it(desk: Tier1) -> None:
    phones = ["+380442223201", "+380442223202"]
    answer, bad, kept = await reported(desk, phones, "marta", outcome="no_answer", phone=phones[1])
    assert (answer.status_code, bad, kept) == (200, [], phones[1])
    lead = (await desk.http.get(f"/v1/leads/{answer.json()['lead_id']}")).json()
    assert lead["calls"][0]["phone"] == "+380•••••3202"


@pytest.mark.parametrize("phone", ["+380991112233", "3302", "not a number"])
async def test_a_number_that_is_not_theirs_is_refused_by_name(
    desk: Tier1, phone: str, request: pytest.FixtureRequest
) -> None:
    n = request.node.callspec.indices["phone"]
    answer, bad, kept = await reported(desk, [f"+3804422233{n}1"], f"strange-{n}", outcome="wrong_number", phone=phone)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "phone")
    assert (bad, kept) == ([], None)
