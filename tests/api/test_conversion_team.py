"""The supervisor's team: who has what, what waits with its one act, and discounts to decide."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, hand_over, in_days, tier_2
from tests.fixtures.tier_2_pages import person
from workflows.contracts.base import Tier
from workflows.contracts.conversion import HandOverReason

TEAM = "/desk/team"
_TAGS = re.compile(r"<[^>]*>")


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_team", tier=Tier.CONVERSION, policy="standard")) as running:
        yield running


def words(piece: str) -> str:
    """What a reader sees of a piece of the page."""
    return " ".join(_TAGS.sub(" ", piece).split())


def member(page: str, name: str) -> str:
    """A manager's row on the page."""
    return next(row for row in re.findall(r'<tr id="member-\d+">(.*?)</tr>', page, re.DOTALL) if f">{name}<" in row)


def waits(page: str, name: str) -> str:
    """The row of what waits with this manager."""
    rows = re.findall(r'<tr id="row-[^"]*".*?</tr>', page, re.DOTALL)
    return next((row for row in rows if name in words(row)), "")


async def overdue(tier: Tier2, deal_id: str) -> None:
    """Let a deal's next step have been due three hours ago."""
    await tier.pool.execute("UPDATE deals SET next_action_at = now() - interval '3 hours' WHERE id = $1", deal_id)


async def test_each_figure_of_a_manager_opens_the_records_that_it_counts(tier: Tier2) -> None:
    await tier.only("anna", name="Anna Lys", capacity=3)
    late, asks = await tier.accepted("anna"), await tier.accepted("anna")
    await overdue(tier, late["id"])
    await tier.pool.execute("UPDATE deals SET question = 'Who insures it?' WHERE id = $1", asks["id"])
    await tier.offered(hand_over(sticky_manager="anna"))
    async with person(tier, "boss", "supervisor") as boss:
        row = member(await boss.look(TEAM), "Anna Lys")
        assert "3 of 3" in row, "two deals and a lead to answer are all there is room for"
        for query, count in (("stage=accepted", 2), ("overdue=1", 1), ("asks=1", 1)):
            assert re.search(rf'href="/conversion/desk/deals\?owner=anna&{query}"><span[^>]*>{count}<', row), query
            listed = await boss.look(f"/desk/deals?owner=anna&{query}")
            assert listed.count('<tr id="row-') == count, query
        await boss.look(f"{TEAM}?of=anna")
        assert "Lead to answer" in words(boss.page)
    async with person(tier, "anna") as anna:
        assert (await anna.http.get(TEAM)).status_code == 403
        assert TEAM not in await anna.look()


async def test_a_late_step_is_asked_for_once_and_stands_on_its_managers_list(tier: Tier2) -> None:
    await tier.only("bohdan", name="Bohdan Kit")
    deal = await tier.accepted("bohdan")
    await overdue(tier, deal["id"])
    async with person(tier, "boss", "supervisor") as boss:
        assert f'action="/conversion{TEAM}/deals/{deal["id"]}/ask"' in waits(await boss.look(TEAM), "Bohdan Kit")
        await boss.press(f"{TEAM}/deals/{deal['id']}/ask", about="step")
        row = words(waits(boss.page, "Bohdan Kit"))
        assert "asked" in row
        again = await boss.press(f"{TEAM}/deals/{deal['id']}/ask", about="step", status=409)
        assert "They have been asked already" in again.text
    async with person(tier, "bohdan") as bohdan:
        assert "Your supervisor asks" in await bohdan.look()
    await tier.post(f"/v1/deals/{deal['id']}/next-step", {"what": "call", "at": in_days(2)}, "bohdan")
    assert await tier.work(deal["lead_id"], "reminder") == []


async def test_what_somebody_who_is_away_has_goes_to_others(tier: Tier2) -> None:
    await tier.only("vira", name="Vira Osin")
    await tier.manager("yeva", name="Yeva Zoria")
    deal = await tier.accepted("vira")
    await overdue(tier, deal["id"])
    now = datetime.now(UTC)
    away = {"starts_at": (now - timedelta(hours=1)).isoformat(), "ends_at": (now + timedelta(hours=1)).isoformat()}
    await tier.post("/v1/managers/vira/absences", away)
    async with person(tier, "boss", "supervisor") as boss:
        page = await boss.look(TEAM)
        assert "away" in words(member(page, "Vira Osin"))
        assert f"{TEAM}/hand-on?manager=vira&deal={deal['id']}" in waits(page, "Vira Osin")
        lead = await tier.offered(to_supervisor=True)
        assert "Lead that nobody took" in words(await boss.look(TEAM))
        refused = await boss.press(f"{TEAM}/hand-overs/{lead.item_id}/give", manager="", status=422)
        assert "Choose somebody" in refused.text
        await boss.press(f"{TEAM}/hand-overs/{lead.item_id}/give", manager="yeva")
    assert (await tier.get(f"/v1/deals/{lead.deal_id}"))["owner"] == "yeva"


