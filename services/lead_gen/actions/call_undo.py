"""Taking a call's outcome back: the pattern of every undo.

The answer to the workflow is still held in the outbox. Its row is locked first and decides; then everything that the
outcome has written is put back as it was found, in the same transaction. So either nobody has ever seen the outcome, or
it stands.
"""

from __future__ import annotations

from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.chassis.errors import Conflict, NotFound
from services.chassis.events import publish
from services.lead_gen.actions.calls import lease_next_call
from services.lead_gen.actions.webhooks import untell_others
from services.lead_gen.domain.call_undo import BeforeCall, UndoableCall, UndoneCall
from services.lead_gen.domain.calls import CallInHand
from services.lead_gen.repository import call_undo, calls, dials, do_not_call, leads
from services.lead_gen.repository.call_undo import MadeCall
from services.lead_gen.repository.policies import policies
from workflows.contracts.lead_gen import CallOutcome


async def undoable_call(conn: Connection, caller: str) -> UndoableCall | None:
    """The last call of this caller if it may still be taken back: for the line that offers it."""
    last = await call_undo.last_of(conn, caller)
    if last is None:
        return None
    held = await calls.held_by(conn, caller)
    if held is not None and await dials.of_item(conn, held.id):
        return None
    key = _event_id(last.item_id)
    until = (await outbox.held_until(conn, [key])).get(key)
    if until is None:
        return None
    return UndoableCall(item_id=last.item_id, company=last.company, outcome=last.outcome, until=until)


async def undo_call(conn: Connection, item_id: str, caller: str) -> UndoneCall:
    """Take an outcome back and give its caller the call again; the lead that came after it returns to the queue.

    Raises NotFound if this caller has made no such call, Conflict `too_late`, `on_break`.
    """
    call = await call_undo.made(conn, item_id)
    if call is None or call.caller != caller:
        raise NotFound("You have made no such call, or it was taken back before")
    lead = await leads.lock(conn, call.lead_id)
    before = BeforeCall.model_validate(await outbox.take_back(conn, _event_id(item_id)))
    if await call_undo.place(conn, lead.id) != before.left:
        raise Conflict("It is too late to take this back: the lead has gone on since", code="too_late")
    await _return_next(conn, caller)
    await call_undo.put_back(conn, call, before, f"outcome:{lead.id}:{lead.rounds}")
    if call.outcome == CallOutcome.DO_NOT_CALL.value:
        for phone in lead.phones:
            await do_not_call.take_back(conn, phone, since=call.at, by=caller)
    await untell_others(conn, item_id)
    found = await _again(conn, call, caller)
    await publish(conn, "call_undone", item_id=item_id)
    return UndoneCall(call=found, report=before.report)


async def _return_next(conn: Connection, caller: str) -> None:
    held = await calls.held_by(conn, caller)
    if held is not None and await dials.of_item(conn, held.id):
        raise Conflict("You have dialled the next lead: finish that call first", code="too_late")
    if held is not None:
        await work_items.release(conn, held.id, caller, held.lease_token)


async def _again(conn: Connection, call: MadeCall, caller: str) -> CallInHand:
    """The call in hand again, under a new lease, with the checks of every lease."""
    policy = await policies.rules(conn)
    await work_items.reopen(conn, call.item_id, person=caller, lease=policy.lease)
    found = await lease_next_call(conn, caller, None)
    if not isinstance(found, CallInHand) or found.item_id != call.item_id:
        raise Conflict("It is too late to take this back: the lead may not be called any more", code="too_late")
    return found


def _event_id(item_id: str) -> str:
    return f"call:{item_id}"
