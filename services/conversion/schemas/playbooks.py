"""Bodies about playbooks and their runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from services.chassis.db import new_id
from services.chassis.errors import Invalid
from services.chassis.http import Body, Model
from services.conversion.domain.playbooks import (
    Kind,
    Playbook,
    Response,
    Run,
    RunStep,
    SavedPlaybook,
    Step,
    Track,
    Trial,
)
from services.conversion.schemas.common import Moment, Name, Short, Text, example

_STEPS: dict[str, Any] = {
    "main": [
        {"id": "pack", "kind": "mail", "template": "information-pack"},
        {"id": "ask", "kind": "call", "after": "P2D", "text": "Ask what they thought of the prices."},
    ],
    "positive": [{"id": "meet", "kind": "meeting", "text": "Propose a meeting this week."}],
    "negative": [{"id": "season", "kind": "mail", "after": "P30D", "template": "new-season"}],
}


class NewPlaybook(Body):
    """A playbook; saved again under its name, it is the next version. Deals go on by the version they began with."""

    model_config = example(
        name="warm-up",
        body={"entry": [{"field": "reason", "op": "in", "values": ["interested"]}], "priority": 10, **_STEPS},
    )

    name: Name
    body: Playbook


class PlaybookView(SavedPlaybook, Model):
    """One version of a playbook."""


class PlannedStep(Model):
    """A step with its time, if everything is done when it is due."""

    id: str
    kind: Kind
    text: str
    template: str | None
    at: datetime


class PlaybookPreview(Model):
    """Which deals of the last days would enter, and when one that began now would be touched."""

    deals: int
    fitting: int
    sample: list[str] = Field(description="Ids of up to ten of those deals.")
    refused_by: dict[str, int] = Field(description="How many each entry rule kept out first.")
    main: list[PlannedStep]

    @classmethod
    def of(cls, trial: Trial) -> PlaybookPreview:
        """From the trial."""
        main = [PlannedStep(id=s.id, kind=s.kind, text=s.text, template=s.template, at=at) for s, at in trial.main]
        return cls(
            deals=trial.deals,
            fitting=len(trial.fitting),
            sample=list(trial.fitting[:10]),
            refused_by=trial.refused_by,
            main=main,
        )


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
