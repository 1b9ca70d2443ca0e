"""Bodies about meetings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.chassis.http import Body, Model
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
