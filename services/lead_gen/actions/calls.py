"""Calls, as callers make them: the next lead worth calling, the lease on it, and the outcome they report."""

from __future__ import annotations

from datetime import UTC, datetime

from services.chassis import work_items
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Forbidden
from services.chassis.events import publish
from services.chassis.work_items import WorkItem
from services.lead_gen.actions.instructions import instructions_for
from services.lead_gen.actions.scripts import begin_script
from services.lead_gen.domain.callers import callable_groups
from services.lead_gen.domain.calls import (
    CallInHand,
    CallLease,
    NothingDue,
)
from services.lead_gen.domain.leads import Lead
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.window import is_open
from services.lead_gen.repository import call_drafts, callers, calls, dials, do_not_call, leads
from services.lead_gen.repository.policies import policies


async def lease_next_call(conn: Connection, caller: str, campaign_id: str | None) -> CallInHand | NothingDue:
    """Lease the next lead to this caller: due callbacks first, then by priority and score, in the lead's own hours.

    Without a shift, or with their quota reached, they are given no more than the callbacks they promised themselves.

    Raises Forbidden `inactive`, Conflict `on_break`.
    """
    policy = await policies.rules(conn)
    claimed = await _claim(conn, policy, caller, campaign_id)
    return NothingDue(retry_after=policy.retry_after) if claimed is None else await _in_hand(conn, *claimed, caller)


async def _claim(
    conn: Connection, policy: Policy, caller: str, campaign_id: str | None
) -> tuple[WorkItem, Lead] | None:
    choice = await callers.choice(conn, caller, campaign_id)
    standing = choice.standing
    if not standing.active:
        raise Forbidden("You are not an active caller", code="inactive")
    if standing.on_break:
        raise Conflict("You are on a break; end it first", code="on_break")
    groups = callable_groups(
        choice.groups, running=choice.running, standing=standing, policy=policy, now=datetime.now(UTC)
    )
    while item := await work_items.claim(
        conn, kind="call", person=caller, lease=policy.lease, groups=groups, only_own=not standing.takes_fresh
    ):
        lead, forbidden = await do_not_call.to_call(conn, item.lead_id)
        if not forbidden:
            return item, lead
        # Consent was withdrawn after the call was opened: nobody may be given it.
        await work_items.cancel(conn, item.id, "do_not_call")
    return None


async def _in_hand(conn: Connection, item: WorkItem, lead: Lead, caller: str) -> CallInHand:
    """Everything that the caller of a leased call needs; `lead` is theirs to call."""
    if item.lease_until is None:
        raise Conflict("The lease was lost", code="stale_lease")
    return CallInHand(
        item_id=item.id,
        token=item.lease_token,
        lease_until=item.lease_until,
        attempt=item.payload["attempt"],
        callback=item.payload["callback"],
        lead=lead,
        script=await begin_script(conn, item, lead, caller),
        history=await calls.of_lead(conn, lead.id),
        instructions=await instructions_for(conn, lead),
        dial=next(iter((await dials.of_item(conn, item.id))[-1:]), None),
    )


async def held_call(conn: Connection, caller: str) -> CallInHand | None:
    """The call that this caller holds now, or none; nothing is leased by looking."""
    held = await calls.held_by(conn, caller)
    if held is None:
        return None
    lead, _ = await do_not_call.to_call(conn, held.lead_id)
    return await _in_hand(conn, held, lead, caller)


async def take_back(conn: Connection, item_id: str, caller: str) -> CallInHand:
    """Lease a lost call to this caller once more, if nobody else has it. Raises Conflict `taken`, `on_break`."""
    standing = await callers.standing(conn, caller)
    if standing.on_break or not standing.active:
        raise Conflict("You are not on duty", code="on_break")
    policy = await policies.rules(conn)
    item = await work_items.get(conn, item_id)
    lead = await leads.lock(conn, item.lead_id)
    free = await is_callable(conn, policy, lead)
    taken = await work_items.claim_one(conn, item_id, person=caller, lease=policy.lease) if free else None
    if taken is None:
        raise Conflict("It cannot be called any more, or somebody else is calling it", code="taken")
    lead, _ = await do_not_call.to_call(conn, lead.id)
    return await _in_hand(conn, taken, lead, caller)


async def is_callable(conn: Connection, policy: Policy, lead: Lead) -> bool:
    """May this lead be called at this moment, by its own hours and by the ledger?"""
    return is_open(policy, lead.calling_zones, datetime.now(UTC)) and not await do_not_call.forbidden(conn, lead.id)


async def extend_lease(conn: Connection, item_id: str, caller: str, token: int) -> CallLease:
    """Hold the lead a little longer. Raises Conflict `stale_lease` if it went back to the queue."""
    policy = await policies.rules(conn)
    return _lease(await work_items.extend(conn, item_id, caller, token, policy.lease))


async def release_lease(conn: Connection, item_id: str, caller: str, token: int) -> CallLease:
    """Return the lead to the queue for the next caller. Raises Conflict `stale_lease`."""
    released = _lease(await work_items.release(conn, item_id, caller, token))
    await publish(conn, "lease.changed", item_id=item_id)
    return released


def _lease(item: WorkItem) -> CallLease:
    return CallLease(item_id=item.id, token=item.lease_token, lease_until=item.lease_until)


async def next_for_desk(conn: Connection, caller: str) -> bool:
    """Lease the next lead and begin its draft; False if nothing is due. Raises as `lease_next_call`."""
    found = await lease_next_call(conn, caller, None)
    if isinstance(found, NothingDue):
        return False
    await call_drafts.begin(conn, found.item_id, caller)
    return True
