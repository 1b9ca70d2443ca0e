"""The day's list: whom to remind of the next purchase, and what they said."""

from __future__ import annotations

import uuid
from decimal import Decimal

from fastapi import APIRouter

from services.account_mgmt.actions.card import read_listed_card
from services.account_mgmt.actions.nudges import answer_nudge
from services.account_mgmt.repository import nudges
from services.account_mgmt.routes.access import READERS, WRITERS
from services.account_mgmt.schemas.nudges import NewNudgeOutcome, NudgeAnswerView, NudgeView
from services.chassis.errors import Invalid
from services.chassis.http import Conn, Id, Page, PageParams, Pager, Who, new_router

router: APIRouter = new_router(tags=["nudges"])


@router.get("/nudges", dependencies=READERS, summary="Whom to remind")
async def list_nudges(
    conn: Conn, who: Who, pager: Pager, state: str | None = "open", mine: bool = False
) -> Page[NudgeView]:
    """The highest expected value first (chance to buy times value), each with the customer's card, numbers masked."""
    found = await nudges.page(
        conn,
        state=state,
        manager=who.person if mine else None,
        everybodys=who.role == "supervisor",
        limit=pager.limit + 1,
        after=_after(pager),
    )
    page = Page.of(found, pager.limit, key=lambda n: (str(n.expected_value), n.item_id))
    items = [NudgeView.with_card(one, await read_listed_card(conn, one.customer_id)) for one in page.items]
    return Page(items=items, next=page.next)


def _after(pager: PageParams) -> tuple[Decimal, str] | None:
    cursor = pager.cursor(2)
    if cursor is None:
        return None
    try:
        return Decimal(cursor[0]), str(uuid.UUID(cursor[1]))
    except (ValueError, ArithmeticError):
        raise Invalid("is not a cursor of this list; start again without it", field="after") from None


@router.post("/nudges/{item_id}/outcome", dependencies=WRITERS, summary="What the customer said")
async def post_outcome(conn: Conn, who: Who, item_id: Id, body: NewNudgeOutcome) -> NudgeAnswerView:
    """One transaction: the record, an order with its invoice if there is one, and the answer to the workflow."""
    return NudgeAnswerView.of(await answer_nudge(conn, who, item_id, body))
