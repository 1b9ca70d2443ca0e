"""The deal board: what is offered, what today asks for, and the deals by stage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from tests.api.test_web_components import Reader
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, hand_over, in_days, tier_2
from tests.fixtures.tier_2_pages import HTMX, person
from workflows.contracts.base import Tier
from workflows.contracts.conversion import HandOverReason, OfferedDeal


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_board", tier=Tier.CONVERSION, policy="standard")) as running:
        yield running


async def test_the_bar_says_how_many_of_my_deals_there_is_room_for(tier: Tier2) -> None:
    await tier.only("anna", capacity=20)
    await tier.accepted("anna")
    async with person(tier, "anna") as anna:
        await anna.look()
    assert "<b>1</b>" in anna.page
    assert "of 20 deals" in anna.page


async def offered_to(tier: Tier2, manager: str, **changes: Any) -> OfferedDeal:
    """A lead that is offered to this manager."""
    offer = await tier.offered(hand_over(sticky_manager=manager, **changes))
    assert offer.manager == manager
    return offer


async def test_a_hard_question_is_offered_first_with_the_story_and_the_promise(tier: Tier2) -> None:
    await tier.only("bohdan")
    by = datetime.now(UTC) + timedelta(minutes=20)
    await offered_to(tier, "bohdan")
    await offered_to(
        tier, "bohdan", reason=HandOverReason.HARD_QUESTION, question="Who pays the demurrage?", promised_by=by
    )
    async with person(tier, "bohdan") as bohdan:
        page = await bohdan.look()
    assert page.index("“Who pays the demurrage?”") < page.index("trucks to Lviv")
    assert "Promised a call by" in page
    assert "1 call by a caller" in page


async def test_accepting_opens_the_deal(tier: Tier2) -> None:
    await tier.only("vira")
    offer = await offered_to(tier, "vira")
    async with person(tier, "vira") as vira:
        await vira.look()
        answer = await vira.press(f"/desk/hand-overs/{offer.item_id}/accept", follow=False)
    assert answer.headers["location"] == f"/conversion/desk/deals/{offer.deal_id}"
    assert (await tier.get(f"/v1/deals/{offer.deal_id}", "vira"))["owner"] == "vira"


async def test_declining_takes_a_reason_and_the_next_one_is_asked(tier: Tier2) -> None:
    await tier.only("hanna")
    offer = await offered_to(tier, "hanna")
    path = f"/desk/hand-overs/{offer.item_id}/decline"
    async with person(tier, "hanna") as hanna:
        await hanna.look()
        refused = await hanna.press(path, reason="other", status=422)
        assert "Say in a few words why" in refused.text
        await hanna.press(path, reason="language", words="speaks Polish")
        assert offer.item_id not in hanna.page
    row = await tier.pool.fetchrow("SELECT state, decline_reason FROM hand_overs WHERE item_id = $1", offer.item_id)
    assert tuple(row) == ("declined", "speaks another language: speaks Polish")


async def test_a_lead_that_somebody_else_took_says_who_and_fades(tier: Tier2) -> None:
    await tier.only("dmytro")
    await tier.manager("yeva", name="Yeva Zoria")
    offer = await offered_to(tier, "dmytro")
    async with person(tier, "dmytro") as dmytro:
        await dmytro.look()
        await tier.post(f"/v1/hand-overs/{offer.item_id}/accept", {"manager": "yeva"})
        part = await dmytro.look("/desk/board/offers")
        assert "is-gone" in part
        assert "a supervisor has taken it" in part
        late = await dmytro.press(f"/desk/hand-overs/{offer.item_id}/accept", status=409)
    assert "This hand-over is already accepted." in late.text


async def test_a_supervisor_gives_a_lead_that_nobody_took_to_a_manager(tier: Tier2) -> None:
    await tier.only("zlata")
    offer = await tier.offered(to_supervisor=True)
    async with person(tier, "boss", "supervisor") as boss:
        page = await boss.look()
        assert "Nobody has these yet" in page
        await boss.press(f"/desk/hand-overs/{offer.item_id}/accept", manager="zlata")
    assert (await tier.get(f"/v1/deals/{offer.deal_id}", "zlata"))["owner"] == "zlata"


async def test_cards_stand_in_their_lanes_with_worth_and_next_step(tier: Tier2) -> None:
    await tier.only("ivan")
    deal = await tier.accepted("ivan")
    await tier.post(f"/v1/deals/{deal['id']}/qualify", FACTS, "ivan")
    await tier.post(f"/v1/deals/{deal['id']}/offers", {"lines": [LINE], "valid_until": in_days(5)}, "ivan")
    async with person(tier, "ivan") as ivan:
        page = await ivan.look("/desk/board/lanes")
        lane = page[page.index('data-stage="offer"') : page.index('data-stage="negotiating"')]
        assert f'id="deal-{deal["id"]}"' in lane
        assert "₴\N{NO-BREAK SPACE}85,502" in lane
        assert "ask for the answer to the offer" in lane
        await tier.pool.execute("UPDATE deals SET stage_since = now() - interval '60 days' WHERE id = $1", deal["id"])
        assert "60 days" in await ivan.look("/desk/board/lanes")


async def test_a_card_moves_forward_and_a_refused_move_says_what_is_missing(tier: Tier2) -> None:
    await tier.only("kateryna")
    deal = await tier.accepted("kateryna")
    path = f"/desk/board/{deal['id']}/stage"
    async with person(tier, "kateryna") as kateryna:
        await kateryna.look()
        refused = await kateryna.press(path, stage="qualified", status=409, headers=HTMX)
        assert "still missing: need, authority, timing" in refused.text
        moved = await kateryna.press(path, stage="informing", status=200, headers=HTMX)
        assert 'hx-target="#lanes"' in moved.text
        await kateryna.look()
        back = await kateryna.press(path, stage="accepted", status=409, headers=HTMX)
    assert "a deal only moves forward" in back.text


async def test_a_lane_shows_twenty_cards_until_it_is_opened(tier: Tier2) -> None:
    await tier.only("lesia", capacity=100)
    for _ in range(22):
        await tier.accepted("lesia")
    async with person(tier, "lesia") as lesia:
        page = await lesia.look()
        assert page.count('class="lr-deal') == 20
        assert "2 more" in page
        assert (await lesia.look("/desk/", opened="accepted")).count('class="lr-deal') == 22


async def test_nobody_sees_the_board_of_another_manager(tier: Tier2) -> None:
    await tier.only("mykola")
    await tier.accepted("mykola")
    await tier.manager("nina")
    async with person(tier, "nina") as nina:
        assert "No deals yet" in await nina.look("/desk/", owner="mykola")
    async with person(tier, "boss", "supervisor") as boss:
        assert "Mykola" in await boss.look("/desk/", owner="mykola")


async def test_what_is_due_is_done_in_place_and_names_what_comes_next(tier: Tier2) -> None:
    await tier.only("oksana")
    deal = await tier.accepted("oksana")
    await tier.pool.execute("UPDATE deals SET next_action_at = now() - interval '1 hour' WHERE id = $1", deal["id"])
    path = f"/desk/today/{deal['id']}/next"
    async with person(tier, "oksana") as oksana:
        page = await oksana.look()
        assert "1 overdue" in page
        refused = await oksana.press(path, what="", when="tomorrow", status=422)
        assert "Say what comes next." in refused.text
        await oksana.look()
        refused = await oksana.press(path, what="Call", when="at", at="soon", status=422)
        assert "This is not a date and a time." in refused.text
        await oksana.look()
        await oksana.press(path, what="Send the price list", when="in_a_week")
        assert "overdue" not in oksana.page
    after = await tier.get(f"/v1/deals/{deal['id']}", "oksana")
    assert after["next_action"] == "Send the price list"


async def test_a_question_comes_before_what_is_late(tier: Tier2) -> None:
    await tier.only("pavlo")
    late = await tier.accepted("pavlo")
    await tier.pool.execute("UPDATE deals SET next_action_at = now() - interval '9 hours' WHERE id = $1", late["id"])
    asks = hand_over(reason=HandOverReason.HARD_QUESTION, question="Do you insure used machines?")
    await tier.accepted("pavlo", asks)
    async with person(tier, "pavlo") as pavlo:
        page = await pavlo.look("/desk/board/today")
    assert page.index("Do you insure used machines?") < page.index("first contact")


async def test_a_supervisor_decides_on_a_discount_in_place(tier: Tier2) -> None:
    await tier.only("roman")
    deal = await tier.accepted("roman")
    await tier.post(f"/v1/deals/{deal['id']}/qualify", FACTS, "roman")
    offer = {"lines": [LINE], "valid_until": in_days(5), "discount_percent": 20}
    made = await tier.post(f"/v1/deals/{deal['id']}/offers", offer, "roman")
    path = f"/desk/today/offers/{made['id']}"
    async with person(tier, "roman") as roman, person(tier, "boss", "supervisor") as boss:
        await roman.look()
        await roman.press(path, approve="true", status=403)
        assert "20% under list" in await boss.look()
        await boss.press(path, approve="true")
        assert "20% under list" not in boss.page
    assert (await tier.get(f"/v1/deals/{deal['id']}", "roman"))["offers"][0]["state"] == "sent"


async def test_the_page_is_sound_html(tier: Tier2) -> None:
    await tier.only("sofiia")
    await tier.accepted("sofiia")
    await offered_to(tier, "sofiia")
    async with person(tier, "sofiia") as sofiia:
        sound = Reader()
        sound.feed((await sofiia.http.get("/desk/")).text)
    assert (sound.wrong, sound.open) == ([], [])
    assert sorted(sound.ids) == sorted(set(sound.ids))
    assert sound.pointed <= set(sound.ids)


async def test_nobody_asks_how_a_meeting_was_once_its_deal_is_over(tier: Tier2) -> None:
    await tier.only("nestor")
    deal = await tier.accepted("nestor")
    await tier.post(f"/v1/deals/{deal['id']}/qualify", FACTS, "nestor")
    meeting = await tier.post(
        f"/v1/deals/{deal['id']}/meetings", {"starts_at": in_days(3), "outside_hours": True}, "nestor"
    )
    # It ends at this moment, so that it is of today whatever the hour is.
    ended = "UPDATE meetings SET starts_at = now() - interval '1 minute', ends_at = now() WHERE id = $1"
    await tier.pool.execute(ended, meeting["id"])
    async with person(tier, "nestor") as nestor:
        assert "How was it?" in await nestor.look("/desk/board/today")
        await tier.won(deal["id"], "nestor")
        assert "How was it?" not in await nestor.look("/desk/board/today")
        assert "not written down" in await nestor.look(f"/desk/deals/{deal['id']}")
