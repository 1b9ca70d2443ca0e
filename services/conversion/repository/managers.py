"""Managers, and what routing must know about them."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.chassis.business_time import Calendar
from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.chassis.meanings import STORED
from services.conversion.domain.managers import Manager
from services.conversion.domain.routing import Candidate

# Any number that no other lock of this database has.
_ROUTING_LOCK = 7_236_114_205_340

_CANDIDATES = """
SELECT m.id, m.languages, m.segments, m.regions, m.products, m.weight, m.capacity, m.daily_quota AS quota, m.active,
       m.hours::text AS hours, coalesce(w.deals + w.offers, 0) AS load,
       coalesce(r.today, 0) AS today, coalesce(r.recent, 0) AS assigned,
       greatest(1, $2::date - greatest($1::date, (m.created_at AT TIME ZONE $4)::date) + 1
                   - coalesce(a.days, 0)) AS days,
       EXISTS (SELECT FROM absences x WHERE x.manager = m.id AND x.during @> $3::timestamptz) AS absent
  FROM managers m
  LEFT JOIN manager_load w ON w.manager = m.id
  LEFT JOIN (SELECT manager, sum(offered)::int AS recent, (sum(offered) FILTER (WHERE day = $2))::int AS today
               FROM offers_by_day WHERE day >= $1 GROUP BY manager) r ON r.manager = m.id
  LEFT JOIN (SELECT manager, sum(least((ends_at AT TIME ZONE $4)::date, $2::date + 1)
                                 - greatest((starts_at AT TIME ZONE $4)::date, $1::date))::int AS days
               FROM absences WHERE during && tstzrange($1::date::timestamp AT TIME ZONE $4,
                                                       ($2::date + 1)::timestamp AT TIME ZONE $4)
              GROUP BY manager) a
         ON a.manager = m.id
 ORDER BY m.id
"""
_SETTABLE = (
    "name", "email", "team", "languages", "segments", "regions", "products", "weight", "capacity", "daily_quota",
    "hours", "active",
)  # fmt: skip


async def lock_routing(conn: Connection) -> None:
    """Let one transaction at a time choose a manager, so that capacity and fair share are counted exactly."""
    await conn.execute("SELECT pg_advisory_xact_lock($1)", _ROUTING_LOCK)


async def candidates(
    conn: Connection, *, since: date, today: date, moment: datetime, usual: Calendar
) -> list[Candidate]:
    """All managers with their open work and their offers since a day; days are those of the tier's `usual` calendar.

    On duty is whoever has working hours at `moment`, by their own calendar or the tier's `usual` one.
    """
    rows = await conn.fetch(_CANDIDATES, since, today, moment, usual.timezone)
    default = usual.model_dump_json()
    return [
        Candidate(**{name: value for name, value in row.items() if name != "hours"},
                  on_duty=_is_open(row["hours"] or default, moment))
        for row in rows
    ]  # fmt: skip


@functools.lru_cache(maxsize=512)
def _is_open(hours: str, moment: datetime) -> bool:
    # Most managers share a few calendars, and one look at the clock serves a whole routing.
    return Calendar.model_validate_json(hours, context=STORED).is_open(moment)


async def count_offer(conn: Connection, manager_id: str, day: date) -> None:
    """Count an offer for the manager's fair share and daily quota."""
    await conn.execute(
        """INSERT INTO offers_by_day (manager, day, offered) VALUES ($1, $2, 1)
           ON CONFLICT (day, manager) DO UPDATE SET offered = offers_by_day.offered + 1""",
        manager_id,
        day,
    )


async def add(conn: Connection, values: Mapping[str, Any]) -> Manager | None:
    """Add a manager; none if the id is taken."""
    names = [name for name in ("id", *_SETTABLE) if name in values]
    holes = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    row = await conn.fetchrow(
        f"INSERT INTO managers ({', '.join(names)}) VALUES ({holes}) ON CONFLICT DO NOTHING RETURNING *",  # noqa: S608 - of _SETTABLE
        *(values[name] for name in names),
    )
    return Manager.maybe(row)


async def change(conn: Connection, manager_id: str, values: Mapping[str, Any]) -> Manager:
    """Set what `values` names. Raises NotFound."""
    names = [name for name in _SETTABLE if name in values]
    assignments = "".join(f"{name} = ${number}, " for number, name in enumerate(names, start=2))
    row = await conn.fetchrow(
        f"UPDATE managers SET {assignments}updated_at = now() WHERE id = $1 RETURNING *",  # noqa: S608 - of _SETTABLE
        manager_id,
        *(values[name] for name in names),
    )
    if row is None:
        raise NotFound(f"there is no manager {manager_id}")
    return Manager.of(row)


async def away_with_offers(conn: Connection) -> list[str]:
    """Managers who are absent or inactive now and have offers that wait for their answer."""
    rows = await conn.fetch(
        """SELECT DISTINCT h.manager FROM hand_overs h JOIN managers m ON m.id = h.manager
            WHERE h.state = 'open' AND (NOT m.active OR EXISTS (
                  SELECT FROM absences x WHERE x.manager = m.id AND x.during @> now())) ORDER BY 1"""
    )
    return [row["manager"] for row in rows]


async def get(conn: Connection, manager_id: str) -> Manager:
    """One manager. Raises NotFound."""
    found = await find(conn, manager_id)
    if found is None:
        raise NotFound(f"there is no manager {manager_id}")
    return found


async def find(conn: Connection, manager_id: str) -> Manager | None:
    """One manager, or none."""
    row = await conn.fetchrow("SELECT * FROM managers WHERE id = $1", manager_id)
    return Manager.maybe(row)


async def named(conn: Connection, manager_ids: Sequence[str]) -> list[Manager]:
    """These managers, as far as they are known."""
    return Manager.of_all(await conn.fetch("SELECT * FROM managers WHERE id = ANY($1) ORDER BY id", list(manager_ids)))


async def page(conn: Connection, *, active: bool | None, limit: int, after: str | None) -> list[Manager]:
    """Managers by id."""
    rows = await conn.fetch(
        """SELECT * FROM managers
            WHERE ($1::boolean IS NULL OR active = $1) AND ($2::text IS NULL OR id > $2) ORDER BY id LIMIT $3""",
        active,
        after,
        limit,
    )
    return Manager.of_all(rows)


async def names(conn: Connection, *, limit: int) -> dict[str, str]:
    """What active managers are called, by id."""
    rows = await conn.fetch("SELECT id, name FROM managers WHERE active ORDER BY id LIMIT $1", limit)
    return {row["id"]: row["name"] for row in rows}


async def has_address(conn: Connection, address: str) -> bool:
    """Whether a mail to this address went to one of our own."""
    found = await conn.fetchval("SELECT 1 FROM managers WHERE lower(email) = lower($1) LIMIT 1", address)
    return found is not None
