"""Playbooks at work on deals: a run, its steps, and how they become a deal's next action."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record
from services.conversion.domain.deals import Deal
from services.conversion.domain.playbooks import Kind, Step, Track

MARK = "playbook: "
"""How the next step of a deal begins that a playbook has planned."""
LONGEST_ACTION = 200
"""Characters of a next action."""


class Run(Record):
    """A playbook at work on a deal."""

    id: str
    playbook_id: str
    deal_id: str
    lead_id: str
    state: str
    track: Track
    steps_left: list[Step]
    reason: str | None
    started_by: str
    started_at: datetime
    ended_at: datetime | None


class RunStep(Record):
    """A step that was planned for a deal, and what became of it."""

    run_id: str
    number: int
    step_id: str
    kind: Kind
    track: Track
    text: str
    template: str | None
    due_at: datetime
    state: str
    result: str | None
    done_at: datetime | None


def action_of(step: RunStep) -> str:
    """The deal's next action while this step is planned."""
    return f"{MARK}{step.text or step.template or step.kind}"[:LONGEST_ACTION]


def is_next_action(deal: Deal, ahead: RunStep | None) -> bool:
    """Whether the deal's next action is one that a playbook has written there, planned or open."""
    action = deal.next_action or ""
    return action.startswith(MARK) or (
        ahead is not None and ahead.state == "open" and action == ahead.text[:LONGEST_ACTION]
    )
