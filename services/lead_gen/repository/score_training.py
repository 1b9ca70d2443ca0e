"""Trainings of a score, taken under a lease, and the finished leads they learn from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.chassis.db import Connection
from services.lead_gen.domain.scores import Trained, Training
from services.lead_gen.repository.criteria_sql import facts_sql

# What is learned from, at most: the newest finished leads.
MAX_ROWS = 20_000
LEARNED_FROM = ("industry", "size", "region", "city", "language", "source", "has_email")


async def take(conn: Connection, lease: timedelta) -> Training | None:
    """Take the oldest training that nobody holds, under a lease of this length."""
    row = await conn.fetchrow(
        """UPDATE scores SET state = 'training', lease_until = now() + $1::interval, lease_token = lease_token + 1
            WHERE id = (SELECT id FROM scores
                         WHERE state = 'queued' OR (state = 'training' AND lease_until < now())
                         ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id, lease_token AS token""",
        lease,
    )
    return Training.maybe(row)


async def extend(conn: Connection, training: Training, lease: timedelta) -> None:
    """Renew the lease."""
    await conn.execute(
        """UPDATE scores SET lease_until = now() + $3::interval
            WHERE id = $1 AND lease_token = $2 AND state = 'training'""",
        training.id,
        training.token,
        lease,
    )


async def finish(conn: Connection, training: Training, trained: Trained) -> bool:
    """Keep what was learned, or why nothing was. False if another worker has taken the training over."""
    model, quality = trained.model, trained.quality
    kept = await conn.fetchval(
        """UPDATE scores SET state = $3, model = $4, quality = $5, reason = $6, lease_until = NULL, ready_at = now()
            WHERE id = $1 AND lease_token = $2 AND state = 'training' RETURNING id""",
        training.id,
        training.token,
        "failed" if model is None else "ready",
        None if model is None else model.model_dump(mode="json"),
        None if quality is None else quality.model_dump(mode="json"),
        trained.reason,
    )
    return kept is not None


async def finished_leads(conn: Connection) -> tuple[list[dict[str, Any]], list[bool]]:
    """What was known before the first call of leads that were called to the end, and whether they were interested.

    A lead that nobody called says nothing, nor does one that is still being called, that a supervisor gave up, or that
    called us.
    """
    rows = await conn.fetch(
        f"""SELECT {facts_sql(*LEARNED_FROM)}, coalesce(l.website, '') <> '' AS has_website,
                   coalesce(l.contact_name, '') <> '' AS has_contact_name, c.interested
              FROM (SELECT lead_id, max(at) AS last, bool_or(outcome IN ('interested', 'hard_question')) AS interested
                      FROM calls GROUP BY lead_id) c
              JOIN leads l ON l.id = c.lead_id
             WHERE c.interested
                OR (l.tier = 'lead_gen' AND l.stage NOT IN ('new', 'calling', 'cancelled')
                    AND NOT EXISTS (SELECT FROM inbound_calls i WHERE i.lead_id = l.id))
             ORDER BY c.last DESC, l.id LIMIT {MAX_ROWS:d}"""  # noqa: S608 - columns and expressions named here
    )
    found = [dict(row) for row in rows]
    return found, [row.pop("interested") for row in found]
