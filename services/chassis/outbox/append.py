"""Appending to the outbox, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from services.chassis.db import Connection
from workflows.contracts.base import Answer, Message

CHANNEL = "outbox"

_APPEND = """
WITH appended AS (
    INSERT INTO outbox (event_id, workflow_id, signal, payload, workflow, task_queue, start_input, summary,
                        search_attributes, when_missing)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (event_id) DO NOTHING
    RETURNING id)
SELECT pg_notify($11, '') FROM appended
"""


@dataclass(frozen=True)
class StartWorkflow:
    """A workflow to start: its type name, id, queue, input, and what people and searches see of it.

    `search_attributes` maps names of `workflows.contracts.search_attributes` to values; no contact data.
    """

    workflow: str
    id: str
    task_queue: str
    input: Message
    summary: str
    search_attributes: Mapping[str, Any] = field(default_factory=dict)


async def start(conn: Connection, start: StartWorkflow, *, event_id: str) -> None:
    """Start a workflow after the commit. The same `event_id` again does nothing."""
    await _append(conn, event_id, start.id, None, None, start, "set_aside")


async def signal(
    conn: Connection,
    workflow_id: str,
    signal: str,
    answer: Answer,
    *,
    start: StartWorkflow | None = None,
    when_missing: Literal["drop", "set_aside"] = "set_aside",
) -> None:
    """Send an answer after the commit; with `start`, to a workflow that is started if it does not run.

    Without `start`, a workflow that has ended makes the row `dropped` or, by default, set aside for a person.
    """
    await _append(conn, answer.event_id, workflow_id, signal, answer, start, when_missing)


async def _append(
    conn: Connection,
    event_id: str,
    workflow_id: str,
    signal: str | None,
    answer: Answer | None,
    start: StartWorkflow | None,
    when_missing: str,
) -> None:
    await conn.execute(
        _APPEND,
        event_id,
        workflow_id,
        signal,
        answer.model_dump(mode="json") if answer else None,
        start.workflow if start else None,
        start.task_queue if start else None,
        start.input.model_dump(mode="json") if start else None,
        start.summary if start else None,
        dict(start.search_attributes) if start else {},
        when_missing,
        CHANNEL,
    )
