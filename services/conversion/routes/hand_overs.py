"""Offered leads: the list, accept, decline."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Query

from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from services.conversion.actions.deals import SUPERVISOR
from services.conversion.actions.hand_overs import accept_hand_over, decline_hand_over
from services.conversion.actions.teams import whose_deals
from services.conversion.domain.hand_overs import HandOverState
from services.conversion.repository import hand_overs
from services.conversion.schemas.hand_overs import AcceptBody, AnsweredHandOver, DeclineBody, HandOverAnswer

router = new_router(tags=["hand-overs"])
_STAFF = allow("manager", "supervisor")


@router.get("/hand-overs", dependencies=[_STAFF], summary="Leads offered to managers")
async def list_hand_overs(
    conn: Conn,
    who: Who,
    pager: Pager,
    state: Annotated[HandOverState | None, Query()] = None,
    mine: Annotated[bool, Query(description="Only your own; for a supervisor, also what nobody has yet.")] = False,
) -> Page[HandOverAnswer]:
    """The most urgent first, then whoever waits longest; numbers are masked until the lead is taken."""
    after = pager.priority_and_id()
    wanted = hand_overs.Filter(
        state=state,
        of=who.person if mine else None,
        unassigned=mine and who.role == SUPERVISOR,
        people=await whose_deals(conn, who),
    )
    found = await hand_overs.page(conn, wanted, pager.limit + 1, after)
    items = [HandOverAnswer.of(row, contact, lead_id) for row, contact, lead_id in found]
    return Page.of(items, pager.limit, key=lambda item: (str(item.priority), item.item_id))


@router.post("/hand-overs/{item_id}/accept", dependencies=[_STAFF], summary="Take an offered lead")
async def accept(
    item_id: Id, conn: Conn, who: Who, body: Annotated[AcceptBody | None, Body()] = None
) -> AnsweredHandOver:
    """409 `already_closed` if it was answered or withdrawn meanwhile, 403 `not_owner` if it is somebody else's."""
    manager = body.manager if body else None
    return AnsweredHandOver.of(await accept_hand_over(conn, item_id, who, manager))


@router.post("/hand-overs/{item_id}/decline", dependencies=[_STAFF], summary="Give an offered lead back")
async def decline(item_id: Id, body: DeclineBody, conn: Conn, who: Who) -> AnsweredHandOver:
    """The next manager is asked, then the supervisor. Errors as for accept."""
    return AnsweredHandOver.of(await decline_hand_over(conn, item_id, who, body.reason))
