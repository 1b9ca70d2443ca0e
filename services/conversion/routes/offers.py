"""Offers after they were made: approval, acceptance, and the document."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Body, Response

from services.chassis.http import Conn, Id, Who, allow, new_router
from services.conversion.actions import offers as actions
from services.conversion.actions.steps import policy_of
from services.conversion.documents.offer_pdf import offer_pdf
from services.conversion.repository import deals, managers, offers
from services.conversion.schemas.offers import OfferAnswer, Refusal

router = new_router(tags=["offers"])
_STAFF = allow("manager", "supervisor")


@router.post("/offers/{offer_id}/approve", dependencies=[allow("supervisor")], summary="Let an offer go out")
async def approve(offer_id: Id, conn: Conn, who: Who) -> OfferAnswer:
    """409 `wrong_state` unless it waits for approval, `offer_expired` if its time is over."""
    return OfferAnswer.of(await actions.approve(conn, offer_id, who))


@router.post("/offers/{offer_id}/reject", dependencies=[allow("supervisor")], summary="Refuse a discount")
async def reject(offer_id: Id, conn: Conn, who: Who, body: Annotated[Refusal | None, Body()] = None) -> OfferAnswer:
    """409 `wrong_state` unless it waits for approval."""
    return OfferAnswer.of(await actions.reject(conn, offer_id, who, body.reason if body else None))


@router.post("/offers/{offer_id}/accept", dependencies=[_STAFF], summary="The customer agrees to an offer")
async def accept(offer_id: Id, conn: Conn, who: Who) -> OfferAnswer:
    """409 `wrong_state` unless it was sent, `offer_expired` if its time is over."""
    return OfferAnswer.of(await actions.accept(conn, offer_id, who))


@router.get(
    "/offers/{offer_id}.pdf",
    dependencies=[_STAFF],
    summary="The offer as a document",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def pdf(offer_id: Id, conn: Conn) -> Response:
    """In the customer's language (Ukrainian or English); marked as a draft unless it was sent."""
    offer = await offers.get(conn, offer_id)
    deal = await deals.get(conn, offer.deal_id)
    policy = await policy_of(conn, deal)
    author = await managers.find(conn, offer.created_by)
    # Setting the page takes a fraction of a second of pure computing.
    content = await asyncio.to_thread(
        offer_pdf, offer, deal.contact, policy, author.name if author else offer.created_by
    )
    headers = {"Content-Disposition": f'inline; filename="offer-{offer.number}-{offer.version}.pdf"'}
    return Response(content, media_type="application/pdf", headers={**headers, "Cache-Control": "no-store"})


@router.get("/offers/{offer_id}", dependencies=[_STAFF], summary="One offer")
async def get_offer(offer_id: Id, conn: Conn) -> OfferAnswer:
    """With exact totals."""
    return OfferAnswer.of(await offers.get(conn, offer_id))
