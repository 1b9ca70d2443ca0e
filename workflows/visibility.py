"""What people see of a workflow in Temporal: its story in business words, and its search attributes."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes

with workflow.unsafe.imports_passed_through():
    from workflows.contracts import search_attributes as sa
    from workflows.contracts.base import Tier

STORY_STEPS = 12


class Story:
    """The last steps in business words, shown as the workflow's current details."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._steps: deque[str] = deque(maxlen=STORY_STEPS)

    def tell(self, step: str) -> None:
        """Add a step. No contact data: people without access to it read this."""
        self._steps.append(f"- {workflow.now():%Y-%m-%d %H:%M:%S} {step}")
        workflow.set_current_details("\n".join([f"**{self._title}**", "", *self._steps]))


def attributes(
    *,
    lead_id: str,
    tier: Tier,
    stage: str,
    campaign: str | None = None,
    segment: str | None = None,
    owner: str | None = None,
    next_action_at: datetime | None = None,
) -> TypedSearchAttributes:
    """Search attributes for the start of a workflow; what is not known is left out."""
    values: list[tuple[Any, Any]] = [
        (sa.LEAD, lead_id),
        (sa.LEAD_TIER, tier.value),
        (sa.LEAD_STAGE, stage),
        (sa.CAMPAIGN, campaign),
        (sa.SEGMENT, segment),
        (sa.OWNER, owner),
        (sa.NEXT_ACTION_AT, next_action_at),
    ]
    return TypedSearchAttributes([SearchAttributePair(key, value) for key, value in values if value])


class Shown:
    """The search attributes of this workflow: upserts only what changed, all in one event."""

    def __init__(self) -> None:
        # What the workflow was started with need not be written again.
        self._shown: dict[Any, Any] = {pair.key: pair.value for pair in workflow.info().typed_search_attributes}

    def show(
        self,
        *,
        stage: str | None = None,
        owner: str | None = None,
        next_action_at: datetime | None = None,
        overdue: bool | None = None,
        attempts: int | None = None,
    ) -> None:
        """Write the values that differ from what is shown; None leaves an attribute as it is."""
        wanted: list[tuple[Any, Any]] = [
            (sa.LEAD_STAGE, stage),
            (sa.OWNER, owner),
            (sa.NEXT_ACTION_AT, next_action_at),
            (sa.OVERDUE, overdue),
            (sa.ATTEMPTS, attempts),
        ]
        changed = [(k, v) for k, v in wanted if v is not None and self._shown.get(k) != v]
        if overdue is False and sa.OVERDUE not in self._shown:
            changed = [(k, v) for k, v in changed if k is not sa.OVERDUE]
        if changed:
            self._shown.update(changed)
            workflow.upsert_search_attributes([key.value_set(value) for key, value in changed])
