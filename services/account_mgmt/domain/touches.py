"""Contacts with customers on a calendar: those that were, and those to come."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.account_mgmt.domain.contact_schedule import PlannedContact
from services.account_mgmt.domain.story import StoryEvent
from services.chassis.records import Record

TouchKind = Literal["order", "answer", "nudge", "mail", "work", "invoice_due", "dunning"]
_PAST: dict[str, TouchKind] = {"order": "order", "answer": "answer", "mail": "mail", "work": "work"}


class Touch(Record):
    """One contact. `detail` is what it was: an outcome, a purpose, a number; `ahead` are those still to come."""

    at: datetime
    kind: TouchKind
    detail: str
    ahead: bool
    customer_id: str | None = None
    company: str | None = None


def touches_of(events: list[StoryEvent], planned: list[PlannedContact]) -> list[Touch]:
    """One customer's contacts in order of time: what was, and what is planned."""
    past = [
        Touch(at=event.at, kind=_PAST[event.kind], detail=_detail(event), ahead=False)
        for event in events
        if event.kind in _PAST
    ]
    coming = [Touch(at=one.at, kind=one.kind, detail=one.why, ahead=True) for one in planned]
    return sorted([*past, *coming], key=lambda touch: touch.at)


def _detail(event: StoryEvent) -> str:
    names = {"order": "number", "answer": "outcome", "mail": "purpose", "work": "kind"}
    return str(event.facts.get(names[event.kind]) or "").replace("_", " ")
