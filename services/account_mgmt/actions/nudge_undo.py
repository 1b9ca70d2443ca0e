"""Taking the answer to a nudge back, as long as it is held in the outbox: as if it had never been given.

A complaint is told to the workflow at once, because it is urgent; taken back, it is told to be settled.
"""

from __future__ import annotations

from services.account_mgmt.actions.customer_status import settle_concern
from services.account_mgmt.domain.nudges import BeforeAnswer, Nudge, UndoableAnswer, event_id_of
from services.account_mgmt.repository import customers, needs, nudges
from services.chassis import outbox, work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.chassis.events import publish


async def undoable_answer(conn: Connection, who: Principal) -> UndoableAnswer | None:
    """The last answer that this person took down, if it may still be taken back."""
    last = await nudges.last_answered(conn, who.person)
    if last is None:
        return None
    key = event_id_of(last["item_id"])
    until = (await outbox.held_until(conn, [key])).get(key)
    return UndoableAnswer.of({**last, "until": until}) if until else None


async def undo_answer(conn: Connection, who: Principal, item_id: str) -> Nudge:
    """Take an answer back: the reminder waits again. Raises NotFound for somebody else's; Conflict `too_late`."""
    nudge = await nudges.get(conn, item_id)
    if nudge.outcome is None or nudge.answered_by != who.person:
        raise NotFound("You have written down no such answer, or it was taken back before")
    customer = await customers.get(conn, nudge.customer_id, lock=True)
    before = BeforeAnswer.of(await outbox.take_back(conn, event_id_of(item_id)))
    await work_items.reopen_free(conn, item_id)
    for call_id in before.calls:
        await work_items.reopen_free(conn, call_id)
    await nudges.unanswer(conn, item_id)
    await customers.plan_nudge(conn, customer.id, before.next_nudge_at)
    if before.need_id is not None:
        await needs.remove(conn, before.need_id)
    if before.complaint_id is not None:
        complaint = await work_items.cancel(conn, before.complaint_id, result="taken_back")
        if before.state == "active" and complaint is not None:
            await settle_concern(conn, customer, complaint, who.person)
    await publish(conn, "work.opened", item_id=item_id, customer_id=customer.id, work="nudge")
    return await nudges.get(conn, item_id)
