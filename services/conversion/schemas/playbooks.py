"""Bodies about playbooks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from services.chassis.http import Body, Model
from services.conversion.domain.playbooks import Kind, Playbook, SavedPlaybook, Trial
from services.conversion.schemas.common import Name, example

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
