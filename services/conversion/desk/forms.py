"""What the board's forms send. Fields that were left empty count as not given."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.chassis.errors import Invalid
from services.chassis.meanings import storable
from workflows.contracts.conversion import Stage

Words = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True), AfterValidator(storable)]


class BoardForm(BaseModel):
    """A form of the board; the token and what scripts add are none of its business."""

    model_config = ConfigDict(extra="ignore")


class AcceptForm(BoardForm):
    """Take the lead; a supervisor says for whom."""

    manager: Annotated[str, Field(max_length=100)] = ""


class DeclineForm(BoardForm):
    """Give it back: why, by one of the reasons, and in words."""

    reason: Annotated[str, Field(max_length=40)] = ""
    words: Words = ""


class StageForm(BoardForm):
    """Into which lane the card was put."""

    stage: Stage


class NextForm(BoardForm):
    """What was due is done: what comes next, and when: one of the times on offer, or one on the reader's own clock."""

    what: Words = ""
    when: Annotated[str, Field(max_length=20)] = "tomorrow"
    at: Annotated[str, Field(max_length=40)] = ""

    def moment(self, zone: ZoneInfo) -> datetime | None:
        """The time that was written, on that clock; none if one of the offered times was chosen.

        Raises Invalid on `at`.
        """
        if self.when != "at":
            return None
        try:
            return datetime.fromisoformat(self.at).replace(tzinfo=zone)
        except ValueError:
            raise Invalid("this is not a date and a time", field="at") from None


class DecisionForm(BoardForm):
    """What a supervisor says to a discount."""

    approve: bool
    why: Words = ""
