"""Who keeps which customer: assigned, covered for, taken over. Work follows, and the workflow hears of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.account_mgmt.domain.portfolio import Keeper, choose, cover_for
from services.account_mgmt.repository import account_managers, work
from services.account_mgmt.schemas.account_managers import Handed
from services.chassis import outbox, work_items
from services.chassis.db import Connection, Pool, new_id
from services.chassis.errors import Invalid
from services.chassis.events import publish
from services.chassis.work_items import NewItem, WorkItem
from workflows.contracts import ids
from workflows.contracts.customer_status import AccountManagerChanged

KINDS = ("nudge", "inbound", "dunning", "complaint", "risk", "mail")
"""Work that lies with a customer's account manager."""

AT_ONCE = 500
_PER_SWEEP = 200


async def assign(conn: Connection, customer_id: str) -> str | None:
    """Give a new or returning customer its account manager; None while nobody has room: the sweep tries again."""
    await account_managers.lock(conn)
    choice = choose(await account_managers.all_of_them(conn), await account_managers.wanted(conn, customer_id))
    if choice.keeper is not None:
        await account_managers.set_keeper(conn, customer_id, choice.keeper)
    return choice.keeper


async def open_work(
    conn: Connection,
    kind: str,
    *,
    key: str,
    customer_id: str,
    priority: int,
    facts: Mapping[str, Any] | None = None,
) -> WorkItem:
    """Open work of a customer's account manager, or of whoever covers for him now."""
    wanted = await account_managers.wanted(conn, customer_id)
    owner = wanted.former
    doer = owner
    # Portfolios are counted only when somebody else must be chosen.
    if owner and await account_managers.away_now(conn, owner) is not None:
        doer = cover_for(await account_managers.all_of_them(conn), owner, wanted)
    covered = {"cover_for": owner} if doer != owner else {}
    return await work_items.open_item(
        conn,
        NewItem(
            kind=kind,
            key=key,
            workflow_id=ids.customer(customer_id),
            lead_id=customer_id,
            priority=priority,
            assignee=doer,
            payload={**(facts or {}), **covered},
        ),
    )


async def hand(conn: Connection, customer_id: str, keeper: str, by: str) -> None:
    """Make somebody the account manager: record, open work and workflow."""
    await account_managers.set_keeper(conn, customer_id, keeper)
    await work_items.reassign_for_lead(conn, customer_id, keeper, kinds=KINDS)
    answer = AccountManagerChanged(
        event_id=f"account-manager:{new_id()}", at=datetime.now(UTC), by=by, account_manager=keeper
    )
    await outbox.signal(conn, ids.customer(customer_id), "account_manager_changed", answer, when_missing="drop")
    await publish(conn, "customer_changed", customer_id=customer_id)


async def plan_take_over(conn: Connection, manager_id: str, to: str | None, segment: str | None) -> list[Handed]:
    """Who would get each of an account manager's customers, at most 500 at once. Raises NotFound, Invalid on `to`.

    Locks assignment and the customers, so that carrying it out in the same transaction does what the plan says.
    """
    await account_managers.lock(conn)
    await account_managers.get(conn, manager_id)
    everybody = {one.id: one for one in await account_managers.all_of_them(conn) if one.id != manager_id}
    if to is not None and not (to in everybody and everybody[to].active):
        raise Invalid("is not another active account manager", field="to")
    plan = []
    for customer_id in await account_managers.portfolio(conn, manager_id, segment, AT_ONCE):
        handed = await _receiver(conn, everybody, customer_id, to)
        if handed.account_manager:
            receiver = everybody[handed.account_manager]
            everybody[receiver.id] = replace(receiver, customers=receiver.customers + 1)
        plan.append(handed)
    return plan


async def _receiver(conn: Connection, everybody: Mapping[str, Keeper], customer_id: str, to: str | None) -> Handed:
    if to is not None:
        return Handed(customer_id=customer_id, account_manager=to, why="named by the supervisor")
    wanted = replace(await account_managers.wanted(conn, customer_id), former=None)
    choice = choose(list(everybody.values()), wanted)
    return Handed(customer_id=customer_id, account_manager=choice.keeper, why=choice.why)


async def take_over(conn: Connection, plan: Sequence[Handed], by: str) -> None:
    """Carry out a plan. Customers without a receiver stay where they are."""
    for handed in plan:
        if handed.account_manager is not None:
            await hand(conn, handed.customer_id, handed.account_manager, by)


# Sweeps of the worker


async def assign_waiting(pool: Pool) -> None:
    """Customers whom nobody had room for get an account manager as soon as somebody has."""
    async with pool.acquire() as conn, conn.transaction():
        for customer_id in await account_managers.unassigned(conn, _PER_SWEEP):
            keeper = await assign(conn, customer_id)
            if keeper is not None:
                await hand(conn, customer_id, keeper, "policy")


async def cover_absent(pool: Pool) -> None:
    """Open work of whoever is away goes to his cover, and comes back to him when he does."""
    async with pool.acquire() as conn, conn.transaction():
        items = await work.of_absent(conn, KINDS, _PER_SWEEP)
        everybody = await account_managers.all_of_them(conn) if items else []
        for item in items:
            owner = item.assignee or ""
            cover = cover_for(everybody, owner, await account_managers.wanted(conn, item.lead_id))
            if cover != owner:
                await work.cover(conn, item.id, cover, owner)
        await work.give_back(conn, KINDS)