async def asked_discount(tier: Tier2, manager: str, percent: str) -> dict[str, Any]:
    deal = await tier.accepted(manager)
    await tier.post(f"/v1/deals/{deal['id']}/qualify", FACTS, manager)
    body = {"lines": [LINE], "discount_percent": percent, "valid_until": in_days(5)}
    return await tier.post(f"/v1/deals/{deal['id']}/offers", body, manager)


async def test_discounts_are_decided_in_place_and_a_refusal_says_why(tier: Tier2) -> None:
    await tier.only("dmytro", name="Dmytro Sokil")
    first, second = await asked_discount(tier, "dmytro", "20"), await asked_discount(tier, "dmytro", "35")

    async def state(offer: dict[str, Any]) -> str:
        return str(await tier.pool.fetchval("SELECT state FROM offers WHERE id = $1", offer["id"]))

    async with person(tier, "boss", "supervisor") as boss:
        page = words(await boss.look(TEAM))
        assert "Dmytro Sokil asks" in page
        assert "managers may 10" in page
        refused = await boss.press(f"{TEAM}/offers/{second['id']}", approve="false", why="", status=422)
        assert "Say why" in refused.text
        await boss.press(f"{TEAM}/offers/{second['id']}", approve="false", why="20 would do")
        await boss.press(f"{TEAM}/offers/{first['id']}", approve="true")
        assert "No discount waits" in boss.page
    assert (await state(first), await state(second)) == ("sent", "rejected")


async def test_operators_read_and_change_nothing(tier: Tier2) -> None:
    await tier.only("hanna", name="Hanna Kvit")
    deal = await tier.accepted("hanna")
    await overdue(tier, deal["id"])
    offer = await tier.offered(hand_over(reason=HandOverReason.HARD_QUESTION, sticky_manager="hanna"))
    async with person(tier, "olena", "ops", "ops") as ops:
        page = await ops.look(TEAM)
        assert "Hanna Kvit" in page
        assert f"/conversion{TEAM}/deals/" not in page
        await ops.press(f"{TEAM}/hand-overs/{offer.item_id}/give", manager="hanna", status=403)


async def test_chosen_deals_are_handed_on_after_a_preview(tier: Tier2) -> None:
    await tier.only("ivan", name="Ivan Bilyk")
    first, second, third = [await tier.accepted("ivan") for _ in range(3)]
    waiting = await tier.offered(hand_over(sticky_manager="ivan"))
    await tier.manager("zlata", name="Zlata Horn", capacity=2)
    page = f"{TEAM}/hand-on"

    async def owners() -> list[str]:
        return [str((await tier.get(f"/v1/deals/{deal['id']}"))["owner"]) for deal in (first, second, third)]

    async with person(tier, "boss", "supervisor") as boss:
        told = words(await boss.look(page, manager="ivan"))
        assert "Zlata Horn 2 deals" in told, "she has room for two"
        assert "stay: nobody can take them 1" in told
        assert "full: 1" in told
        assert "1 lead that waits for an answer goes to the next manager" in told
        told = words(await boss.look(page, manager="ivan", deal=first["id"]))
        assert "Hand on 1 deal" in told
        assert "stay with Ivan Bilyk 2" in told
        refused = await boss.press(page, manager="ivan", deal=first["id"], reason="", status=422)
        assert 'id="reason"' not in refused.text
        assert await owners() == ["ivan"] * 3
        await boss.press(page, manager="ivan", deal=first["id"], reason="speaks their language")
        assert await owners() == ["zlata", "ivan", "ivan"]
        assert "Handed on in the last day" in words(boss.page)
        offer = "SELECT manager FROM hand_overs WHERE item_id = $1 AND state = 'open'"
        assert await tier.pool.fetchval(offer, waiting.item_id) == "ivan", "whoever keeps deals keeps leads on offer"
        await boss.press(page, manager="ivan", to="zlata", reason="has left")
        assert await owners() == ["zlata"] * 3
        assert "has no open deals" in words(boss.page)
        assert await tier.pool.fetchval(offer, waiting.item_id) is None
