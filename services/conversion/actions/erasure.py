"""Erasing a person in tier 2, ordered by tier 1: the records forget who it was, and what is open ends."""

from __future__ import annotations

from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.chassis.erasure import erase_traces
from services.conversion.actions.deal_closing import close_without_order
from services.conversion.actions.deals import now
from services.conversion.domain.stages import FINAL
from services.conversion.repository import erasure, managers, meetings, timeline
from workflows.contracts import ids
from workflows.contracts.base import Cancel, Done
from workflows.contracts.conversion import Stage
from workflows.contracts.erasure import ERASED, ErasePerson

_MONEY = ("won",)
"""A sale that is on its way to tier 3 stays one."""


async def erase_person(conn: Connection, request: ErasePerson) -> Done:
    """Erase contact data, texts and mails of these leads; an open deal is lost, and its workflow ends.

    Stages, times, sums and the commission ledger stay: they name no customer.
    """
    # Whoever offers a lead holds this too: either the deal is already here, or the offer sees that the lead is erased.
    await managers.lock_routing(conn)
    at = now()
    await erasure.remember(conn, request.lead_ids, request.at)
    deals = await erasure.erase(conn, request.lead_ids)
    await erase_traces(conn, request.lead_ids, keep=_MONEY)
    for deal in deals:
        if deal.stage not in FINAL:
            # Only now: the mail that frees the manager's calendar must not name anybody, and the lead gets none.
            await close_without_order(conn, deal, Stage.LOST, ERASED, at=at)
            await timeline.add(conn, deal.id, at=at, by=request.by, kind=Stage.LOST.value, text=ERASED)
    for lead_id in sorted(request.lead_ids):
        await meetings.free_reserved(conn, lead_id)
        await work_items.cancel_for_lead(conn, lead_id, result=ERASED)
        await end_workflow(conn, lead_id, request.by)
    return Done()


async def end_workflow(conn: Connection, lead_id: str, by: str) -> None:
    """End the lead's conversion, if one runs; said again, nothing changes."""
    answer = Cancel(event_id=f"erase:{lead_id}", at=now(), by=by, reason=ERASED)
    await outbox.signal(conn, ids.conversion(lead_id), "cancel", answer, when_missing="drop")
