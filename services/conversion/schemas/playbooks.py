"""Bodies about templates and playbooks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from services.chassis.http import Body, Model
from services.conversion.domain.playbooks import Kind, Playbook, Response, Run, RunStep, SavedPlaybook, Track
from services.conversion.domain.template import FIELDS, unknown_fields
from services.conversion.domain.templates import Template
from services.conversion.schemas.common import Moment, Short, Text, example

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,99}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
_STEPS: dict[str, Any] = {
    "main": [
        {"id": "pack", "kind": "mail", "template": "information-pack"},
        {"id": "ask", "kind": "call", "after": "P2D", "text": "Ask what they thought of the prices."},
    ],
    "positive": [{"id": "meet", "kind": "meeting", "text": "Propose a meeting this week."}],
    "negative": [{"id": "season", "kind": "mail", "after": "P30D", "template": "new-season"}],
}


class NewTemplate(Body):
    """A mail's words in one language; saved again, it is the next version."""

    model_config = example(
        name="information-pack",
        language="en",
        subject="Our routes and prices for {{company}}",
        body="Good day {{contact_name|}},\n\nhere is what we spoke about.\n\n{{manager}}\n{{seller}}",
    )

    name: Name
    language: Language
    subject: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
    body: Text

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        wrong = [*unknown_fields(self.subject), *unknown_fields(self.body)]
        if wrong:
            raise ValueError(f"unknown fields: {', '.join(wrong)}; known are {', '.join(FIELDS)}")
        return self


class PackView(Model):
    """A file that goes with a template."""

    name: str
    media_type: str
    size: int


class TemplateView(Template, Model):
    """A template's newest version in one language."""


class TemplateDetail(Model):
    """A template in all its languages, with its files."""

    name: str
    items: list[TemplateView]
    files: list[PackView]


class TemplatePreview(Model):
    """A template as a deal's lead would get it."""

    language: str
    version: int
    subject: str
    body: str


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


class Outcome(Model):
    """A playbook's figures. `win_rate` is won of won and lost, with Wilson's 95 % interval."""

    name: str
    version: int | None
    entered: int
    running: int
    finished: int
    stopped: int
    positive: int
    negative: int
    won: int
    lost: int
    win_rate: float | None
    interval: tuple[float, float] | None
    stopped_because: dict[str, int]


class Outcomes(Model):
    """All playbooks between two moments, beside the deals of that time that had none."""

    start: datetime
    end: datetime
    items: list[Outcome]
    without: Outcome
