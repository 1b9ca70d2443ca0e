"""Playbooks, their runs on deals, and the steps of each run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, NotFound
from services.conversion.domain.deals import Deal
from services.conversion.domain.playbooks import Kind, Playbook, Run, RunStep, SavedPlaybook, Step, Track

# What in a deal's story counts as contact with the lead.
_WORDS = ("qualification", "answer", "meeting_booked", "meeting_held", "offer_sent", "offer_accepted", "inbound")


async def add(conn: Connection, name: str, body: Playbook, by: str) -> SavedPlaybook:
    """Write the next version of a playbook."""
    await conn.execute("LOCK TABLE playbooks IN SHARE ROW EXCLUSIVE MODE")
    row = await conn.fetchrow(
        """INSERT INTO playbooks (id, name, version, body, created_by)
           SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4 FROM playbooks WHERE name = $2 RETURNING *""",
        new_id(),
        name,
        body.model_dump(mode="json"),
        by,
    )
    return SavedPlaybook.of(row)


async def get(conn: Connection, playbook_id: str) -> SavedPlaybook:
    """One version. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM playbooks WHERE id = $1", playbook_id)
    if row is None:
        raise NotFound("there is no such playbook")
    return SavedPlaybook.of(row)


async def newest(conn: Connection, limit: int, after: str | None = None) -> list[SavedPlaybook]:
    """The newest version of each, by name."""
    rows = await conn.fetch(
        """SELECT DISTINCT ON (name) * FROM playbooks WHERE $1::text IS NULL OR name > $1
            ORDER BY name, version DESC LIMIT $2""",
        after,
        limit,
    )
    return SavedPlaybook.of_all(rows)


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
        raise Conflict("a playbook is at work on this lead already", code="playbook_runs") from None
    return Run.of(row)


def _plain(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [step.model_dump(mode="json") for step in steps]


async def running(conn: Connection, deal_id: str) -> Run | None:
    """The run that is at work on a deal, locked, or none."""
    row = await conn.fetchrow(
        "SELECT * FROM playbook_runs WHERE deal_id = $1 AND state = 'running' FOR UPDATE", deal_id
    )
    return Run.maybe(row)


async def run_of(conn: Connection, run_id: str) -> Run:
    """One run, locked. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM playbook_runs WHERE id = $1 FOR UPDATE", run_id)
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


async def plan(conn: Connection, run: Run, step: Step, due_at: datetime) -> RunStep:
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
    """When this tier was last in touch with a lead: a step of a playbook, or what the deal's story says."""
    at: datetime | None = await conn.fetchval(
        """SELECT greatest(
               (SELECT max(done_at) FROM playbook_steps s JOIN playbook_runs r ON r.id = s.run_id
                 WHERE r.lead_id = $1 AND s.state = 'done' AND s.kind <> 'wait'),
               (SELECT max(at) FROM timeline WHERE deal_id = $2 AND kind = ANY($3)))""",
        lead_id,
        deal_id,
        list(_WORDS),
    )
    return at


async def results(conn: Connection, start_at: datetime, end_at: datetime) -> list[dict[str, Any]]:
    """Per playbook and version: how many entered, how they ended, and what became of the deals."""
    rows = await conn.fetch(
        """SELECT p.name, p.version, count(*) AS entered,
                  count(*) FILTER (WHERE r.state = 'running') AS running,
                  count(*) FILTER (WHERE r.state = 'finished') AS finished,
                  count(*) FILTER (WHERE r.state = 'stopped') AS stopped,
                  count(*) FILTER (WHERE r.track = 'positive') AS positive,
                  count(*) FILTER (WHERE r.track = 'negative') AS negative,
                  count(*) FILTER (WHERE d.stage = 'won') AS won,
                  count(*) FILTER (WHERE d.stage = 'lost') AS lost
             FROM playbook_runs r JOIN playbooks p ON p.id = r.playbook_id JOIN deals d ON d.id = r.deal_id
            WHERE r.started_at >= $1 AND r.started_at < $2 GROUP BY 1, 2 ORDER BY 1, 2""",
        start_at,
        end_at,
    )
    return [dict(row) for row in rows]


async def reasons(conn: Connection, start_at: datetime, end_at: datetime) -> list[dict[str, Any]]:
    """Why runs were stopped, per playbook and version."""
    rows = await conn.fetch(
        """SELECT p.name, p.version, coalesce(r.reason, '') AS reason, count(*) AS runs
             FROM playbook_runs r JOIN playbooks p ON p.id = r.playbook_id
            WHERE r.state = 'stopped' AND r.started_at >= $1 AND r.started_at < $2 GROUP BY 1, 2, 3 ORDER BY 4 DESC""",
        start_at,
        end_at,
    )
    return [dict(row) for row in rows]


async def untouched(conn: Connection, start_at: datetime, end_at: datetime) -> dict[str, int]:
    """Deals of the same time without any playbook: won and lost, to compare with."""
    row = await conn.fetchrow(
        """SELECT count(*) FILTER (WHERE stage = 'won') AS won, count(*) FILTER (WHERE stage = 'lost') AS lost
             FROM deals d WHERE accepted_at >= $1 AND accepted_at < $2
              AND NOT EXISTS (SELECT FROM playbook_runs r WHERE r.deal_id = d.id)""",
        start_at,
        end_at,
    )
    return dict(row or {})
