"""Offers after they were made: approval, acceptance, and the document."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Response

from services.chassis.http import Conn, Id, Who, allow, if_match, new_router, tagged
from services.conversion.actions.kinds import OFFER
from services.conversion.actions.offers import (
    accept_offer,
    approve_offer,
    document_of,
    offer_seen,
    reject_offer,
    send_offer,
)
from services.conversion.repository import offers
from services.conversion.schemas.offers import (
    OfferAnswer,
    OfferChanges,
    Refusal,
    SentOffer,
    compare,
)

router = new_router(tags=["offers"])
_STAFF = allow("manager", "supervisor")


async def read_offer(offer_id: Id, conn: Conn, who: Who) -> OfferAnswer:
    """As `GET /offers/{offer_id}` shows it."""
    return OfferAnswer.of(await offer_seen(conn, offer_id, who))


_EDITS = if_match(read_offer, OFFER, "offer_id")


@router.post("/offers/{offer_id}/approve", dependencies=[allow("supervisor"), _EDITS], summary="Let an offer go out")
async def approve(offer_id: Id, conn: Conn, who: Who) -> OfferAnswer:
    """403 `own_request` to who asked for it or owns the deal; 409 `wrong_state` unless it waits, `offer_expired`."""
    return OfferAnswer.of(await approve_offer(conn, offer_id, who))


@router.post("/offers/{offer_id}/reject", dependencies=[allow("supervisor"), _EDITS], summary="Refuse a discount")
async def reject(offer_id: Id, conn: Conn, who: Who, body: Annotated[Refusal | None, Body()] = None) -> OfferAnswer:
    """409 `wrong_state` unless it waits for approval."""
    return OfferAnswer.of(await reject_offer(conn, offer_id, who, body.reason if body else None))


@router.post("/offers/{offer_id}/accept", dependencies=[_STAFF, _EDITS], summary="The customer agrees to an offer")
async def accept(offer_id: Id, conn: Conn, who: Who) -> OfferAnswer:
    """409 `wrong_state` unless it was sent, `offer_expired` if its time is over."""
    return OfferAnswer.of(await accept_offer(conn, offer_id, who))


@router.post(
    "/offers/{offer_id}/send", status_code=202, dependencies=[_STAFF], summary="Mail the offer to the customer"
)
async def send(offer_id: Id, conn: Conn, who: Who) -> SentOffer:
    """With the PDF. Once per offer: sent again, it is the same mail. 409 `wrong_state`, `no_address`, `changed`."""
    return SentOffer(mail_id=await send_offer(conn, offer_id, who), offer_id=offer_id)


@router.get("/offers/{offer_id}/changes", dependencies=[_STAFF], summary="What is new in this version")
async def changes(offer_id: Id, conn: Conn, who: Who) -> OfferChanges:
    """Compared with the version before."""
    offer = await offer_seen(conn, offer_id, who)
    earlier = [one for one in await offers.of_deal(conn, offer.deal_id) if one.version < offer.version]
    return compare(earlier[-1] if earlier else None, offer)


@router.get(
    "/offers/{offer_id}.pdf",
    dependencies=[_STAFF],
    summary="The offer as a document",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def pdf(offer_id: Id, conn: Conn, who: Who) -> Response:
    """In the customer's language (Ukrainian or English); marked as a draft unless it was sent."""
    name, content = await document_of(conn, offer_id, who)
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers={**headers, "Cache-Control": "no-store"})


@router.get("/offers/{offer_id}", dependencies=[_STAFF, tagged()], summary="One offer")
async def get_offer(offer_id: Id, conn: Conn, who: Who) -> OfferAnswer:
    """With exact totals."""
    return await read_offer(offer_id, conn, who)
