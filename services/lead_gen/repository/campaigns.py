"""Campaigns and enrolment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, NotFound
from services.lead_gen.schemas.campaigns import Campaign, CampaignView, NewCampaign
from workflows.contracts.lead_gen import Enrolled


class EnrolledLead(BaseModel):
    """A lead just enrolled, with what its workflow starts with."""

    id: str
    industry: str | None
    rounds: int


class Pace(BaseModel):
    """What decides how many leads may be enrolled now."""

    in_flight: int
    waiting: int


async def create(conn: Connection, new: NewCampaign, by: str) -> CampaignView:
    """Write a campaign. Raises Conflict `duplicate` when the name is taken."""
    row = await conn.fetchrow(
        """INSERT INTO campaigns (id, name, criteria_id, script_id, priority, created_by)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO NOTHING RETURNING *""",
        new_id(),
        new.name,
        new.criteria_id,
        new.script_id,
        new.priority,
        by,
    )
    if row is None:
        raise Conflict(f"There is already a campaign named {new.name}", code="duplicate", field="name")
    return CampaignView.model_validate(dict(row))


async def get(conn: Connection, campaign_id: str, *, lock: bool = False) -> Campaign:
    """Read a campaign. Raises NotFound."""
    row = await conn.fetchrow(f"SELECT * FROM campaigns WHERE id = $1 {'FOR UPDATE' if lock else ''}", campaign_id)
    if row is None:
        raise NotFound(f"There is no campaign {campaign_id}")
    return Campaign.model_validate(dict(row))


async def view(conn: Connection, campaign_id: str) -> CampaignView:
    """A campaign with its leads counted by stage. Raises NotFound."""
    campaign = await get(conn, campaign_id)
    counts = await conn.fetch(
        "SELECT stage, count(*) AS n FROM leads WHERE campaign_id = $1 GROUP BY stage", campaign_id
    )
    return CampaignView(**campaign.model_dump(), counts={c["stage"]: c["n"] for c in counts})


async def page(
    conn: Connection, *, state: str | None, name: str | None, limit: int, after: Any | None
) -> list[CampaignView]:
    """A page of campaigns in order of creation."""
    rows = await conn.fetch(
        """SELECT * FROM campaigns WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR name = $2)
              AND ($3::timestamptz IS NULL OR (created_at, id) > ($3, $4::uuid))
            ORDER BY created_at, id LIMIT $5""",
        state,
        name,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [CampaignView.model_validate(dict(row)) for row in rows]


async def set_state(conn: Connection, campaign_id: str, state: str, *, started: bool = False) -> tuple[int, int]:
    """Change the state; returns (number of starts, number of changes)."""
    row = await conn.fetchrow(
        """UPDATE campaigns SET state = $2, starts = starts + $3, changes = changes + 1 WHERE id = $1
           RETURNING starts, changes""",
        campaign_id,
        state,
        int(started),
    )
    return (row["starts"], row["changes"]) if row else (0, 0)


async def running(conn: Connection, campaign_id: str | None) -> list[str]:
    """Ids of the running campaigns, or of the one asked for if it runs."""
    rows = await conn.fetch(
        "SELECT id FROM campaigns WHERE state = 'running' AND ($1::uuid IS NULL OR id = $1)", campaign_id
    )
    return [row["id"] for row in rows]


async def tick_result(conn: Connection, key: str) -> Enrolled | None:
    """What an earlier delivery of the same look enrolled."""
    found = await conn.fetchval("SELECT result FROM campaign_ticks WHERE key = $1", key)
    return Enrolled.model_validate(found) if found else None


async def keep_tick(conn: Connection, key: str, result: Enrolled) -> None:
    """Remember a look's answer for redelivery, and forget those of more than a week ago."""
    await conn.execute("INSERT INTO campaign_ticks (key, result) VALUES ($1, $2)", key, result)
    await conn.execute("DELETE FROM campaign_ticks WHERE at < now() - interval '7 days'")


async def pace(conn: Connection, campaign_id: str) -> Pace:
    """Leads of the campaign in cold calling, and interested leads that tier 2 has not taken yet (all campaigns)."""
    row = await conn.fetchrow(
        """SELECT (SELECT count(*) FROM leads WHERE campaign_id = $1 AND stage = 'calling') AS in_flight,
                  (SELECT count(*) FROM leads WHERE tier = 'conversion' AND stage IN ('handed_over', 'inbound'))
                      AS waiting""",
        campaign_id,
    )
    return Pace.model_validate(dict(row or {}))


CANDIDATES = """
  FROM leads l
 WHERE l.tier = 'lead_gen' AND (l.stage = 'new' OR (l.stage = 'resting' AND l.rest_until <= now()))
   AND EXISTS (SELECT FROM lead_phones p
                WHERE p.lead_id = l.id AND NOT p.bad
                  AND NOT EXISTS (SELECT FROM do_not_call d WHERE d.phone = p.phone AND d.withdrawn_at IS NULL))
   AND NOT EXISTS (SELECT FROM lead_phones p JOIN do_not_call d ON d.phone = p.phone
                    WHERE p.lead_id = l.id AND d.withdrawn_at IS NULL AND d.scope = 'company')
   AND {condition}
"""


async def more_may_come(conn: Connection) -> bool:
    """Is a lead resting, or a file still being imported?"""
    return bool(
        await conn.fetchval(
            """SELECT EXISTS (SELECT 1 FROM leads WHERE stage = 'resting')
                   OR EXISTS (SELECT 1 FROM imports WHERE state IN ('queued', 'running'))"""
        )
    )


async def count_matching(conn: Connection, condition: str, values: Sequence[Any]) -> int:
    """How many leads could be enrolled now."""
    # Fetched whole: PostgreSQL does not share a query among its workers for whoever asks for one row only.
    rows = await conn.fetch(f"SELECT count(*) {CANDIDATES.format(condition=condition)}", *values)
    return int(rows[0][0])


async def sample(conn: Connection, condition: str, values: Sequence[Any], limit: int) -> list[str]:
    """Ids of the leads that would be enrolled first."""
    rows = await conn.fetch(
        f"SELECT l.id {CANDIDATES.format(condition=condition)} ORDER BY l.score DESC, l.id LIMIT {limit:d}", *values
    )
    return [row["id"] for row in rows]


async def enrol(
    conn: Connection, campaign_id: str, condition: str, values: Sequence[Any], limit: int
) -> list[EnrolledLead]:
    """Take the best leads into cold calling. `condition` uses parameters from $2 on."""
    rows = await conn.fetch(
        f"""UPDATE leads SET tier = 'lead_gen', stage = 'calling', campaign_id = $1, owner = NULL, attempts = 0,
                   rounds = rounds + 1, rest_until = NULL, workflow_id = 'cold-call:' || id,
                   register_at = clock_timestamp(), updated_at = now()
             WHERE id IN (SELECT l.id {CANDIDATES.format(condition=condition)}
                           ORDER BY l.score DESC, l.id LIMIT {limit:d} FOR UPDATE OF l SKIP LOCKED)
         RETURNING id, industry, rounds""",
        campaign_id,
        *values,
    )
    return [EnrolledLead.model_validate(dict(row)) for row in rows]
