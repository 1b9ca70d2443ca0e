"""Workflows of which a tier always runs one: started with the worker, and again should one ever end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from services.chassis.db import new_id
from workflows.contracts.base import Message

RPC_TIMEOUT = timedelta(seconds=10)


@dataclass(frozen=True)
class EndlessWorkflow:
    """One workflow that never ends. `input_of` makes its input from an id that is new in every life of it."""

    workflow: str
    id: str
    task_queue: str
    input_of: Callable[[str], Message]
    summary: str


async def ensure_running(client: Client, endless: EndlessWorkflow) -> None:
    """Start the workflow unless it runs; any number of workers may ask at once."""
    await client.start_workflow(
        endless.workflow,
        endless.input_of(new_id()),
        id=endless.id,
        task_queue=endless.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=endless.summary,
        rpc_timeout=RPC_TIMEOUT,
    )
