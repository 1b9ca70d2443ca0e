"""Callers: who they are, what they may call, and what they hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.chassis.work_items import open_groups_sql
from services.lead_gen.domain.callers import Caller, CallerProfile, Choice, Standing
from services.lead_gen.repository.campaigns import RUNNING_IDS

_STANDING = """
SELECT true AS known, c.active, c.languages, c.campaigns, s.break_since IS NOT NULL AS on_break,
        s.id IS NOT NULL OR NOT EXISTS (SELECT FROM shifts p WHERE p.caller_id = c.id) AS on_shift,
        (c.daily_quota IS NULL OR c.daily_quota > (
            SELECT count(*) FROM calls WHERE caller = $1
               AND at >= date_trunc('day', now() AT TIME ZONE c.timezone) AT TIME ZONE c.timezone))
        AND (s.quota IS NULL OR s.quota > (
            SELECT count(*) FROM calls WHERE caller = $1 AND at >= s.signed_on_at)) AS quota_left
   FROM callers c
   LEFT JOIN LATERAL (SELECT * FROM shifts WHERE caller_id = c.id AND signed_on_at IS NOT NULL
                         AND signed_off_at IS NULL ORDER BY starts_at DESC LIMIT 1) s ON true
  WHERE c.id = $1
"""
# In one round trip, as callers wait for it.
_CHOICE = f"""
SELECT standing.*, ARRAY({open_groups_sql("'call'")}) AS groups,
       ARRAY({RUNNING_IDS.format(campaign="$2")})::text[] AS running
  FROM (SELECT) AS always LEFT JOIN ({_STANDING}) AS standing ON true
"""  # noqa: S608 - queries named here and there


async def add(conn: Connection, new: CallerProfile) -> Caller | None:
    """Write a caller; None when the id is taken."""
    row = await conn.fetchrow(
        """INSERT INTO callers (id, name, languages, campaigns, daily_quota, timezone, extension)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (id) DO NOTHING RETURNING *""",
        new.id,
        new.name,
        new.languages,
        new.campaigns,
        new.daily_quota,
        new.timezone,
        new.extension,
    )
    return Caller.maybe(row)


async def get(conn: Connection, caller_id: str) -> Caller:
    """Read a caller. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM callers WHERE id = $1", caller_id)
    if row is None:
        raise NotFound(f"There is no caller {caller_id}")
    return Caller.of(row)


async def exists(conn: Connection, caller_id: str) -> bool:
    """Is there such a caller?"""
    return bool(await conn.fetchval("SELECT EXISTS (SELECT FROM callers WHERE id = $1)", caller_id))


async def name_of(conn: Connection, caller_id: str) -> str | None:
    """What this caller is called; none for somebody without a row."""
    name: str | None = await conn.fetchval("SELECT name FROM callers WHERE id = $1", caller_id)
    return name


async def names(conn: Connection, caller_ids: Collection[str]) -> dict[str, str]:
    """What these callers are called, by id; those without a row are left out."""
    if not caller_ids:
        return {}
    found = await conn.fetch("SELECT id, name FROM callers WHERE id = ANY($1)", list(caller_ids))
    return {row["id"]: row["name"] for row in found}


async def change(conn: Connection, caller_id: str, fields: Mapping[str, Any]) -> Caller:
    """Write these columns. Raises NotFound."""
    for name, value in fields.items():
        await conn.execute(f"UPDATE callers SET {name} = $2 WHERE id = $1", caller_id, value)  # noqa: S608 - names of a model's fields
    return await get(conn, caller_id)


async def extension_of(conn: Connection, caller_id: str) -> str | None:
    """Where the switchboard reaches this caller; none if nobody has said."""
    extension: str | None = await conn.fetchval("SELECT extension FROM callers WHERE id = $1", caller_id)
    return extension


