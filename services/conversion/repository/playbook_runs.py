"""Playbooks at work on deals: their runs, and the steps of each run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, NotFound
from services.conversion.domain.deals import Deal
from services.conversion.domain.playbook_runs import Run, RunStep
from services.conversion.domain.playbooks import Kind, SavedPlaybook, Step, Track

# What in a deal's timeline is a contact with the lead.
_CONTACTS = ("qualification", "answer", "meeting_booked", "meeting_held", "offer_sent", "offer_accepted", "inbound")


async def start(conn: Connection, deal: Deal, playbook: SavedPlaybook, by: str) -> Run:
    """Begin a run. Raises Conflict `playbook_runs` when one is at work on this lead."""
    try:
        # A savepoint: the refused statement must not take the transaction with it.
        async with conn.transaction():
            row = await conn.fetchrow(
                """INSERT INTO playbook_runs (id, playbook_id, deal_id, lead_id, steps_left, started_by)
                   VALUES ($1, $2, $3, $4, $5, $6) RETURNING *""",
                new_id(),
                playbook.id,
                deal.id,
                deal.lead_id,
                _plain(playbook.body.main),
                by,
            )
    except asyncpg.UniqueViolationError:
        raise Conflict("a playbook is already running for this lead", code="playbook_runs") from None
    return Run.of(row)


def _plain(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [step.model_dump(mode="json") for step in steps]


async def running(conn: Connection, deal_id: str) -> Run | None:
    """The run that is at work on a deal, locked, or none."""
    row = await conn.fetchrow(
        "SELECT * FROM playbook_runs WHERE deal_id = $1 AND state = 'running' FOR UPDATE", deal_id
    )
    return Run.maybe(row)


async def get(conn: Connection, run_id: str) -> Run:
    """One run. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM playbook_runs WHERE id = $1", run_id)
    if row is None:
        raise NotFound("there is no such run")
    return Run.of(row)


async def of_deal(conn: Connection, deal_id: str) -> list[Run]:
    """All runs of a deal, the latest first."""
    rows = await conn.fetch("SELECT * FROM playbook_runs WHERE deal_id = $1 ORDER BY id DESC LIMIT 50", deal_id)
    return Run.of_all(rows)


async def set_left(conn: Connection, run_id: str, track: Track, left: Sequence[Step]) -> Run:
    """Write what is left to do, and on which track."""
    row = await conn.fetchrow(
        "UPDATE playbook_runs SET track = $2, steps_left = $3 WHERE id = $1 RETURNING *", run_id, track, _plain(left)
    )
    return Run.of(row)


async def end(conn: Connection, run_id: str, state: str, reason: str | None) -> None:
    """End a run; the step ahead of it is cancelled."""
    await conn.execute(
        """UPDATE playbook_runs SET state = $2, reason = $3, ended_at = now() WHERE id = $1 AND state = 'running'""",
        run_id,
        state,
        reason,
    )
    await conn.execute(
        """UPDATE playbook_steps SET state = 'cancelled', result = $2, done_at = now()
            WHERE run_id = $1 AND state IN ('planned', 'open')""",
        run_id,
        reason,
    )


async def plan_step(conn: Connection, run: Run, step: Step, due_at: datetime) -> RunStep:
    """Plan the next step of a run."""
    row = await conn.fetchrow(
        """INSERT INTO playbook_steps (run_id, number, step_id, kind, track, text, template, due_at)
           SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7 FROM playbook_steps WHERE run_id = $1
           RETURNING *""",
        run.id,
        step.id,
        step.kind,
        run.track,
        step.text,
        step.template,
        due_at,
    )
    return RunStep.of(row)


async def ahead(conn: Connection, run_id: str) -> RunStep | None:
    """The step that is planned or open, or none."""
    row = await conn.fetchrow("SELECT * FROM playbook_steps WHERE run_id = $1 AND state IN ('planned', 'open')", run_id)
    return RunStep.maybe(row)


async def steps(conn: Connection, run_id: str) -> list[RunStep]:
    """The steps of a run in their order."""
    rows = await conn.fetch("SELECT * FROM playbook_steps WHERE run_id = $1 ORDER BY number", run_id)
    return RunStep.of_all(rows)


async def set_step(
    conn: Connection,
    step: RunStep,
    *,
    state: str | None = None,
    due_at: datetime | None = None,
    kind: Kind | None = None,
    text: str | None = None,
    result: str | None = None,
) -> None:
    """Change a step; the moment is kept when it is over."""
    await conn.execute(
        """UPDATE playbook_steps SET state = coalesce($3, state), due_at = coalesce($4, due_at),
                  kind = coalesce($5, kind), result = coalesce($6, result), text = coalesce($7, text),
                  done_at = CASE WHEN $3 IN ('done', 'skipped') THEN now() ELSE done_at END
            WHERE run_id = $1 AND number = $2""",
        step.run_id,
        step.number,
        state,
        due_at,
        kind,
        result,
        text,
    )


async def last_contact(conn: Connection, lead_id: str, deal_id: str) -> datetime | None:
    """When this tier last contacted a lead: a step of a playbook, or what the deal's timeline says."""
    at: datetime | None = await conn.fetchval(
        """SELECT greatest(
               (SELECT max(done_at) FROM playbook_steps s JOIN playbook_runs r ON r.id = s.run_id
                 WHERE r.lead_id = $1 AND s.state = 'done' AND s.kind <> 'wait'),
               (SELECT max(at) FROM timeline WHERE deal_id = $2 AND kind = ANY($3)))""",
        lead_id,
        deal_id,
        list(_CONTACTS),
    )
    return at
