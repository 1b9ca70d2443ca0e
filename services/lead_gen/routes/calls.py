"""The call desk: the next lead, and how the call ended."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Response

from services.chassis.http import Conn, Id, Who, allow, new_router
from services.lead_gen.actions.call_outcomes import report_outcome
from services.lead_gen.actions.call_undo import undo_call
from services.lead_gen.actions.calls import extend_lease, lease_next_call, release_lease
from services.lead_gen.domain.calls import NothingDue
from services.lead_gen.schemas.calls import Lease, LeasedCall, NewOutcome, NextCall, OutcomeTaken, Token, UndoneCall

router: APIRouter = new_router(tags=["calls"])
CALLER = [allow("caller")]


@router.post(
    "/calls/next",
    dependencies=CALLER,
    response_model=LeasedCall,
    responses={204: {"description": "Nothing is due; `Retry-After` says when to ask again."}},
    summary="The next lead worth calling",
)
async def next_call(conn: Conn, who: Who, body: NextCall | None = None) -> LeasedCall | Response:
    """Callbacks that are due first, then by priority and score; only inside the lead's own hours."""
    found = await lease_next_call(conn, who.person, body.campaign_id if body else None)
    if isinstance(found, NothingDue):
        wait = max(1, round(found.retry_after.total_seconds()))
        return Response(status_code=204, headers={"Retry-After": str(wait)})
    return LeasedCall.model_validate(found, from_attributes=True)


@router.post("/calls/{item_id}/extend", dependencies=CALLER, summary="Keep the lead a little longer")
async def extend(conn: Conn, who: Who, item_id: Id, body: Token) -> Lease:
    """409 `stale_lease` when the lead went back to the queue."""
    return Lease.of(await extend_lease(conn, item_id, who.person, body.token))


@router.post("/calls/{item_id}/release", dependencies=CALLER, summary="Return the lead to the queue")
async def release(conn: Conn, who: Who, item_id: Id, body: Token) -> Lease:
    """The next caller gets it."""
    return Lease.of(await release_lease(conn, item_id, who.person, body.token))


@router.post("/calls/{item_id}/outcome", dependencies=CALLER, summary="Report how the call ended")
async def outcome(conn: Conn, who: Who, item_id: Id, body: NewOutcome) -> OutcomeTaken:
    """One transaction: the call, the closed work, the register, and the answer on its way to the workflow.

    A finished call is taken even when its lease is over (the shift ended, a break, the lead has gone on): it is
    recorded, and `not_followed` says what could not follow from it. 409 `stale_lease` or `already_closed` for a call
    that was never yours under this token, or that you have reported; 409 `outside_window`, with the nearest times, for
    a callback at an hour at which they may not be called.
    """
    hold = timedelta(seconds=body.hold_seconds)
    return OutcomeTaken.of(await report_outcome(conn, item_id, body, who.person, hold))


@router.post("/calls/{item_id}/undo", dependencies=CALLER, summary="Take an outcome back")
async def undo(conn: Conn, who: Who, item_id: Id) -> UndoneCall:
    """While the outcome is held (`hold_seconds`). 409 `too_late` when it has gone on; the next lead is returned."""
    return UndoneCall.model_validate(await undo_call(conn, item_id, who.person), from_attributes=True)