async def page(conn: Connection, limit: int, after: tuple[datetime, str] | None) -> list[Caller]:
    """Callers by time of creation."""
    rows = await conn.fetch(
        """SELECT * FROM callers WHERE ($1::timestamptz IS NULL OR (created_at, id) > ($1, $2))
            ORDER BY created_at, id LIMIT $3""",
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return Caller.of_all(rows)


async def active(conn: Connection, limit: int) -> list[Caller]:
    """Callers who work here now, by name."""
    rows = await conn.fetch("SELECT * FROM callers WHERE active ORDER BY name, id LIMIT $1", limit)
    return Caller.of_all(rows)


async def limited(conn: Connection) -> list[Caller]:
    """Active callers who may call some campaigns only, held in the order of their ids."""
    rows = await conn.fetch("SELECT * FROM callers WHERE active AND campaigns <> '{}' ORDER BY id FOR UPDATE")
    return Caller.of_all(rows)


async def standing(conn: Connection, caller_id: str) -> Standing:
    """Whether and what somebody may call now. Days are those of their own time zone.

    Somebody for whom no shift was ever planned is taken at their word.
    """
    return Standing.maybe(await conn.fetchrow(_STANDING, caller_id)) or Standing()


async def choice(conn: Connection, caller_id: str, campaign_id: str | None) -> Choice:
    """What is there to choose this caller's next call from; of one campaign, if it is named."""
    row = await conn.fetchrow(_CHOICE, caller_id, campaign_id)
    if row is None:
        return Choice(standing=Standing(), groups=[], running=[])
    return Choice(
        standing=Standing.of(row) if row["known"] else Standing(), groups=row["groups"], running=row["running"]
    )


async def quota(conn: Connection, caller_id: str) -> int | None:
    """The calls that this caller shall make: in the shift they are signed on to, else in a day; none if no limit."""
    found: int | None = await conn.fetchval(
        """SELECT coalesce((SELECT quota FROM shifts WHERE caller_id = c.id AND signed_on_at IS NOT NULL
                              AND signed_off_at IS NULL ORDER BY starts_at DESC LIMIT 1), c.daily_quota)
             FROM callers c WHERE c.id = $1""",
        caller_id,
    )
    return found


async def return_leases(conn: Connection, caller_id: str) -> list[str]:
    """Return everything this caller holds to the queue; the ids of what they held."""
    rows = await conn.fetch(
        """WITH returned AS (
               UPDATE work_items SET state = 'open', leased_by = NULL, lease_until = NULL
                WHERE kind = 'call' AND leased_by = $1 AND state = 'leased' RETURNING id, lease_token),
           noted AS (
               UPDATE call_leases l SET returned_at = now() FROM returned r
                WHERE l.item_id = r.id AND l.token = r.lease_token)
           SELECT id FROM returned""",
        caller_id,
    )
    return [row["id"] for row in rows]


# Is a caller there at that moment? Somebody for whom no shift was ever planned is taken at their word.
_THERE = """
NOT EXISTS (SELECT FROM callers c WHERE c.id = {caller} AND NOT c.active)
AND (NOT EXISTS (SELECT FROM shifts s WHERE s.caller_id = {caller})
     OR EXISTS (SELECT FROM shifts s WHERE s.caller_id = {caller} AND s.signed_off_at IS NULL
                   AND s.starts_at <= {at} AND {at} < s.ends_at))
"""


async def will_be_there(conn: Connection, caller_id: str, at: datetime) -> bool:
    """Will this caller be there at that time, to make a personal callback?"""
    return bool(await conn.fetchval(f"SELECT {_THERE.format(caller='$1::text', at='$2::timestamptz')}", caller_id, at))


async def callbacks_to_pool(conn: Connection, caller_id: str) -> int:
    """Give personal callbacks that fall due while the caller is away to the pool; how many."""
    condition = _THERE.format(caller="$1", at="greatest(w.not_before, now())")
    rows = await conn.fetch(
        f"""UPDATE work_items w SET assignee = NULL
             WHERE kind = 'call' AND state = 'open' AND assignee = $1 AND NOT ({condition}) RETURNING id""",  # noqa: S608 - a constant condition
        caller_id,
    )
    return len(rows)
