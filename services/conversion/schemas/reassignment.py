"""Bodies about deals that change hands."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.chassis.http import Body, Id, Model
from services.chassis.meanings import at_the_door, each_once
from services.conversion.domain.take_over import Handed, HandedMeeting, TakeOverResult
from services.conversion.schemas.common import PersonId, Short, Text, example
from workflows.contracts.conversion import Stage


class GiveBack(Body):
    """Why an accepted deal is not one's own to convert."""

    model_config = example(reason="they need sea freight, which I do not sell")

    reason: Text


class TakeOver(Body):
    """All open deals of a manager, or those named, go to `to`, or, without it, to whomever routing chooses for each."""

    model_config = example(reason="ill for two weeks", dry_run=True)

    reason: Short
    to: PersonId | None = None
    deals: Annotated[list[Id], at_the_door(each_once), Field(min_length=1, max_length=500)] | None = Field(
        default=None, description="Only these of their open deals; leads on offer to them then stay with them."
    )
    dry_run: bool = Field(default=True, description="True only shows who would get what.")


class HandedMeetingAnswer(Model):
    """A coming meeting of such a deal. With `needs_person`, the new manager cannot come, and somebody must be found."""

    meeting_id: str
    starts_at: datetime
    ends_at: datetime
    needs_person: str | None

    @classmethod
    def of(cls, handed: HandedMeeting) -> HandedMeetingAnswer:
        """From the plan."""
        meeting = handed.meeting
        return cls(
            meeting_id=meeting.id,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            needs_person=handed.needs_person,
        )


class HandedDeal(Model):
    """One deal of a take-over; without a manager it stays where it is."""

    deal_id: str
    lead_id: str
    company: str
    stage: Stage
    manager: str | None
    why: str
    meetings: list[HandedMeetingAnswer]

    @classmethod
    def of(cls, handed: Handed) -> HandedDeal:
        """From the plan."""
        deal = handed.deal
        return cls(
            deal_id=deal.id,
            lead_id=deal.lead_id,
            company=deal.contact.company,
            stage=deal.stage,
            manager=handed.manager,
            why=handed.why,
            meetings=[HandedMeetingAnswer.of(meeting) for meeting in handed.meetings],
        )


class TakenOver(Model):
    """Who gets, or got, which deal; and how many offers went back to the queue."""

    dry_run: bool
    items: list[HandedDeal]
    without_manager: int
    offers_back: int

    @classmethod
    def of(cls, done: TakeOverResult) -> TakenOver:
        """From what was done, or would be."""
        return cls(
            dry_run=done.dry_run,
            items=[HandedDeal.of(handed) for handed in done.items],
            without_manager=sum(handed.manager is None for handed in done.items),
            offers_back=done.offers_back,
        )
