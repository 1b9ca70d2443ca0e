"""Scores: their versions, and the register's walk from one version to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.lead_gen.domain.criteria_fields import LASTING
from services.lead_gen.domain.scores import (
    Recipe,
    Score,
    ScoreCarried,
    ScoreDetails,
    Walk,
    Weight,
)
from services.lead_gen.repository.criteria_sql import facts_sql

# A model of a few hundred trees takes megabytes: it is read by whoever scores, never by a list.
_COLUMNS = """id, version, name, kind, state, reason, active, scored, scored_all, created_by, created_at, ready_at,
              activated_at, activated_by"""


async def _next_version(conn: Connection) -> int:
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('scores'))")
    return int(await conn.fetchval("SELECT coalesce(max(version), 0) + 1 FROM scores"))


async def add_weights(conn: Connection, name: str, weights: Sequence[Weight], by: str) -> ScoreDetails:
    """Write the next version, ready to be activated."""
    score_id = new_id()
    await conn.execute(
        """INSERT INTO scores (id, version, name, kind, state, weights, created_by, ready_at)
           VALUES ($1, $2, $3, 'weights', 'ready', $4, $5, now())""",
        score_id,
        await _next_version(conn),
        name,
        [weight.model_dump(mode="json") for weight in weights],
        by,
    )
    return await get(conn, score_id)


async def add_training(conn: Connection, name: str, by: str) -> ScoreDetails:
    """Write the next version, to be trained by a worker."""
    score_id = new_id()
    await conn.execute(
        """INSERT INTO scores (id, version, name, kind, state, created_by)
           VALUES ($1, $2, $3, 'learned', 'queued', $4)""",
        score_id,
        await _next_version(conn),
        name,
        by,
    )
    return await get(conn, score_id)


async def under_way(conn: Connection) -> str | None:
    """Id of a training that waits or runs."""
    found: str | None = await conn.fetchval(
        "SELECT id FROM scores WHERE state IN ('queued', 'training') ORDER BY created_at LIMIT 1"
    )
    return found


async def get(conn: Connection, score_id: str, *, lock: bool = False) -> ScoreDetails:
    """One version. Raises NotFound."""
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS}, weights, quality FROM scores WHERE id = $1 {'FOR UPDATE' if lock else ''}",  # noqa: S608 - a constant
        score_id,
    )
    if row is None:
        raise NotFound(f"There is no score {score_id}")
    return ScoreDetails.of(row)


async def page(conn: Connection, *, state: str | None, limit: int, before: int | None) -> list[Score]:
    """Versions, the newest first."""
    rows = await conn.fetch(
        f"""SELECT {_COLUMNS} FROM scores WHERE ($1::text IS NULL OR state = $1) AND ($2::int IS NULL OR version < $2)
             ORDER BY version DESC LIMIT $3""",  # noqa: S608 - columns and expressions named here
        state,
        before,
        limit,
    )
    return Score.of_all(rows)


async def activate(conn: Connection, score_id: str, by: str) -> None:
    """Make this the version that leads are scored with; the walk through the register begins anew."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('scores'))")
    await conn.execute("UPDATE scores SET active = false WHERE active")
    await conn.execute(
        """UPDATE scores SET active = true, activated_at = now(), activated_by = $2, scored_to = NULL, scored = 0,
                  scored_all = false WHERE id = $1""",
        score_id,
        by,
    )


_FACTS = f"""{facts_sql(*LASTING)}, coalesce(l.website, '') <> '' AS has_website,
             coalesce(l.contact_name, '') <> '' AS has_contact_name"""


async def active_id(conn: Connection) -> str | None:
    """Id of the active score; none before the first activation."""
    found: str | None = await conn.fetchval("SELECT id FROM scores WHERE active")
    return found


async def recipe(conn: Connection, score_id: str) -> Recipe:
    """What this version is made of. Raises NotFound."""
    row = await conn.fetchrow("SELECT id, version, weights, model FROM scores WHERE id = $1", score_id)
    if row is None:
        raise NotFound(f"There is no score {score_id}")
    return Recipe.of(row)


async def carried(conn: Connection, lead_id: str) -> ScoreCarried | None:
    """The version whose score the lead carries."""
    row = await conn.fetchrow(
        """SELECT s.id, s.version, s.name, s.kind FROM leads l JOIN scores s ON s.version = l.score_version
            WHERE l.id = $1""",
        lead_id,
    )
    return ScoreCarried.maybe(row)


async def lasting_facts(conn: Connection, lead_id: str) -> dict[str, Any]:
    """What a score is made of, for one lead. Raises NotFound."""
    row = await conn.fetchrow(f"SELECT {_FACTS} FROM leads l WHERE l.id = $1", lead_id)  # noqa: S608 - columns and expressions named here
    if row is None:
        raise NotFound(f"There is no lead {lead_id}")
    return dict(row)


async def hold_walk(conn: Connection, score_id: str) -> Walk | None:
    """The walk of this version, locked; None if it is not active or another worker holds it."""
    row = await conn.fetchrow(
        "SELECT scored_to, scored_all FROM scores WHERE active AND id = $1 FOR UPDATE SKIP LOCKED", score_id
    )
    return Walk.maybe(row)


async def next_to_score(conn: Connection, walk: Walk, limit: int) -> list[dict[str, Any]]:
    """Leads behind the checkpoint; once the walk is over, those that are new or were edited since."""
    where = "l.score_version IS NULL" if walk.scored_all else "($2::uuid IS NULL OR l.id > $2)"
    rows = await conn.fetch(
        f"SELECT l.id, l.xmin::text AS seen, {_FACTS} FROM leads l WHERE {where} ORDER BY l.id LIMIT $1",  # noqa: S608 - columns and expressions named here
        limit,
        *([] if walk.scored_all else [walk.scored_to]),
    )
    return [dict(row) for row in rows]


async def write_scores(
    conn: Connection, version: int, leads: Sequence[Mapping[str, Any]], scores: Sequence[Decimal]
) -> int:
    """Write these scores; returns how many. A lead that was changed meanwhile is marked to be scored again."""
    written = await conn.fetch(
        """UPDATE leads l SET score = given.score, score_version = $1
             FROM unnest($2::uuid[], $3::text[], $4::numeric[]) AS given (id, seen, score)
            WHERE l.id = given.id AND l.xmin::text = given.seen RETURNING 1""",
        version,
        [lead["id"] for lead in leads],
        [lead["seen"] for lead in leads],
        list(scores),
    )
    if len(written) < len(leads):
        await conn.execute(
            "UPDATE leads SET score_version = NULL WHERE id = ANY($1::uuid[]) AND score_version <> $2",
            [lead["id"] for lead in leads],
            version,
        )
    return len(written)


async def keep_walk(conn: Connection, score_id: str, *, to: str | None, scored: int, over: bool) -> None:
    """The checkpoint: leads up to `to` carry this version's score."""
    await conn.execute(
        """UPDATE scores SET scored_to = coalesce($2, scored_to), scored = scored + $3, scored_all = scored_all OR $4
            WHERE id = $1""",
        score_id,
        to,
        scored,
        over,
    )
