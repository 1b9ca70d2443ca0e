"""A workflow as operators are told of it."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.chassis.records import Record

KINDS = {
    "ColdCall": "cold call",
    "Conversion": "conversion",
    "CustomerCare": "customer care",
    "Campaign": "campaign",
    "FitTiming": "nightly forecast",
    "OpenCare": "opening imported customers",
    "PublishCatalogue": "publishing the catalogue",
}
"""What workflows are called."""


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

    @property
    def name(self) -> str:
        """What people call it."""
        return KINDS.get(self.kind, self.kind)

    @property
    def runs(self) -> bool:
        """Whether it goes on."""
        return self.status == "running"
