"""What a plan asks of deals and managers."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.conversion.domain.rates import Counts

MOST_DEALS = 1000
# The first work on a lead is planned for by itself: touches are what comes after it.
_RATES = """
WITH closed AS (
    SELECT id, owner, stage, accepted_at, closed_at FROM deals
     WHERE closed_at >= $1 AND closed_at < $2 AND stage IN ('won', 'lost') AND owner IS NOT NULL),
latest AS (
    SELECT id, closed_at - accepted_at AS took FROM closed WHERE accepted_at IS NOT NULL
     ORDER BY closed_at DESC, id LIMIT $3),
touched AS (
    SELECT l.took, count(*) - 1 AS touches
      FROM latest l JOIN timeline t ON t.deal_id = l.id
       AND t.kind IN ('note', 'answer', 'offer_sent', 'meeting_held')
     GROUP BY l.id, l.took),
taking AS (SELECT capacity FROM managers WHERE active AND capacity > 0)
SELECT (SELECT count(*) FROM managers WHERE id IN (SELECT owner FROM closed)
            OR id IN (SELECT manager FROM hand_overs WHERE answered_at >= $1 AND answered_at < $2
                         AND state IN ('accepted', 'declined', 'returned')))::int AS people,
       (SELECT count(*) FROM closed WHERE stage = 'won')::int AS won,
       (SELECT count(*) FROM closed WHERE stage = 'lost')::int AS lost,
       (SELECT count(*) FROM touched)::int AS decided,
       (SELECT avg(touches)::float8 FROM touched) AS touches,
       (SELECT (extract(epoch FROM sum(took)) / nullif(sum(touches), 0) / 86400)::float8 FROM touched
         WHERE touches > 0) AS touch_gap_days,
       (SELECT count(*) FROM taking)::int AS managers, (SELECT avg(capacity)::float8 FROM taking) AS open_deals
"""


async def counts(conn: Connection, start: datetime, end: datetime) -> Counts:
    """What happened between two moments, and who takes leads now."""
    return Counts.of(await conn.fetchrow(_RATES, start, end, MOST_DEALS))
