"""A deal as it is shown to somebody, and who changed what of it on its page."""

from __future__ import annotations

from typing import Any

from services.chassis import edits
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.conversion.actions.deals import now, owns, policy_of
from services.conversion.actions.kinds import CONTACT, DEAL, MEETING, OFFER
from services.conversion.domain.deals import Deal
from services.conversion.repository import deals, meetings, offers, timeline
from services.conversion.schemas.deals import DealAnswer, DealSummary
from services.conversion.schemas.meetings import MeetingAnswer
from services.conversion.schemas.offers import OfferAnswer


async def shown_deal(conn: Connection, deal: Deal, *, masked: bool = False) -> DealAnswer:
    """The deal with its timeline, meetings and offers."""
    return DealAnswer(
        **DealSummary.fields_of(deal, now(), masked=masked),
        story=deal.story,
        missing=DealAnswer.facts_missing(deal, await policy_of(conn, deal)),
        timeline=await timeline.of_deal(conn, deal.id),
        meetings=[MeetingAnswer.model_validate(row.model_dump()) for row in await meetings.of_deal(conn, deal.id)],
        offers=[OfferAnswer.of(offer) for offer in await offers.of_deal(conn, deal.id)],
    )


async def deal_before(conn: Connection, deal_id: str, who: Principal) -> DealAnswer:
    """The deal as this person is shown it, held while they change it. Raises NotFound."""
    await edits.hold(conn, DEAL, deal_id)
    return await _shown_to(conn, deal_id, who)


async def _shown_to(conn: Connection, deal_id: str, who: Principal) -> DealAnswer:
    deal = await deals.get(conn, deal_id)
    return await shown_deal(conn, deal, masked=not owns(deal, who))


async def note_edits(conn: Connection, deal_id: str, who: Principal, before: DealAnswer) -> None:
    """Keep what became of a deal on its page, so that whoever is late by REST is told by whom (ADR 38)."""
    was, is_now = before.model_dump(mode="json"), (await _shown_to(conn, deal_id, who)).model_dump(mode="json")
    await edits.note(conn, DEAL, deal_id, who.person, was, is_now)
    await edits.note(conn, CONTACT, deal_id, who.person, was["contact"], is_now["contact"])
    for kind, part in ((MEETING, "meetings"), (OFFER, "offers")):
        earlier: dict[str, Any] = {one["id"]: one for one in was[part]}
        for one in is_now[part]:
            if one["id"] in earlier:
                await edits.note(conn, kind, one["id"], who.person, earlier[one["id"]], one)
