"""Appending to the outbox, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, Protocol

from services.chassis import tracing
from services.chassis.db import Connection
from workflows.contracts import queues
from workflows.contracts.base import Answer, Message, Tier

CHANNEL = "outbox"
AT_ONCE = timedelta(0)

_APPEND = """
WITH appended AS (
    INSERT INTO outbox (event_id, workflow_id, signal, payload, workflow, task_queue, start_input, summary,
                        search_attributes, when_missing, activity, next_at, before, trace)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now() + $12, $13, $15)
    ON CONFLICT (event_id) DO NOTHING
    RETURNING id)
SELECT pg_notify($14, '') FROM appended
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


@dataclass(frozen=True)
class Hold:
    """How long an answer waits before it leaves, so that its person may take it back (`outbox.undo`).

    `before` is what turning the act back needs to know, as JSON; it is forgotten once the answer is sent.
    """

    time: timedelta
    before: Mapping[str, Any]


async def start(conn: Connection, start: StartWorkflow, *, event_id: str, hold: Hold | None = None) -> None:
    """Start a workflow after the commit, or after `hold`. The same `event_id` again does nothing."""
    await _append(conn, _row(event_id, start.id, None, None, start, "set_aside", hold))


async def start_all(conn: Connection, starts: Mapping[str, StartWorkflow]) -> None:
    """As `start`, for many workflows by their event ids, in one go."""
    await conn.executemany(
        _APPEND, [_row(event_id, start.id, None, None, start, "set_aside") for event_id, start in starts.items()]
    )


async def signal(
    conn: Connection,
    workflow_id: str,
    signal: str,
    answer: Answer,
    *,
    start: StartWorkflow | None = None,
    when_missing: Literal["drop", "set_aside"] = "set_aside",
    hold: Hold | None = None,
) -> None:
    """Send an answer after the commit, or after `hold`; with `start`, to a workflow that is started if need be.

    Without `start`, a workflow that has ended makes the row `dropped` or, by default, set aside for a person.
    """
    await _append(conn, _row(answer.event_id, workflow_id, signal, answer, start, when_missing, hold))


class Keyed(Protocol):
    """A request to an activity that has its effect once per key."""

    @property
    def key(self) -> str:
        """Made of business ids."""

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        """As JSON."""


async def report(conn: Connection, activity: Callable[..., Any], request: Keyed, *, line: str, summary: str) -> None:
    """Ask another tier for an activity of its contract after the commit; no workflow waits for it. Once per key.

    Reports of one `line` leave in their order; what the order means is the request's business, as two may be retried
    at once. `summary` is read by people in Temporal's UI: no contact data.
    """
    await report_all(conn, activity, [(request, line)], summary=summary)


async def report_all(
    conn: Connection, activity: Callable[..., Any], requests: Sequence[tuple[Keyed, str]], *, summary: str
) -> None:
    """As `report`, for many requests, each with its line, in one go."""
    name: str = activity.__temporal_activity_definition.name  # type: ignore[attr-defined]
    queue = queues.BY_TIER[Tier(name.partition(".")[0])]
    await conn.executemany(
        _APPEND,
        [
            (
                f"report:{request.key}",
                line,
                None,
                None,
                None,
                queue,
                request.model_dump(mode="json"),
                summary,
                {},
                "set_aside",
                name,
                AT_ONCE,
                None,
                CHANNEL,
                tracing.traceparent(),
            )
            for request, line in requests
        ],
    )


async def signal_all(
    conn: Connection,
    signal: str,
    answers: Mapping[str, Answer],
    *,
    when_missing: Literal["drop", "set_aside"] = "set_aside",
) -> None:
    """As `signal`, to many workflows by their ids, in one go."""
    await conn.executemany(
        _APPEND,
        [
            _row(answer.event_id, workflow_id, signal, answer, None, when_missing)
            for workflow_id, answer in answers.items()
        ],
    )


async def _append(conn: Connection, row: tuple[Any, ...]) -> None:
    await conn.execute(_APPEND, *row)


def _row(
    event_id: str,
    workflow_id: str,
    signal: str | None,
    answer: Answer | None,
    start: StartWorkflow | None,
    when_missing: str,
    hold: Hold | None = None,
) -> tuple[Any, ...]:
    return (
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
        None,
        hold.time if hold else AT_ONCE,
        dict(hold.before) if hold else None,
        CHANNEL,
        tracing.traceparent(),
    )
