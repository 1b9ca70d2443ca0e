"""Deals: the board, one deal, and every step of its owner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Response

from services.chassis.auth import Principal
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, if_match, new_router, tagged
from services.conversion.actions.answers import answer_question
from services.conversion.actions.deal_closing import lose_deal, win_deal
from services.conversion.actions.deal_shown import shown_deal as full
from services.conversion.actions.deals import (
    SUPERVISOR,
    deal_for,
    move_to_stage,
    now,
    owns,
    plan_next_step,
    qualify_deal,
    write_note,
)
from services.conversion.actions.kinds import DEAL
from services.conversion.actions.meetings import book_meeting
from services.conversion.actions.offers import make_offer
from services.conversion.actions.reassignment import give_back_deal
from services.conversion.actions.teams import deal_seen, whose_deals
from services.conversion.domain.stages import FINAL, WORKED
from services.conversion.repository import deals, offers
from services.conversion.schemas.deals import (
    DealAnswer,
    DealSummary,
    Loss,
    NewStage,
    NextStep,
    Note,
    Qualification,
    QuestionAnswer,
    Win,
)
from services.conversion.schemas.meetings import MeetingAnswer, NewMeeting
from services.conversion.schemas.offers import NewOffer, OfferAnswer
from services.conversion.schemas.reassignment import GiveBack
from workflows.contracts.conversion import Stage

router = new_router(tags=["deals"])
_STAFF = allow("manager", "supervisor")


@dataclass(frozen=True)
class BoardQuery:
    """What the board is narrowed to."""

    stage: Annotated[list[Stage] | None, Query(description="May be given several times.")] = None
    owner: Annotated[str | None, Query(max_length=100)] = None
    mine: Annotated[bool, Query()] = False
    lead_id: Annotated[Id | None, Query()] = None
    open: Annotated[bool | None, Query(description="True: neither won nor lost. False: won or lost.")] = None
    overdue: Annotated[bool, Query(description="Only deals whose next step is late.")] = False

    def narrowed(self, who: Principal, at: datetime) -> deals.Filter:
        """What that is to this person at this moment."""
        stages = set(self.stage) if self.stage else set(Stage)
        if self.open is not None:
            stages = stages - FINAL if self.open else stages & FINAL
        return deals.Filter(
            stages=None if len(stages) == len(Stage) else sorted(stages),
            owner=who.person if self.mine else self.owner,
            lead_id=self.lead_id,
            overdue_at=at if self.overdue else None,
        )


@router.get("/deals", dependencies=[_STAFF], summary="The deal board")
async def list_deals(conn: Conn, who: Who, pager: Pager, query: Annotated[BoardQuery, Depends()]) -> Page[DealSummary]:
    """Deals in order of their beginning: a manager's own and the team's, masked; the supervisor's are everybody's."""
    moment = now()
    wanted = replace(query.narrowed(who, moment), people=await whose_deals(conn, who))
    found = await deals.page(conn, wanted, pager.limit + 1, pager.after_id())
    items = [DealSummary(**DealSummary.fields_of(deal, moment)) for deal in found]
    return Page.of(items, pager.limit, key=lambda deal: (deal.id,))


@router.get("/deals/{deal_id}", dependencies=[_STAFF, tagged()], summary="One deal with everything that belongs to it")
async def get_deal(deal_id: Id, conn: Conn, who: Who) -> DealAnswer:
    """Contact, calls, qualification, timeline, meetings, offers; numbers in clear for its owner and supervisors."""
    deal = await deal_seen(conn, deal_id, who)
    return await full(conn, deal, masked=not owns(deal, who))


_EDITS = [_STAFF, if_match(get_deal, DEAL, "deal_id")]


@router.post("/deals/{deal_id}/qualify", dependencies=_EDITS, summary="Write down need, volume, authority, timing")
async def qualify(deal_id: Id, body: Qualification, conn: Conn, who: Who) -> DealAnswer:
    """Facts that are not given stay as they are. The deal is qualified once the policy's facts are known."""
    deal = await deal_for(conn, deal_id, who)
    return await full(conn, await qualify_deal(conn, deal, who, body.model_dump()))


@router.post("/deals/{deal_id}/next-step", dependencies=_EDITS, summary="Say what comes next, and when")
async def next_step(deal_id: Id, body: NextStep, conn: Conn, who: Who) -> DealAnswer:
    """A reminder follows when the time has passed."""
    deal = await deal_for(conn, deal_id, who)
    return await full(conn, await plan_next_step(conn, deal, who, body.what, body.at))


