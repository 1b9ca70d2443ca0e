"""What is kept of a recorded history."""

from __future__ import annotations

import json
from typing import Any

from temporalio.client import WorkflowHistory

from tests.workflows.tiers import Tiers


async def first_run(tiers: Tiers, workflow_id: str) -> WorkflowHistory:
    """The history of a workflow's first run; most have no other."""
    newest = await tiers.client.get_workflow_handle(workflow_id).fetch_history()
    run_id = newest.events[0].workflow_execution_started_event_attributes.first_execution_run_id
    return await tiers.client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()


def without_stacks(value: Any) -> Any:
    """A history without stack traces: they name the folders of whoever recorded it, and no replay reads them."""
    if isinstance(value, dict):
        return {key: without_stacks(one) for key, one in value.items() if key != "stackTrace"}
    return [without_stacks(one) for one in value] if isinstance(value, list) else value


def as_kept(history: WorkflowHistory) -> str:
    """The text of its file."""
    return json.dumps(without_stacks(json.loads(history.to_json())), indent=2) + "\n"
