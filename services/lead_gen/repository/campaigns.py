"""Campaigns and their state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, NotFound
from services.lead_gen.domain.campaigns import Campaign, CampaignPlan

# More campaigns than anybody runs at once; it keeps an answer with a part per campaign readable.
MOST_RUNNING = 100
MOST_NAMES = 500
RUNNING_IDS = "SELECT id FROM campaigns WHERE state = 'running' AND ({campaign}::uuid IS NULL OR id = {campaign})"


async def create(conn: Connection, new: CampaignPlan, by: str) -> Campaign:
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
    return Campaign.of(row)


async def get(conn: Connection, campaign_id: str, *, lock: bool = False) -> Campaign:
    """Read a campaign. Raises NotFound."""
    row = await conn.fetchrow(
        f"SELECT * FROM campaigns WHERE id = $1 {'FOR UPDATE' if lock else ''}",  # noqa: S608 - a constant
        campaign_id,
    )
    if row is None:
        raise NotFound(f"There is no campaign {campaign_id}")
    return Campaign.of(row)


async def counted(conn: Connection, campaign_id: str) -> Campaign:
    """A campaign with its leads counted by stage. Raises NotFound."""
    campaign = await get(conn, campaign_id)
    counts = await conn.fetch(
        "SELECT stage, count(*) AS n FROM leads WHERE campaign_id = $1 GROUP BY stage", campaign_id
    )
    return campaign.model_copy(update={"counts": {row["stage"]: row["n"] for row in counts}})


async def page(
    conn: Connection, *, state: str | None, name: str | None, limit: int, after: tuple[datetime, str] | None
) -> list[Campaign]:
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
    return Campaign.of_all(rows)


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


async def find_name(conn: Connection, campaign_id: str | None) -> str | None:
    """What this campaign is called; none if there is none."""
    name: str | None = await conn.fetchval("SELECT name FROM campaigns WHERE id = $1", campaign_id)
    return name


async def names(conn: Connection) -> dict[str, str]:
    """What the campaigns are called, by id, in the order of their names; the first few hundred."""
    rows = await conn.fetch("SELECT id, name FROM campaigns ORDER BY name, id LIMIT $1", MOST_NAMES)
    return {row["id"]: row["name"] for row in rows}


async def running_ids(conn: Connection, campaign_id: str | None) -> list[str]:
    """Ids of the running campaigns, or of the one asked for if it runs."""
    rows = await conn.fetch(RUNNING_IDS.format(campaign="$1"), campaign_id)
    return [row["id"] for row in rows]


async def running(conn: Connection) -> list[Campaign]:
    """Campaigns that run, in the order in which their calls are given out."""
    rows = await conn.fetch(
        "SELECT * FROM campaigns WHERE state = 'running' ORDER BY priority DESC, created_at, id LIMIT $1", MOST_RUNNING
    )
    return Campaign.of_all(rows)


async def existing(conn: Connection, campaign_ids: Sequence[str]) -> set[str]:
    """Which of these are ids of campaigns; they may be any text."""
    rows = await conn.fetch("SELECT id::text AS id FROM campaigns WHERE id::text = ANY($1)", list(campaign_ids))
    return {row["id"] for row in rows}
