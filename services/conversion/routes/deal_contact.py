"""Who a lead is: its contact card, read and corrected by whoever works on its deal."""

from __future__ import annotations

from services.chassis.contacts.masks import mask_card
from services.chassis.http import Conn, Id, Who, allow, if_match, new_router, tagged
from services.conversion.actions.deal_contact import correct_contact
from services.conversion.actions.deals import owns
from services.conversion.actions.kinds import CONTACT
from services.conversion.actions.teams import deal_seen
from services.conversion.schemas.contacts import ContactChange
from workflows.contracts.base import ContactCard

router = new_router(tags=["deals"])
_STAFF = allow("manager", "supervisor")


@router.get("/deals/{deal_id}/contact", dependencies=[_STAFF, tagged()], summary="Who the lead of a deal is")
async def get_contact(deal_id: Id, conn: Conn, who: Who) -> ContactCard:
    """With its `ETag`, which a change must name. Numbers and e-mail in clear for the owner and supervisors."""
    deal = await deal_seen(conn, deal_id, who)
    return deal.contact if owns(deal, who) else mask_card(deal.contact)


@router.patch(
    "/deals/{deal_id}/contact",
    dependencies=[_STAFF, if_match(get_contact, CONTACT, "deal_id", required=True)],
    summary="Correct who the lead is",
)
async def patch_contact(deal_id: Id, body: ContactChange, conn: Conn, who: Who) -> ContactCard:
    """Fields that are not named stay. The register of lead generation hears of it.

    428 `precondition_required` without `If-Match`; 412 `precondition_failed` when somebody has changed it since.
    """
    return (await correct_contact(conn, deal_id, who, body)).contact
