"""Carrying out the safe acts, one transaction each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import asyncpg

from leadrelay.check import hand_overs, register, restarts
from leadrelay.check.calls import pass_on
from leadrelay.check.executions import RPC_SECONDS, look_closely
from leadrelay.check.findings import Act, Repair
from leadrelay.check.places import Places
from services.chassis import db, work_items
from services.chassis.db import Connection
from services.chassis.errors import Conflict, DomainError, NotFound
from services.chassis.outbox import rows
from services.chassis.webhooks import deliveries
from services.conversion.actions.sales import pass_sale_on
from services.conversion.repository import deals
from workflows.contracts import ids
from workflows.contracts.base import Tier


class Outcome(NamedTuple):
    """What came of a repair, in words; not `done` if it was refused."""

    says: str
    done: bool


async def carry_out(places: Places, repairs: Sequence[Repair]) -> list[Outcome]:
    """Do each, and say what came of it. One that is refused leaves the others to be done."""
    return [await _try(places, one) for one in repairs]


async def _try(places: Places, one: Repair) -> Outcome:
    name = f"{one.tier}: {one.act.value} {one.subject}"
    try:
        return Outcome(f"{name}: {await _do(places, one)}", True)
    except DomainError as error:
        return Outcome(f"{name}: refused: {error}", False)


async def _do(places: Places, one: Repair) -> str:
    if one.act is Act.RESTART:
        return await _restart(places, one)
    if one.act is Act.REPLACE:
        return await _replace(places, one)
    if one.act is Act.CORRECT_REGISTER:
        return await _correct_register(places, one)
    if one.act is Act.HAND_OVER:
        return await _hand_over(places, one)
    if one.act is Act.ORDER_AGAIN:
        return await _pass_sale_on(places, one)
    async with _transaction(places, one.tier) as conn:
        if one.act is Act.RETRY_ROW:
            await rows.retry_dead(conn, int(one.subject))
            return "it is on its way again"
        if one.act is Act.RETRY_MESSAGE:
            await deliveries.retry_dead(conn, int(one.subject))
            return "it is on its way again"
        if one.act is Act.CALL_AGAIN:
            return await pass_on(conn, one.subject)
        if one.act is Act.REPORT_MONEY:
            return await hand_overs.report_money(conn, one.subject)
        if one.act is Act.DROP_ROW:
            return await hand_overs.drop_row(conn, int(one.subject))
        cancelled = await work_items.cancel(conn, one.subject, "orphan")
        return "cancelled" if cancelled else "nothing to do: somebody has closed it"


@asynccontextmanager
async def _transaction(places: Places, tier: str) -> AsyncIterator[Connection]:
    settings = {
        "application_name": "leadrelay repair",
        "statement_timeout": "15s",
        "lock_timeout": "5s",
        "timezone": "UTC",
    }
    conn = await asyncpg.connect(places.dsns[tier], timeout=10, server_settings=settings)
    try:
        await db.init_connection(conn)
        async with conn.transaction():
            yield conn
    finally:
        await conn.close(timeout=5)


async def _restart(places: Places, one: Repair) -> str:
    prefix, _, record = one.subject.partition(":")
    if prefix not in restarts.BY_PREFIX:
        raise Conflict("ops starts this one in the Temporal UI", code="no_safe_act")
    if (await look_closely(places.temporal, [one.subject]))[one.subject].running:
        return "nothing to do: it runs"
    async with _transaction(places, one.tier) as conn:
        # An answer that starts nothing would only be refused again: the record has it.
        if await rows.begun_since(conn, one.subject, None):
            return "nothing to do: what starts it is on its way"
        return await restarts.BY_PREFIX[prefix](conn, record) or restarts.NOT_OPEN


async def _replace(places: Places, one: Repair) -> str:
    """End a workflow as it stands, and start it from its record. Cut in between, the next check starts it."""
    prefix, _, record = one.subject.partition(":")
    if prefix not in restarts.BY_PREFIX:
        raise Conflict("ops ends this one in the Temporal UI", code="no_safe_act")
    if (await look_closely(places.temporal, [one.subject]))[one.subject].running:
        reason = "leadrelay check --repair: it does not fit its record"
        await places.temporal.get_workflow_handle(one.subject).terminate(reason=reason, rpc_timeout=RPC_SECONDS)
    async with _transaction(places, one.tier) as conn:
        await rows.drop_unheard(conn, one.subject)
        try:
            said = await restarts.BY_PREFIX[prefix](conn, record) or restarts.NOT_OPEN
        except NotFound:
            said = "it has no record any more"
    return f"ended; {said.removeprefix('nothing to do: ')}"


async def _hand_over(places: Places, one: Repair) -> str:
    """From tier 1's record; or, if tier 2 has lost the deal since, the register is told of that."""
    if (await look_closely(places.temporal, [ids.conversion(one.subject)]))[ids.conversion(one.subject)].running:
        return "nothing to do: tier 2 has it"
    async with _transaction(places, Tier.CONVERSION) as conn:
        deal = await deals.latest(conn, one.subject)
    async with _transaction(places, Tier.LEAD_GEN) as conn:
        return await hand_overs.hand_over(conn, one.subject, deal)


async def _pass_sale_on(places: Places, one: Repair) -> str:
    async with _transaction(places, Tier.CONVERSION) as conn:
        deal = await deals.get(conn, one.subject)
        workflow_id = ids.customer(deal.lead_id)
        running = (await look_closely(places.temporal, [workflow_id]))[workflow_id].running
        return await pass_sale_on(conn, deal, in_care=running)


async def _correct_register(places: Places, one: Repair) -> str:
    """Write what the record says; if that has changed meanwhile, the next check says so."""
    async with _transaction(places, one.tier) as conn:
        place = await (register.of_deal if one.tier == Tier.CONVERSION else register.of_customer)(conn, one.subject)
    if place is None:
        return restarts.NOT_OPEN
    async with _transaction(places, Tier.LEAD_GEN) as conn:
        return await register.write(conn, place)
