"""Days that are over, sealed: what their calls and hours came to, by caller and campaign (ADR 69)."""

from __future__ import annotations

from datetime import date

from services.chassis.db import Connection
from services.lead_gen.repository.days import FROM_RECORDS
from services.lead_gen.repository.hours import SHARES_OF_CAMPAIGNS
from services.lead_gen.repository.reports import CONTACT

# Calls are told a moment after they are made.
_WAITING = """
SELECT first + n AS day
  FROM (SELECT house_day(least((SELECT min(at) FROM calls), (SELECT min(signed_on_at) FROM shifts))) AS first) known
 CROSS JOIN LATERAL generate_series(0, house_day(clock_timestamp() - interval '10 minutes') - 1 - first) n
 WHERE NOT EXISTS (SELECT FROM sealed_days s WHERE s.day = first + n)
    OR EXISTS (SELECT FROM unsealed_days u WHERE u.day = first + n)
 ORDER BY 1 DESC LIMIT $1"""

_COUNT = f"""
INSERT INTO day_figures (day, caller, campaign_id, calls, contacts, interested, hard_questions, talk_seconds, hours)
WITH RECURSIVE {FROM_RECORDS},{SHARES_OF_CAMPAIGNS},
made AS (
    SELECT caller, campaign_id::text AS key, count(*) AS calls,
           count(*) FILTER (WHERE outcome IN {CONTACT}) AS contacts,
           count(*) FILTER (WHERE outcome = 'interested') AS interested,
           count(*) FILTER (WHERE outcome = 'hard_question') AS hard_questions,
           coalesce(sum(talk_seconds) FILTER (WHERE talk_seconds > 0), 0) AS talk, 0::float8 AS hours
      FROM calls WHERE at >= $1 AND at < $2 GROUP BY 1, 2
    UNION ALL
    SELECT caller, key, 0, 0, 0, 0, 0, hours FROM shares)
SELECT $6::date, caller, key::uuid, sum(calls), sum(contacts), sum(interested), sum(hard_questions), sum(talk),
       sum(hours)
  FROM made GROUP BY caller, key"""  # noqa: S608 - expressions named here; values are parameters

_COUNT_LEADS = f"""
INSERT INTO day_leads (day, before, called, reached)
WITH leads_called AS (
    SELECT lead_id, bool_or(outcome IN {CONTACT}) AS reached FROM calls WHERE at >= $1 AND at < $2 GROUP BY 1),
counted AS (
    SELECT (SELECT max(b.at) FROM calls b WHERE b.lead_id = l.lead_id AND b.at < $1) AS before,
           1 AS called, 0 AS reached FROM leads_called l
    UNION ALL
    SELECT (SELECT max(b.at) FROM calls b WHERE b.lead_id = l.lead_id AND b.at < $1 AND b.outcome IN {CONTACT}), 0, 1
      FROM leads_called l WHERE reached)
SELECT $3::date, house_day(before), sum(called), sum(reached) FROM counted GROUP BY 2"""  # noqa: S608 - as above


async def waiting(conn: Connection, limit: int) -> list[date]:
    """Days that are over and not sealed, or changed since; the last ones first, because they are asked for most."""
    return [row["day"] for row in await conn.fetch(_WAITING, limit)]


async def seal(conn: Connection, day: date) -> bool:
    """Count what the day came to; False if somebody is changing it now. In a transaction of its own."""
    # It never queues for the lock: whoever reports a call would queue behind it.
    if not await conn.fetchval("SELECT pg_try_advisory_xact_lock(220, $1::date - date '2000-01-01')", day):
        return False
    begins, ends = await conn.fetchrow(  # type: ignore[misc]
        """INSERT INTO sealed_days (day, begins, ends) VALUES ($1, house_midnight($1), house_midnight($1 + 1))
           ON CONFLICT (day) DO UPDATE SET sealed_at = now() RETURNING begins, ends""",
        day,
    )
    await conn.execute("DELETE FROM unsealed_days WHERE day = $1", day)
    await conn.execute("DELETE FROM day_figures WHERE day = $1", day)
    await conn.execute("DELETE FROM day_leads WHERE day = $1", day)
    await conn.execute(_COUNT, begins, ends, None, None, "UTC", day)
    await conn.execute(_COUNT_LEADS, begins, ends, day)
    return True
