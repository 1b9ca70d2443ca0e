"""Who a lead is: its contact card, read and corrected by whoever works on its deal."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Response

from services.chassis.contacts.masks import mask_card
from services.chassis.http import Conn, Id, Who, allow, new_router
from services.conversion.actions.deal_contact import correct_contact
from services.conversion.actions.deals import owns
from services.conversion.actions.teams import deal_seen
from services.conversion.domain.contacts import version_of
from services.conversion.schemas.contacts import ContactChange
from workflows.contracts.base import ContactCard

router = new_router(tags=["deals"])
_STAFF = allow("manager", "supervisor")
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=100, description="The ETag that was read.")]


def _tagged(response: Response, card: ContactCard) -> ContactCard:
    response.headers["ETag"] = f'"{version_of(card)}"'
    return card


@router.get("/deals/{deal_id}/contact", dependencies=[_STAFF], summary="Who the lead of a deal is")
async def get_contact(deal_id: Id, conn: Conn, who: Who, response: Response) -> ContactCard:
    """With its `ETag`, which a change must name. Numbers and e-mail in clear for the owner and supervisors."""
    deal = await deal_seen(conn, deal_id, who)
    card = _tagged(response, deal.contact)
    return card if owns(deal, who) else mask_card(card)


@router.patch("/deals/{deal_id}/contact", dependencies=[_STAFF], summary="Correct who the lead is")
async def patch_contact(
    deal_id: Id, body: ContactChange, conn: Conn, who: Who, response: Response, if_match: IfMatch = None
) -> ContactCard:
    """Fields that are not named stay. The register of lead generation hears of it.

    428 `precondition_required` without `If-Match`; 412 `precondition_failed` when somebody has changed it since.
    """
    deal = await correct_contact(conn, deal_id, who, body, if_match=if_match)
    return _tagged(response, deal.contact)
