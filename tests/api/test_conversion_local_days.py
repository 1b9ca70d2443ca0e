"""Years and days of tier 2 are those of its own calendar's zone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest_asyncio

from services.chassis.auth import Principal
from services.conversion.actions.offers import make_offer
from services.conversion.domain.policy import STANDARD
from services.conversion.repository import absences, deals, managers
from services.conversion.schemas.offers import NewOffer
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, LINE, Tier2, tier_2
from workflows.contracts.base import Tier

# Half past midnight of New Year's Day in Kyiv, still last year in London.
NEW_YEAR = datetime(2027, 12, 31, 22, 30, tzinfo=UTC)


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_local_days", tier=Tier.CONVERSION, policy="demo")) as tier:
        await tier.manager("anna")
        yield tier


async def test_an_offer_is_numbered_by_the_year_of_the_tiers_zone(conversion: Tier2) -> None:
    deal_id = (await conversion.accepted("anna"))["id"]
    await conversion.post(f"/v1/deals/{deal_id}/qualify", FACTS, "anna")
    async with conversion.pool.acquire() as conn, conn.transaction():
        who = Principal(tier=Tier.CONVERSION, role="manager", person="anna")
        offer = await make_offer(
            conn,
            await deals.get(conn, deal_id, lock=True),
            who,
            NewOffer.model_validate({"lines": [LINE]}),
            at=NEW_YEAR,
        )
    assert offer.number.startswith("2028-")


async def days(tier: Tier2, today: date, since: date) -> int:
    async with tier.pool.acquire() as conn:
        [anna] = await managers.candidates(conn, since=since, today=today, moment=NEW_YEAR, usual=STANDARD.calendar)
    return anna.days


async def test_a_managers_days_are_counted_in_the_tiers_zone(conversion: Tier2) -> None:
    await conversion.pool.execute("UPDATE managers SET created_at = $1", NEW_YEAR)
    # The first day is 1 January, not the last of December.
    assert await days(conversion, date(2028, 1, 5), date(2027, 12, 20)) == 5
    # Two days off, from midnight to midnight in Kyiv.
    off = datetime(2028, 1, 1, 22, tzinfo=UTC)
    async with conversion.pool.acquire() as conn:
        await absences.add(conn, "anna", off, off + timedelta(days=2), "holiday", "boss")
    assert await days(conversion, date(2028, 1, 5), date(2027, 12, 20)) == 3
    assert await days(conversion, date(2028, 1, 3), date(2028, 1, 3)) == 1
