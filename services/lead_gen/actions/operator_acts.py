"""What operators may do with a lead in tier 1."""

from __future__ import annotations

from datetime import UTC, datetime

from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.chassis.lateness import ActName
from services.chassis.operator_acts import Doer, Order, send_again, start_again
from services.chassis.sentences import said
from services.chassis.work_items import WorkItem
from services.lead_gen.actions.leads import cancel_lead as give_up
from services.lead_gen.actions.restarts import call_from_the_beginning
from services.lead_gen.repository import callers, calls, leads
from services.lead_gen.repository.ended import OVER
from services.lead_gen.repository.policies import policies
from services.lead_gen.schemas.leads import GiveUp
from workflows.contracts import ids
from workflows.contracts.lead_gen import CallAnswered, CallOutcome


async def retry(conn: Connection, order: Order) -> list[str]:
    """Send again what was set aside; a cold call that failed begins a new round."""
    changes = await start_again(conn, order, ids.cold_call(order.lead_id), call_from_the_beginning)
    return [*changes, *await send_again(conn, order, OVER)]


async def skip(conn: Connection, order: Order) -> list[str]:
    """Pass over the call that waits: it counts as one that nobody answered, and the cadence decides what comes next.

    No call is written: the figures know of none. Raises Conflict `no_safe_skip`, `in_hand`.
    """
    item = await _waiting_call(conn, order.lead_id, "no_safe_skip")
    attempt = int(item.payload["attempt"])
    await work_items.cancel(conn, item.id, "passed over by ops")
    answer = CallAnswered(
        event_id=f"skip:{item.id}", at=datetime.now(UTC), by=order.by, item_id=item.id, attempt=attempt,
        outcome=CallOutcome.NO_ANSWER,
    )  # fmt: skip
    await outbox.signal(conn, item.workflow_id, "call_answered", answer)
    most = (await policies.rules(conn)).max_attempts
    return [
        said(f"call {attempt} leaves the callers' queue and counts as one that nobody answered"),
        said(f"after {most} such calls the lead rests; until then the next call comes by the cadence"),
    ]


async def cancel(conn: Connection, order: Order) -> list[str]:
    """Give the lead up, whichever tier has it: open work is closed and its workflow ends in order."""
    lead = await leads.lock(conn, order.lead_id)
    item = await calls.waiting_for(conn, order.lead_id)
    await give_up(conn, order.lead_id, GiveUp(reason=order.reason), order.by)
    changes = [said("the register says that the lead is given up; nobody calls it any more")]
    if item is not None:
        changes.append(said(f"call {item.payload.get('attempt', '')} is taken out of the callers' queue"))
    if lead.workflow_id and (lead.tier != "lead_gen" or lead.stage == "calling"):
        ends = said(f"{lead.workflow_id} is told to end: it closes what is open in its tier, but not what is owed")
        changes.append(ends)
    return changes


async def reassign(conn: Connection, order: Order) -> list[str]:
    """Give the call that waits to one caller, or back to every caller on shift.

    Raises Conflict `wrong_state`, `in_hand`, Invalid on `to`.
    """
    item = await _waiting_call(conn, order.lead_id, "wrong_state")
    if order.to is not None and not await callers.exists(conn, order.to):
        raise Invalid("is no caller", field="to")
    await calls.give_to(conn, item.id, order.to)
    await publish(conn, "work.opened", item_id=item.id)
    name = await callers.name_of(conn, order.to) if order.to else None
    number = item.payload.get("attempt", "")
    if name is None:
        return [said(f"call {number} is for any caller on shift from now on")]
    return [said(f"call {number} is {name}'s alone from now on")]


async def _waiting_call(conn: Connection, lead_id: str, code: str) -> WorkItem:
    """The call in the queue, locked; refused with `code` if none waits."""
    await leads.lock(conn, lead_id)
    item = await calls.waiting_for(conn, lead_id)
    if item is None:
        raise Conflict("no call of this lead waits in the queue", code=code)
    if item.leased_by:
        name = await callers.name_of(conn, item.leased_by) or item.leased_by
        raise Conflict(f"{name} is calling them now: wait for the outcome", code="in_hand")
    return item


ACTS: dict[ActName, Doer] = {"retry": retry, "skip": skip, "cancel": cancel, "reassign": reassign}
