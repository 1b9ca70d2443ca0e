"""Meetings on a deal's page: asked in words, with two notes for two readers; and mails that are taken back too late."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from services.chassis.mail import rows as mails
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, in_days
from tests.fixtures.tier_2_deals import ANNA, BORYS, deal_tier, qualified, refused
from tests.fixtures.tier_2_pages import Person, person
from workflows.contracts.base import Tier

SUNDAY = datetime(2030, 5, 5, 9, 0, tzinfo=UTC)
MAILED = {"email": "olena@customer.example"}


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with deal_tier(await fresh_database("conversion_deal_meetings", tier=Tier.CONVERSION)) as running:
        await running.pool.execute(
            """UPDATE managers SET hours = $1""",
            {"week": {day: [{"opens": "09:00", "closes": "18:00"}] for day in ("mon", "tue", "wed", "thu", "fri")}},
        )
        yield running


@pytest_asyncio.fixture(scope="module")
async def anna(tier: Tier2) -> AsyncIterator[Person]:
    async with person(tier, ANNA) as browser:
        yield browser


async def with_address(tier: Tier2) -> tuple[str, str]:
    """A qualified deal whose customer has an address; its id and its page."""
    # Leads are accepted at any hour.
    await tier.pool.execute("UPDATE managers SET active = true")
    deal_id, page = await qualified(tier)
    await tier.pool.execute("UPDATE deals SET contact = contact || $2 WHERE id = $1", deal_id, MAILED)
    return deal_id, page


async def test_a_time_outside_working_hours_is_asked_about_in_words_and_then_booked(tier: Tier2, anna: Person) -> None:
    deal_id, page = await with_address(tier)
    assert "outside_hours" not in await anna.look(page, do="book")
    told = await refused(anna, f"{page}/meetings", 409, other_at=SUNDAY.isoformat(), message="Bring the contract")
    assert "Anna does not work on that day: choose another time, or confirm that they come all the same." in told
    assert "They meet at that time all the same" in told and "Bring the contract" in told
    await anna.press(f"{page}/meetings", other_at=SUNDAY.isoformat(), outside_hours="1", message="Bring the contract")
    [meeting] = (await tier.get(f"/v1/deals/{deal_id}", ANNA))["meetings"]
    assert meeting["message_to_customer"] == "Bring the contract"
    assert "Told them: “Bring the contract”" in anna.page


async def test_why_a_meeting_is_cancelled_and_what_they_are_told_are_two_fields(tier: Tier2, anna: Person) -> None:
    deal_id, page = await with_address(tier)
    meeting = await tier.post(
        f"/v1/deals/{deal_id}/meetings", {"starts_at": in_days(40), "outside_hours": True}, ANNA, status=201
    )
    shown = await anna.look(page, do="cancel", meeting=meeting["id"])
    assert "Why, for us only" in shown and "The customer reads this." in shown
    path = f"{page}/meetings/{meeting['id']}/cancel"
    await anna.press(path, meeting=meeting["id"], note="no budget, they only look", message="Until spring!")
    sent = await tier.pool.fetchval(
        "SELECT body FROM mails WHERE key LIKE $1", f"meeting:{meeting['id']}:%:cancelled:lead"
    )
    assert "Until spring!" in sent and "budget" not in sent


async def test_a_meeting_that_is_over_offers_only_what_can_be_said_of_it(tier: Tier2, anna: Person) -> None:
    deal_id, page = await with_address(tier)
    meeting = await tier.post(
        f"/v1/deals/{deal_id}/meetings", {"starts_at": in_days(41), "outside_hours": True}, ANNA, status=201
    )
    ahead = await anna.look(page)
    assert "do=move" in ahead and "do=held" not in ahead
    await tier.began(meeting["id"])
    over = await anna.look(page)
    assert "do=held" in over and "do=move" not in over and "do=cancel" not in over
    told = await refused(anna, f"{page}/meetings/{meeting['id']}/cancel", 409, meeting=meeting["id"])
    assert "say whether it was held" in told


async def test_a_meeting_to_which_nobody_comes_says_so_until_a_colleague_is_found(tier: Tier2, anna: Person) -> None:
    deal_id, page = await with_address(tier)
    # A Monday at noon in Kyiv.
    at = SUNDAY + timedelta(days=8)
    meeting = await tier.post(f"/v1/deals/{deal_id}/meetings", {"starts_at": at.isoformat()}, ANNA, status=201)
    day = {"starts_at": (at - timedelta(hours=4)).isoformat(), "ends_at": (at + timedelta(hours=4)).isoformat()}
    await tier.post(f"/v1/managers/{ANNA}/absences", day, status=201)
    shown = await anna.look(page)
    assert "nobody comes" in shown and "Anna is away then." in shown and "Find somebody" in shown
    asked = await anna.look(page, do="give", meeting=meeting["id"])
    assert f'<option value="{BORYS}"' in asked
    await anna.press(f"{page}/meetings/{meeting['id']}/give", meeting=meeting["id"], manager=BORYS)
    assert "with Borys" in anna.page and "Find somebody" not in anna.page


async def test_a_mail_that_was_taken_back_too_late_says_both_and_one_in_time_says_why(
    tier: Tier2, anna: Person
) -> None:
    _, page = await with_address(tier)
    await anna.look(page)
    await anna.press(f"{page}/mails", subject="Our prices", body="Here they are.")
    async with tier.pool.acquire() as conn, conn.transaction():
        mail_id = await conn.fetchval("SELECT id FROM mails WHERE subject = 'Our prices'")
        await mails.withdraw(conn, await mails.get(conn, mail_id, lock=True), "the deal was lost")
    assert "The deal was lost." in await anna.look(page)
    async with tier.pool.acquire() as conn:
        await mails.mark_sent(conn, mail_id)
    shown = await anna.look(page)
    assert "sent all the same" in shown and "too late." in shown


async def test_a_meeting_that_needs_a_person_is_in_the_new_owners_day_and_in_nobody_elses(tier: Tier2) -> None:
    await tier.pool.execute("UPDATE managers SET active = true")
    deal = await tier.accepted(ANNA)
    meeting = await tier.post(
        f"/v1/deals/{deal['id']}/meetings", {"starts_at": in_days(50), "outside_hours": True}, ANNA, status=201
    )
    await tier.pool.execute("UPDATE deals SET owner = $2 WHERE id = $1", deal["id"], BORYS)
    await tier.pool.execute(
        """UPDATE meetings SET needs_person = 'Borys is away then', starts_at = now() - interval '1 minute',
                  ends_at = now() + interval '1 hour' WHERE id = $1""",
        meeting["id"],
    )
    for who, shown in ((BORYS, True), (ANNA, False)):
        async with person(tier, who) as browser:
            page = await browser.look("/desk/board/today")
            assert (f"row-meeting-{meeting['id']}" in page, "Nobody comes" in page) == (shown, shown)


async def test_a_meeting_that_a_supervisor_has_moved_meanwhile_is_shown_before_it_is_moved_again(
    tier: Tier2, anna: Person
) -> None:
    deal_id, page = await with_address(tier)
    # Another Sunday: the other tests have their meetings on that one.
    first = SUNDAY + timedelta(days=7)
    body = {"starts_at": first.isoformat(), "duration_minutes": 30, "outside_hours": True}
    meeting = await tier.post(f"/v1/deals/{deal_id}/meetings", body, ANNA)
    asked = await anna.look(page, do="move", meeting=meeting["id"])
    seen = re.findall(r'name="seen" value="([^"]+)"', asked)[0]
    other, mine = (first + timedelta(hours=hours) for hours in (2, 4))
    changed = {"starts_at": other.isoformat(), "outside_hours": True}
    await tier.post(f"/v1/meetings/{meeting['id']}/reschedule", changed)
    move = {"meeting": meeting["id"], "other_at": mine.isoformat(), "outside_hours": "1"}
    told = await refused(anna, f"{page}/meetings/{meeting['id']}/move", 409, **move, seen=seen)
    assert "This deal has changed since you opened the form" in told
    fresh = re.findall(r'name="seen" value="([^"]+)"', told)[0]
    await anna.press(f"{page}/meetings/{meeting['id']}/move", **move, seen=fresh)
    [moved] = (await tier.get(f"/v1/deals/{deal_id}", ANNA))["meetings"]
    assert datetime.fromisoformat(moved["starts_at"]) == mine
