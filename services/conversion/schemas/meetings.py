"""Bodies about meetings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.chassis.http import Body, Model
from services.conversion.domain.meetings import Meeting, MeetingKind
from services.conversion.schemas.common import Moment, PersonId, Short, Text, example

OutsideHours = Annotated[
    bool, Field(description="Yes, although the manager is away or not at work then: they have agreed to come.")
]
MessageToCustomer = Annotated[
    Text | None, Field(description="The customer reads it, in the mail and in their calendar.")
]
Minutes = Annotated[int, Field(ge=5, le=720)]


class NewMeeting(Body):
    """A meeting of the deal's owner. Without an end or a length it lasts as long as the policy says."""

    model_config = example(
        starts_at="2030-05-07T11:00:00+03:00", duration_minutes=45, kind="visit", place="Kyiv, their warehouse"
    )

    starts_at: Moment
    ends_at: Moment | None = None
    duration_minutes: Minutes | None = None
    place: Short | None = None
    kind: MeetingKind = "phone"
    outside_hours: OutsideHours = False
    message_to_customer: MessageToCustomer = None

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.ends_at is not None and self.duration_minutes is not None:
            raise ValueError("give ends_at or duration_minutes, not both")
        return self

    def end(self, usual_minutes: int) -> datetime:
        """When it ends."""
        return self.ends_at or self.starts_at + timedelta(minutes=self.duration_minutes or usual_minutes)


class NewTime(Body):
    """Another time; without an end, the length stays."""

    model_config = example(starts_at="2030-05-08T11:00:00+03:00", ends_at="2030-05-08T11:45:00+03:00")

    starts_at: Moment
    ends_at: Moment | None = None
    outside_hours: OutsideHours = False
    message_to_customer: MessageToCustomer = None


class MeetingFor(Body):
    """Who comes to a meeting from now on."""

    model_config = example(manager="petro")

    manager: PersonId
    outside_hours: OutsideHours = False


class Cancelled(Body):
    """Why a meeting does not take place: for colleagues, and, in a field of its own, for the customer."""

    model_config = example(note="their budget is frozen", message_to_customer="See you in the new year!")

    note: Text | None = None
    message_to_customer: MessageToCustomer = None


class MeetingNote(Body):
    """What came out of it. For colleagues: the customer never reads it."""

    model_config = example(note="volumes agreed, offer by Friday")

    note: Text | None = None


class MeetingAnswer(Meeting, Model):
    """A meeting. `sequence` is the version of its calendar entry.

    `note` is for colleagues, `message_to_customer` is what the customer was told. `needs_person` says why nobody comes
    to it as yet: somebody must be found, or another time.
    """
