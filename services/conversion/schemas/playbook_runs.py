"""Bodies about playbooks at work on deals."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from services.chassis.db import new_id
from services.chassis.errors import Invalid
from services.chassis.http import Body, Model
from services.conversion.domain.playbook_runs import Run, RunStep
from services.conversion.domain.playbooks import Response, SavedPlaybook, Step, Track
from services.conversion.schemas.common import Moment, Name, Short, Text, example


class StartPlaybook(Body):
    """Which playbook; without a name, the one that fits best."""

    model_config = example(name="warm-up")

    name: Name | None = None


class StepDone(Body):
    """What came of a step. A positive or negative answer of the lead changes the track."""

    model_config = example(response="positive", note="wants to see the warehouse")

    response: Response = "none"
    note: Text | None = None


class StepMoved(Body):
    """Another time for the step ahead."""

    model_config = example(at="2030-05-08T10:00:00+03:00")

    at: Moment


class StepAdded(Body):
    """A step of one's own, before those that are left."""

    model_config = example(kind="call", text="Ask for the drawing they promised.", after="P1D")

    kind: Literal["call", "meeting", "wait"]
    text: Short
    after: Annotated[str, StringConstraints(pattern=r"^P", max_length=30)] = Field(
        default="PT0S", description="Business time since the step before, ISO 8601."
    )

    def step(self) -> Step:
        """For the rules. Raises Invalid on `after`."""
        try:
            after = TypeAdapter(timedelta).validate_python(self.after)
            return Step(id=f"own-{new_id()[-12:]}", kind=self.kind, text=self.text, after=after)
        except ValidationError:
            raise Invalid("must be a duration of at most 120 days, such as P2D", field="after") from None


class RunView(Model):
    """A playbook at work on a deal, or that was."""

    id: str
    name: str
    version: int
    state: str
    track: Track
    reason: str | None
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    steps: list[RunStep]
    left: list[str] = Field(description="Ids of the steps that are not planned yet.")

    @classmethod
    def of(cls, run: Run, playbook: SavedPlaybook, steps: list[RunStep]) -> RunView:
        """From the rows."""
        plain = run.model_dump(include={"id", "state", "track", "reason", "started_by", "started_at", "ended_at"})
        left = [step.id for step in run.steps_left]
        return cls(**plain, name=playbook.name, version=playbook.version, steps=steps, left=left)
