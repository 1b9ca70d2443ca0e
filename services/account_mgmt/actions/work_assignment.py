"""Whose work it is: opened for a customer's account manager, or for whoever covers while they are away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.account_mgmt.domain.portfolio import CustomerProfile, cover_for
from services.account_mgmt.repository import account_managers, work
from services.chassis import work_items
from services.chassis.db import Connection, Pool
from services.chassis.events import publish, publish_all
from services.chassis.work_items import NewItem, WorkItem
from workflows.contracts import ids
from workflows.contracts.conversion import OpenInbound

KINDS = ("nudge", "inbound", "dunning", "complaint", "risk", "mail", "reply", "contract")
"""Work that lies with a customer's account manager."""
NOT_ABOUT_MONEY = ("nudge", "inbound", "complaint", "risk", "reply")
"""What is over for a customer who is none any more; what they owe they owe still."""
_INBOUND_PRIORITY = 20
_PER_SWEEP = 200


@dataclass(frozen=True)
class NewWork:
    """Work about a customer to be opened once per `key`; `facts` are shown with it."""

    kind: str
    key: str
    customer_id: str
    priority: int
    facts: Mapping[str, Any] = field(default_factory=dict)


async def open_work(conn: Connection, new: NewWork) -> WorkItem:
    """Open work of a customer's account manager, or of whoever covers for them now. Raises NotFound."""
    [item] = await open_work_of(conn, [await account_managers.profile(conn, new.customer_id)], [new])
    return item


async def open_work_of(
    conn: Connection, customers: Sequence[CustomerProfile], wanted: Sequence[NewWork]
) -> list[WorkItem]:
    """Open work of these customers' account managers, one item a customer, each for whoever is there to do it."""
    owners = {one.account_manager for one in customers if one.account_manager}
    away = await account_managers.are_away(conn, list(owners)) if owners else set()
    # Portfolios are counted only when somebody else must be chosen.
    managers = await account_managers.all_of_them(conn) if away else []
    items: list[NewItem] = []
    for customer, new in zip(customers, wanted, strict=True):
        owner = customer.account_manager
        person = cover_for(managers, owner, customer) if owner in away and owner else owner
        covered = {"cover_for": owner} if person != owner else {}
        items.append(
            NewItem(
                kind=new.kind,
                key=new.key,
                workflow_id=ids.customer(customer.customer_id),
                lead_id=customer.customer_id,
                priority=new.priority,
                assignee=person,
                payload={**new.facts, **covered},
            )
        )
    opened = await work_items.open_items(conn, items)
    told = [{"item_id": one.id, "customer_id": one.lead_id, "work": one.kind} for one in opened]
    await publish_all(conn, "work.opened", told)
    return opened


async def open_for_supervisors(
    conn: Connection, kind: str, *, key: str, customer_id: str, priority: int, facts: Mapping[str, Any]
) -> None:
    """Open work about a customer that lies with the supervisors, once per `key`."""
    item = NewItem(
        kind=kind, key=key, workflow_id=ids.customer(customer_id), lead_id=customer_id, priority=priority, payload=facts
    )
    [opened] = await work_items.open_items(conn, [item])
    await publish(conn, "work.opened", item_id=opened.id, customer_id=customer_id, work=kind)


async def open_inbound_call(conn: Connection, request: OpenInbound) -> None:
    """A customer calls: urgent work of the account manager, or of their cover. Raises NotFound."""
    facts = {"inbound_call_id": request.inbound_call_id, "note": request.note}
    await publish(conn, "inbound_call", inbound_call_id=request.inbound_call_id)
    await open_work(
        conn,
        NewWork("inbound", key=request.key, customer_id=request.lead_id, priority=_INBOUND_PRIORITY, facts=facts),
    )


async def cover_absent(pool: Pool) -> None:
    """A sweep: open work of whoever is away goes to their cover, and returns to them when they do."""
    async with pool.acquire() as conn, conn.transaction():
        found = await work.of_absent(conn, KINDS, _PER_SWEEP)
        managers = await account_managers.all_of_them(conn) if found else []
        moved: set[str] = set()
        for item, customer in found:
            owner = item.assignee or ""
            cover = cover_for(managers, owner, customer)
            if cover != owner:
                await work.cover(conn, item.id, cover, owner)
                moved.add(owner)
        moved |= await work.give_back(conn, KINDS)
        await publish_all(conn, "absence.changed", [{"manager": one} for one in sorted(moved)])
