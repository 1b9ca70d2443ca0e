"""Bodies about meetings and free time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.chassis.http import Body, Id, Model
from services.conversion.domain.meetings import Meeting, MeetingKind
from services.conversion.schemas.common import Moment, Short, Text, example

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


class MeetingNote(Body):
    """What came out of it."""

    model_config = example(note="volumes agreed, offer by Friday")

    note: Text | None = None


class MeetingAnswer(Meeting, Model):
    """A meeting. `sequence` is the version of its calendar entry."""


class Slot(Model):
    """A free stretch of a manager's time."""

    starts_at: datetime
    ends_at: datetime


class Slots(Model):
    """Free slots, the earliest first; `timezone` is the tier's, the times are UTC. Tier 1 does not hear whose."""

    manager: str | None
    timezone: str
    items: list[Slot]


class NewHold(Body):
    """A time for a lead on the phone."""

    model_config = example(
        lead_id="0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10", starts_at="2030-05-07T11:00:00+03:00", language="uk"
    )

    lead_id: Id
    starts_at: Moment
    duration_minutes: Minutes | None = None
    language: Short | None = None
    segment: Short | None = None
    region: Short | None = None


class Hold(Model):
    """A time that is kept free until `expires_at`."""

    id: str
    lead_id: str
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, held: Meeting) -> Hold:
        """From the row."""
        return cls.model_validate(held.model_dump(include=set(cls.model_fields)))
