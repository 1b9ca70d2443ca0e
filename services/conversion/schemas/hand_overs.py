"""Bodies about leads that are offered to managers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.contacts.masks import mask_card
from services.chassis.http import Body, Model
from services.conversion.domain.deals import Deal
from services.conversion.domain.hand_overs import HandOverRow, HandOverState
from services.conversion.domain.routing import Routing
from services.conversion.schemas.common import PersonId, Text, example
from workflows.contracts.base import ContactCard
from workflows.contracts.conversion import CallRecord, HandOverReason, Stage


class HandOverAnswer(Model):
    """An offered lead with its whole story. Without `manager` it waits for one, or for the supervisor."""

    item_id: str
    deal_id: str
    lead_id: str
    reason: HandOverReason
    manager: str | None
    accept_by: datetime | None
    question: str | None
    needs: str | None
    contact: ContactCard
    story: list[CallRecord]
    state: HandOverState
    waiting: bool
    number: int
    priority: int
    offered_at: datetime
    answered_at: datetime | None
    decline_reason: str | None
    routing: Routing

    @classmethod
    def of(cls, row: HandOverRow, contact: dict[str, Any], lead_id: str) -> HandOverAnswer:
        """From the row and its deal's contact, whose numbers are masked: only who takes the lead needs them."""
        shown = {name: value for name, value in row if name in cls.model_fields}
        return cls(**shown, contact=mask_card(ContactCard.model_validate(contact)), lead_id=lead_id)


class AcceptBody(Body):
    """Take the lead. A supervisor may name the manager who gets it."""

    model_config = example(manager="manager-2")

    manager: PersonId | None = None


class DeclineBody(Body):
    """Give the lead back."""

    model_config = example(reason="speaks Polish only")

    reason: Text


class AnsweredHandOver(Model):
    """The deal after the answer."""

    deal_id: str
    lead_id: str
    stage: Stage
    owner: str | None
    next_action: str | None
    next_action_at: datetime | None

    @classmethod
    def of(cls, deal: Deal) -> AnsweredHandOver:
        """From the deal."""
        return cls(
            deal_id=deal.id,
            lead_id=deal.lead_id,
            stage=deal.stage,
            owner=deal.owner,
            next_action=deal.next_action,
            next_action_at=deal.next_action_at,
        )
