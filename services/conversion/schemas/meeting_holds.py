"""Bodies about times that are kept free for a lead."""

from __future__ import annotations

from datetime import datetime

from services.chassis.http import Body, Id, Model
from services.chassis.meanings import Language
from services.conversion.domain.meetings import Meeting
from services.conversion.schemas.common import Moment, Short, example
from services.conversion.schemas.meetings import Minutes


class NewHold(Body):
    """A time for a lead on the phone."""

    model_config = example(
        lead_id="0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10", starts_at="2030-05-07T11:00:00+03:00", language="uk"
    )

    lead_id: Id
    starts_at: Moment
    duration_minutes: Minutes | None = None
    language: Language | None = None
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
