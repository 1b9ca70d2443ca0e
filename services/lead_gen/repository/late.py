"""What is late in tier 1, and who is there to do it."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.db import Connection
from services.chassis.lateness import IMPORTS, LateRow, late_rows
from services.chassis.stories import Place


def _callbacks(grace: timedelta) -> str:
    return f"""SELECT w.not_before, 'work:' || w.id, 'callback', w.lead_id, l.company, c.name,
               jsonb_build_object('person', w.assignee)
          FROM work_items w JOIN leads l ON l.id = w.lead_id LEFT JOIN callers c ON c.id = w.assignee
         WHERE w.kind = 'call' AND w.state = 'open' AND w.payload->>'callback' = 'true'
           AND w.not_before < now() - interval '{grace.total_seconds()} seconds'"""  # noqa: S608 - a number


_PROMISES = """SELECT p.due_at, 'promise:' || p.id, 'promise', p.lead_id, l.company, l.owner,
           jsonb_build_object('tier', l.tier)
      FROM callback_promises p JOIN leads l ON l.id = p.lead_id WHERE p.kept_at IS NULL AND p.due_at < now()"""


async def page(
    conn: Connection, grace: timedelta, limit: int, after: Place | None, lead_id: str | None = None
) -> list[LateRow]:
    """What is late after a place, the longest first. `grace` is how much later a promised call may be."""
    return await late_rows(conn, (_callbacks(grace), _PROMISES, IMPORTS), limit, after, lead_id)


async def callers_at_work(conn: Connection) -> int:
    """How many callers are signed on and not on a break."""
    return int(
        await conn.fetchval(
            """SELECT count(*) FROM shifts WHERE signed_on_at IS NOT NULL AND signed_off_at IS NULL AND ends_at > now()
                  AND break_since IS NULL"""
        )
    )
