"""Bodies about deals and their steps."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from services.chassis.contacts.masks import mask_card
from services.chassis.http import Body, Model
from services.conversion.domain import stages
from services.conversion.domain.deals import Deal, TimelineEntry
from services.conversion.domain.policy import Policy
from services.conversion.schemas.common import Moment, Percent, Short, Text, example, money
from services.conversion.schemas.meetings import MeetingAnswer
from services.conversion.schemas.offers import AskedLine, OfferAnswer
from workflows.contracts.base import ContactCard, Money
from workflows.contracts.conversion import CallRecord, HandOverReason, Stage


class Qualification(Body):
    """What the manager has learned; facts that are not given stay as they were."""

    model_config = example(
        need="a truck to Lviv every week", volume="4 a month", authority="decides alone", timing="from May"
    )

    need: Text | None = None
    volume: Short | None = None
    products: Short | None = Field(default=None, description="Routes or products they need.")
    authority: Short | None = None
    timing: Short | None = None
    current_supplier: Short | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError(f"name at least one of {', '.join(stages.FACTS)}")
        return self


class NextStep(Body):
    """What is done next, and when."""

    model_config = example(what="call about the price list", at="2030-05-06T09:30:00+03:00")

    what: Short
    at: Moment


class Note(Body):
    """A note for those who read the deal later."""

    model_config = example(text="Prefers to be called in the morning.")

    text: Text


class QuestionAnswer(Body):
    """The answer to the customer's question; published, it helps the callers with the next one."""

    model_config = example(text="Demurrage is the shipper's after 24 hours.", publish=True)

    text: Text
    publish: bool = False


class Win(Body):
    """The order: what an offer says, or lines of its own, which are within what one may give away alone."""

    model_config = example(offer_id="0197a3c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b", note="confirmed by e-mail")

    offer_id: Annotated[str, Field(max_length=100)] | None = Field(
        default=None, description="The offer they order by; needed only if several are open, or the latest is not."
    )
    lines: Annotated[list[AskedLine], Field(min_length=1, max_length=200)] | None = None
    discount_percent: Percent = Field(default=Decimal(0), description="Off all `lines`.")
    note: Text | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.offer_id is not None and self.lines is not None:
            raise ValueError("an order has an offer or lines of its own, not both")
        if self.discount_percent and self.lines is None:
            raise ValueError("a discount needs the lines that it is off; an offer has its own")
        return self


class Loss(Body):
    """Why it came to nothing; with `return_at`, the deal sleeps until then. `code` is one of the policy's reasons."""

    model_config = example(
        reason="the contract with another carrier runs until spring",
        code="competitor",
        return_at="2030-03-01T09:00:00+02:00",
    )

    reason: Text
    code: Short | None = None
    return_at: Moment | None = None


class NewStage(Body):
    """The stage that was reached."""

    model_config = example(stage="negotiating", note="they ask for a yearly price")

    stage: Stage
    note: Text | None = None

    @field_validator("stage")
    @classmethod
    def _worked_in(cls, stage: Stage) -> Stage:
        if stage not in stages.WORKED:
            raise ValueError(f"must be one of {', '.join(one for one in stages.PATH[1:])}")
        return stage


class DealSummary(Model):
    """A deal in a list."""

    id: str
    lead_id: str
    workflow_id: str
    stage: Stage
    owner: str | None
    last_owner: str | None
    contact: ContactCard
    reason: HandOverReason
    question: str | None
    question_answered_at: datetime | None
    needs: str | None
    wished_meeting: datetime | None
    campaign_id: str | None
    campaign_name: str
    segment: str
    products: list[str]
    promised_by: datetime | None = Field(description="By when they were promised a call.")
    promise: stages.PromiseState | None
    sourced_by: str | None
    qualification: dict[str, Any] | None
    next_action: str | None
    next_action_at: datetime | None
    overdue: bool = Field(description="The next step's time has passed.")
    offered_at: datetime
    accepted_at: datetime | None
    first_contact_at: datetime | None
    value: Money | None = Field(description="The sale before tax, once it is won.")
    lost_reason: str | None
    loss_code: str | None
    stage_since: datetime
    return_at: datetime | None
    closed_at: datetime | None
    policy_version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def fields_of(cls, deal: Deal, at: datetime, *, masked: bool = True) -> dict[str, Any]:
        """The summary's fields, as seen at this moment; masked, unless for whoever acts on the deal."""
        if masked:
            deal = deal.model_copy(update={"contact": mask_card(deal.contact)})
        shown = {name: value for name, value in deal if name in DealSummary.model_fields}
        due = deal.stage in stages.WORKED and deal.next_action_at is not None and deal.next_action_at < at
        known = deal.value is not None and deal.currency is not None
        return {**shown, "overdue": due, "value": money(deal.value, deal.currency) if known else None}  # type: ignore[arg-type]


class DealAnswer(DealSummary):
    """A deal with everything that belongs to it."""

    story: list[CallRecord]
    missing: list[str] = Field(description="Facts the policy asks for before the deal counts as qualified.")
    timeline: list[TimelineEntry]
    meetings: list[MeetingAnswer]
    offers: list[OfferAnswer]

    @staticmethod
    def facts_missing(deal: Deal, policy: Policy) -> list[str]:
        """What is still to be found out."""
        return stages.missing(deal.qualification, policy.entry.get(Stage.QUALIFIED, []))
