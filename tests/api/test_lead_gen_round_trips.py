"""What a person on the telephone waits for: round trips to the database, which a busy machine makes long."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import pytest_asyncio

from services.chassis.db import Connection
from services.lead_gen.actions.call_outcomes import report_outcome
from services.lead_gen.actions.calls import lease_next_call
from services.lead_gen.actions.inbound_calls import take_inbound_call
from services.lead_gen.domain.calls import CallInHand
from services.lead_gen.schemas.calls import NewOutcome
from services.lead_gen.schemas.inbound_calls import NewInboundCall
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier
from workflows.contracts.lead_gen import CallOutcome

T = TypeVar("T")


@pytest_asyncio.fixture(scope="module")
async def desk(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_trips", tier=Tier.LEAD_GEN, policy="demo")) as tier:
        yield tier


async def trips(desk: Tier1, work: Callable[[Connection], Awaitable[T]]) -> tuple[T, list[str]]:
    """(what came of this work in a transaction of its own, its statements, begin and commit among them)."""
    made: list[str] = []
    async with desk.pool.acquire() as conn:
        with conn.query_logger(lambda record: made.append(record.query)):
            async with conn.transaction():
                found = await work(conn)
    return found, made


async def test_an_inbound_call_takes_no_more_than_thirteen_round_trips(desk: Tier1) -> None:
    await desk.opened("+380445557001")

    async def rings(phone: str) -> list[str]:
        call = NewInboundCall.model_validate({"from": phone, "call_id": f"pbx-{phone}"})
        _, made = await trips(desk, lambda conn: take_inbound_call(conn, call, "pbx"))
        return made

    assert len(stranger := await rings("+380445557002")) <= 12, stranger
    assert len(waiting := await rings("+380445557001")) <= 13, waiting
    assert len(again := await rings("+380445557001")) <= 5, again


async def test_the_next_call_takes_no_more_than_ten_round_trips_and_its_outcome_thirteen(desk: Tier1) -> None:
    _, campaign_id = await desk.opened("+380445557003")
    given, made = await trips(desk, lambda conn: lease_next_call(conn, "petro", campaign_id))
    assert isinstance(given, CallInHand)
    assert len(made) <= 10, made
    told = NewOutcome(token=given.token, outcome=CallOutcome.NOT_INTERESTED, reason="no need")
    _, made = await trips(desk, lambda conn: report_outcome(conn, given.item_id, told, "petro"))
    assert len(made) <= 13, made
