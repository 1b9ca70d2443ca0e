"""Times that are kept free for a lead on the phone: callers of tier 1 may do it too."""

from __future__ import annotations

from services.chassis.http import Conn, Id, Who, allow, new_router
from services.conversion.actions.meeting_holds import hold_time, release_hold
from services.conversion.schemas.meeting_holds import Hold, NewHold
from workflows.contracts.base import Tier

router = new_router(tags=["meetings"], guests={Tier.LEAD_GEN: ("caller", "supervisor")})
_DESK = allow("manager", "supervisor", "caller")


@router.post("/meeting-holds", status_code=201, dependencies=[_DESK], summary="Keep a time free for a lead")
async def hold(body: NewHold, conn: Conn, who: Who) -> Hold:
    """With the manager whose turn it is. Asked again for the same lead, the earlier time is given back.

    409 `double_booked` with `free_slots` if nobody has time then. It ends at `expires_at`, unless the lead is handed
    over before; the manager who accepts the lead gets the meeting.
    """
    return Hold.of(await hold_time(conn, body, who))


@router.delete("/meeting-holds/{lead_id}", status_code=204, dependencies=[_DESK], summary="Give a time back")
async def release(lead_id: Id, conn: Conn) -> None:
    """404 if no time is kept free for this lead."""
    await release_hold(conn, lead_id)
