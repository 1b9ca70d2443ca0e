"""Carrying out the safe acts, one transaction each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import asyncpg

from leadrelay.check import restarts
from leadrelay.check.calls import pass_on
from leadrelay.check.executions import look_closely
from leadrelay.check.findings import Act, Repair
from leadrelay.check.places import Places
from services.chassis import db, work_items
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, DomainError
from services.chassis.outbox import rows
from services.chassis.webhooks import deliveries
from services.lead_gen.actions.leads import update_register
from workflows.contracts import ids
from workflows.contracts.base import Tier
from workflows.contracts.lead_gen import RegisterUpdate


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
    if one.act is Act.CORRECT_REGISTER:
        return await _correct_register(places, one)
    async with _transaction(places, one.tier) as conn:
        if one.act is Act.RETRY_ROW:
            await rows.retry_dead(conn, int(one.subject))
            return "it is on its way again"
        if one.act is Act.RETRY_MESSAGE:
            await deliveries.retry_dead(conn, int(one.subject))
            return "it is on its way again"
        if one.act is Act.CALL_AGAIN:
            return await pass_on(conn, one.subject)
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
        waiting = "SELECT EXISTS (SELECT FROM outbox WHERE workflow_id = $1 AND state = 'pending')"
        if await conn.fetchval(waiting, one.subject):
            return "nothing to do: an answer for it is on its way"
        return await restarts.BY_PREFIX[prefix](conn, record)


async def _correct_register(places: Places, one: Repair) -> str:
    """Write what the record says; if that has changed meanwhile, the next check says so."""
    async with _transaction(places, one.tier) as conn:
        place = await (_deal_place if one.tier == Tier.CONVERSION else _customer_place)(conn, one.subject)
    if place is None:
        return restarts.NOT_OPEN
    async with _transaction(places, Tier.LEAD_GEN) as conn:
        await update_register(conn, place)
    return f"the register says {place.stage}, {place.owner or 'nobody'}"


async def _deal_place(conn: Connection, lead_id: str) -> RegisterUpdate | None:
    row = await conn.fetchrow(
        "SELECT workflow_id, stage, owner FROM deals WHERE lead_id = $1 AND stage NOT IN ('won', 'lost')", lead_id
    )
    if row is None:
        return None
    # The register knows three stages of tier 2; what a deal in work is doing is the deal's to say.
    stage = row["stage"] if row["stage"] in ("offered", "asleep") else "accepted"
    return _update(lead_id, Tier.CONVERSION, stage, row["owner"], row["workflow_id"])


async def _customer_place(conn: Connection, customer_id: str) -> RegisterUpdate | None:
    row = await conn.fetchrow(
        "SELECT state, account_manager FROM customers WHERE id = $1 AND state IN ('active', 'at_risk', 'opted_out')",
        customer_id,
    )
    if row is None:
        return None
    return _update(customer_id, Tier.ACCOUNT_MGMT, row["state"], row["account_manager"], ids.customer(customer_id))


def _update(lead_id: str, tier: Tier, stage: str, owner: str | None, workflow_id: str) -> RegisterUpdate:
    return RegisterUpdate(
        key=f"repair:{new_id()}",
        lead_id=lead_id,
        tier=tier,
        stage=stage,
        owner=owner,
        workflow_id=workflow_id,
        at=datetime.now(UTC),
    )
