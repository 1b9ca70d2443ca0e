"""A workflow as operators are told of it."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.chassis.records import Record
from services.chassis.sentences import later as _
from services.chassis.sentences import said
from services.chassis.workflow_words import activity_words, workflow_words

STATUSES = (
    _("running"),
    _("completed"),
    _("failed"),
    _("canceled"),
    _("terminated"),
    _("timed out"),
    _("continued as new"),
    _("paused"),
    _("unknown"),
)
"""How a workflow stands, as Temporal says it."""
BADLY = ("failed", "timed out", "terminated")
"""How a workflow stands that ended and should not have."""
TIMERS = (
    said("Next step of {who} is due"),
    said("The deal stands still with {who}"),
    said("The deal sleeps"),
    said("{who} must accept or decline"),
    said("Next step of the playbook"),
    said("Next reorder nudge"),
    said("Nudge waits for its answer"),
    said("A sale waits for its account"),
    said("Merged: late answers are passed on until then"),
    said("Answers that were refused"),
    said("Invoice is due"),
    said("Callback promised for {when} is late"),
    said("Next look at the campaign"),
    said("The next ones"),
    said("The next night"),
    said("a timer"),
)
"""What workflows call their timers; workflows know nothing of catalogues."""


class Timer(Record):
    """A timer that runs: when it fires, and what for."""

    id: str
    at: datetime
    words: str


class Retrying(Record):
    """An activity that is under way or tried again; `attempts` counts from one."""

    activity: str
    attempts: int
    since: datetime
    error: str | None

    @property
    def words(self) -> str:
        """What it does, as people say it."""
        return activity_words(self.activity)


class Workflow(Record):
    """A run of a workflow. `task_since` is since when it has something to do that no worker has taken."""

    id: str
    run_id: str
    kind: str
    status: str
    started_at: datetime
    closed_at: datetime | None
    queue: str
    timers: list[Timer] = Field(default_factory=list)
    retrying: list[Retrying] = Field(default_factory=list)
    task_since: datetime | None = None
    failed: bool = Field(
        default=False, description="It ended badly, was not started again, and its record still needs it."
    )

    @property
    def name(self) -> str:
        """What people call it."""
        return workflow_words(self.kind)

    @property
    def runs(self) -> bool:
        """Whether it goes on."""
        return self.status == "running"
