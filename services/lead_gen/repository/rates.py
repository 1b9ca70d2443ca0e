"""What a plan asks of the calls beside the report on callers: how long talks are, and how many leads are new."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.domain.rates import Talks
from services.lead_gen.domain.reports import Period
from services.lead_gen.repository.reports import CONTACT, during


async def talks(conn: Connection, period: Period) -> Talks:
    """How many conversations are known by their length, and their mean in minutes."""
    row = await conn.fetchrow(
        f"""SELECT count(*) AS talks, avg(talk_seconds)::float8 / 60 AS talk_minutes FROM calls c
             WHERE {during("c.at")} AND c.talk_seconds > 0 AND c.outcome IN {CONTACT}""",  # noqa: S608 - constants
        period.start,
        period.end,
    )
    return Talks.of(row)


async def new_leads(conn: Connection, period: Period) -> int:
    """How many leads were called for the first time."""
    found: int = await conn.fetchval(
        f"SELECT count(*) FROM first_calls f WHERE f.whole AND {during('f.at')}",  # noqa: S608 - a constant
        period.start,
        period.end,
    )
    return found