@router.post("/deals/{deal_id}/stage", dependencies=_EDITS, summary="Move a deal on by hand")
async def set_stage(deal_id: Id, body: NewStage, conn: Conn, who: Who) -> DealAnswer:
    """Forward only, and only with what the policy asks for before the stage: 409 `not_qualified`, `wrong_state`."""
    deal = await deal_for(conn, deal_id, who)
    return await full(conn, await move_to_stage(conn, deal, who, body.stage, body.note))


@router.post("/deals/{deal_id}/return", dependencies=_EDITS, summary="Give an accepted deal back")
async def give_back(deal_id: Id, body: GiveBack, conn: Conn, who: Who) -> DealAnswer:
    """It is offered to the other managers, with everything that was written down."""
    deal = await deal_for(conn, deal_id, who)
    return await full(conn, await give_back_deal(conn, deal, who, body.reason))


@router.post("/deals/{deal_id}/notes", status_code=201, dependencies=[_STAFF], summary="Add a note")
async def add_note(deal_id: Id, body: Note, conn: Conn, who: Who) -> DealAnswer:
    """The deal does not move."""
    deal = await deal_for(conn, deal_id, who, allowed=set(Stage))
    return await full(conn, await write_note(conn, deal, who, body.text))


@router.post("/deals/{deal_id}/answer", dependencies=_EDITS, summary="Answer the customer's question")
async def answer(deal_id: Id, body: QuestionAnswer, conn: Conn, who: Who) -> DealAnswer:
    """With `publish`, callers can read it instead of an earlier answer to the same question. 409 `no_question`."""
    deal = await deal_for(conn, deal_id, who)
    return await full(conn, await answer_question(conn, deal, who, body.text, publish=body.publish))


@router.post("/deals/{deal_id}/meetings", status_code=201, dependencies=[_STAFF], summary="Book a meeting")
async def add_meeting(deal_id: Id, body: NewMeeting, conn: Conn, who: Who, response: Response) -> MeetingAnswer:
    """409 with `free_slots`: `double_booked` if the manager is taken then, `outside_hours` if they are not at work."""
    deal = await deal_for(conn, deal_id, who)
    meeting = await book_meeting(conn, deal, who, body)
    response.headers["Location"] = f"/v1/meetings/{meeting.id}"
    return MeetingAnswer.model_validate(meeting.model_dump())


@router.post("/deals/{deal_id}/offers", status_code=201, dependencies=[_STAFF], summary="Make an offer")
async def add_offer(deal_id: Id, body: NewOffer, conn: Conn, who: Who, response: Response) -> OfferAnswer:
    """State `sent`, or `awaiting_approval` if the discount is above one's limit. 409 `not_qualified`."""
    deal = await deal_for(conn, deal_id, who)
    offer = await make_offer(conn, deal, who, body)
    response.headers["Location"] = f"/v1/offers/{offer.id}"
    return OfferAnswer.of(offer)


@router.get("/deals/{deal_id}/offers", dependencies=[_STAFF], summary="A deal's offers by version")
async def list_offers(deal_id: Id, conn: Conn, who: Who) -> Page[OfferAnswer]:
    """The first version first; they are few, so there is one page."""
    await deal_seen(conn, deal_id, who)
    return Page(items=[OfferAnswer.of(offer) for offer in await offers.of_deal(conn, deal_id)], next=None)


@router.post("/deals/{deal_id}/win", dependencies=_EDITS, summary="Close the sale")
async def win(deal_id: Id, body: Win, conn: Conn, who: Who) -> DealAnswer:
    """The order goes to account management, commission is accrued.

    409 `above_limit` for lines below one's limit, `which_offer` if several are open; and `awaiting_approval`,
    `offer_expired`, `offer_superseded`, `offer_rejected` for an offer that nobody may order by.
    """
    deal = await deal_for(conn, deal_id, who)
    return await full(conn, await win_deal(conn, deal, who, body))


@router.post("/deals/{deal_id}/lose", dependencies=_EDITS, summary="Give a deal up, or let it sleep")
async def lose(deal_id: Id, body: Loss, conn: Conn, who: Who) -> DealAnswer:
    """With `return_at`, or a `code` for which the policy says so, it is offered to the same manager again then."""
    deal = await deal_for(conn, deal_id, who, allowed=_losable(who))
    return await full(conn, await lose_deal(conn, deal, who, body.reason, body.return_at, body.code))


def _losable(who: Principal) -> set[Stage]:
    # A lead that nobody wants is the supervisor's to give up.
    return {*WORKED, Stage.OFFERED} if who.role == SUPERVISOR else set(WORKED)
