"""What the answer to why needs and nothing else does."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from services.chassis.db import Connection
from services.lead_gen.schemas.campaigns import Campaign

# Running campaigns of a house are a handful; the answer stays readable whatever they do.
MAX_CAMPAIGNS = 100


class Number(BaseModel):
    """One number of a lead, and the ledger's entry for it."""

    phone: str
    bad: bool
    scope: Literal["phone", "company"] | None
    at: datetime | None


class Score(BaseModel):
    """The score that a lead carries."""

    id: str
    version: int
    name: str
    kind: Literal["weights", "learned"]


async def running_campaigns(conn: Connection) -> list[Campaign]:
    """Campaigns that run, in the order in which their calls are given out."""
    rows = await conn.fetch(
        "SELECT * FROM campaigns WHERE state = 'running' ORDER BY priority DESC, created_at, id LIMIT $1", MAX_CAMPAIGNS
    )
    return [Campaign.model_validate(dict(row)) for row in rows]


async def numbers(conn: Connection, lead_id: str) -> list[Number]:
    """The lead's numbers, the best first."""
    rows = await conn.fetch(
        """SELECT p.phone, p.bad, d.scope, d.at FROM lead_phones p
             LEFT JOIN do_not_call d ON d.phone = p.phone AND d.withdrawn_at IS NULL
            WHERE p.lead_id = $1 ORDER BY p.bad, p.position""",
        lead_id,
    )
    return [Number.model_validate(dict(row)) for row in rows]


async def score(conn: Connection, lead_id: str) -> Score | None:
    """The version whose score the lead carries."""
    row = await conn.fetchrow(
        """SELECT s.id, s.version, s.name, s.kind FROM leads l JOIN scores s ON s.version = l.score_version
            WHERE l.id = $1""",
        lead_id,
    )
    return Score.model_validate(dict(row)) if row else None


async def is_leased(conn: Connection, lead_id: str) -> bool:
    """Is somebody calling the lead at this moment?"""
    return bool(
        await conn.fetchval(
            "SELECT EXISTS (SELECT FROM work_items WHERE lead_id = $1 AND kind = 'call' AND state = 'leased')", lead_id
        )
    )


async def now(conn: Connection) -> datetime:
    """The moment that the database answers with."""
    moment: datetime = await conn.fetchval("SELECT now()")
    return moment
