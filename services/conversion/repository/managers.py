"""Managers, and what routing must know about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.conversion.domain.routing import Candidate
from services.conversion.records import Manager

# Any number that no other lock of this database has.
_ROUTING_LOCK = 7_236_114_205_340

_CANDIDATES = """
SELECT m.id, m.languages, m.segments, m.regions, m.weight, m.capacity, m.active,
       coalesce(d.owned, 0) + coalesce(h.offered, 0) AS load, coalesce(r.recent, 0) AS assigned
  FROM managers m
  LEFT JOIN (SELECT owner, count(*)::int AS owned FROM deals
              WHERE stage IN ('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating')
              GROUP BY owner) d ON d.owner = m.id
  LEFT JOIN (SELECT manager, count(*)::int AS offered FROM hand_overs WHERE state = 'open' GROUP BY manager) h
         ON h.manager = m.id
  LEFT JOIN (SELECT manager, count(*)::int AS recent FROM hand_overs WHERE offered_at > $1 GROUP BY manager) r
         ON r.manager = m.id
 ORDER BY m.id
"""


def _manager(row: Any) -> Manager:
    return Manager.model_validate(dict(row))


async def lock_routing(conn: Connection) -> None:
    """Let one transaction at a time choose a manager, so that capacity and fair share are counted exactly."""
    await conn.execute("SELECT pg_advisory_xact_lock($1)", _ROUTING_LOCK)


async def candidates(conn: Connection, since: datetime) -> list[Candidate]:
    """All managers with their open work and the offers they got after `since`."""
    return [Candidate(**dict(row)) for row in await conn.fetch(_CANDIDATES, since)]


async def add(conn: Connection, values: Mapping[str, Any]) -> Manager | None:
    """Add a manager; none if the id is taken."""
    row = await conn.fetchrow(
        """INSERT INTO managers (id, name, languages, segments, regions, weight, capacity, active)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING *""",
        *(values[name] for name in ("id", "name", "languages", "segments", "regions", "weight", "capacity", "active")),
    )
    return _manager(row) if row else None


async def change(conn: Connection, manager_id: str, values: Mapping[str, Any]) -> Manager:
    """Change what `values` names, none of which may be null. Raises NotFound."""
    row = await conn.fetchrow(
        """UPDATE managers SET name = coalesce($2, name), languages = coalesce($3, languages),
                  segments = coalesce($4, segments), regions = coalesce($5, regions), weight = coalesce($6, weight),
                  capacity = coalesce($7, capacity), active = coalesce($8, active), updated_at = now()
            WHERE id = $1 RETURNING *""",
        manager_id,
        *(values.get(name) for name in ("name", "languages", "segments", "regions", "weight", "capacity", "active")),
    )
    if row is None:
        raise NotFound(f"there is no manager {manager_id}")
    return _manager(row)


async def find(conn: Connection, manager_id: str) -> Manager | None:
    """One manager, or none."""
    row = await conn.fetchrow("SELECT * FROM managers WHERE id = $1", manager_id)
    return _manager(row) if row else None


async def page(conn: Connection, *, active: bool | None, limit: int, after: str | None) -> list[Manager]:
    """Managers by id."""
    rows = await conn.fetch(
        """SELECT * FROM managers
            WHERE ($1::boolean IS NULL OR active = $1) AND ($2::text IS NULL OR id > $2) ORDER BY id LIMIT $3""",
        active,
        after,
        limit,
    )
    return [_manager(row) for row in rows]
