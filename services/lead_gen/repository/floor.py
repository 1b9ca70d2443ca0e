"""What the floor's page reads: people at work, late callbacks, campaigns. Everything bounded."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.chassis.db import Connection
from services.chassis.imports.jobs import Import
from services.lead_gen.domain.calls import CONTACTS
from services.lead_gen.domain.floor import CampaignOnFloor, Coming, Gone, LateCallback, OnFloor, Talks

MOST_PEOPLE, MOST_COMING, MOST_LATE, MOST_CAMPAIGNS, MOST_IMPORTS = 200, 5, 50, 30, 4
_CONTACTS = [outcome.value for outcome in CONTACTS]


async def people(conn: Connection) -> list[OnFloor]:
    """Everybody who is signed on, by name."""
    rows = await conn.fetch(
        """SELECT s.caller_id AS caller, c.name, s.signed_on_at, s.ends_at, s.break_since,
                  l.company, p.name AS campaign, held.at AS held_since, d.asked_at, d.answered_at,
                  done.last_call_at, done.calls, done.contacts, done.interested,
                  coalesce(s.quota, c.daily_quota) AS quota
             FROM shifts s JOIN callers c ON c.id = s.caller_id
             LEFT JOIN LATERAL (
                  SELECT w.id, w.lead_id, w.lease_token FROM work_items w
                   WHERE w.kind = 'call' AND w.state = 'leased' AND w.leased_by = s.caller_id AND w.lease_until > now()
                   ORDER BY w.lease_until DESC LIMIT 1) AS item ON true
             LEFT JOIN call_leases held ON held.item_id = item.id AND held.token = item.lease_token
             LEFT JOIN leads l ON l.id = item.lead_id
             LEFT JOIN campaigns p ON p.id = l.campaign_id
             LEFT JOIN dials d ON d.caller = s.caller_id AND d.ended_at IS NULL AND d.item_id = item.id
            CROSS JOIN LATERAL (
                  SELECT max(at) AS last_call_at, count(*) AS calls,
                         count(*) FILTER (WHERE outcome = ANY ($1)) AS contacts,
                         count(*) FILTER (WHERE outcome = 'interested') AS interested
                    FROM calls WHERE caller = s.caller_id AND at >= s.signed_on_at) AS done
            WHERE s.signed_on_at IS NOT NULL AND s.signed_off_at IS NULL AND s.ends_at > now()
            ORDER BY c.name, s.caller_id LIMIT $2""",
        _CONTACTS,
        MOST_PEOPLE,
    )
    return OnFloor.of_all(rows)


async def coming(conn: Connection, ahead: timedelta) -> list[Coming]:
    """Whose shift has begun without them, or begins next; the first few."""
    rows = await conn.fetch(
        """SELECT s.caller_id AS caller, c.name, s.starts_at, s.ends_at FROM shifts s
             JOIN callers c ON c.id = s.caller_id AND c.active
            WHERE s.signed_on_at IS NULL AND s.signed_off_at IS NULL AND s.ends_at > now()
              AND s.starts_at < now() + $1::interval
            ORDER BY s.starts_at, c.name LIMIT $2""",
        ahead,
        MOST_COMING,
    )
    return Coming.of_all(rows)


async def gone(conn: Connection, since: datetime) -> list[Gone]:
    """Who called since then and is not signed on now, by name."""
    rows = await conn.fetch(
        """SELECT made.*, coalesce(c.name, made.caller) AS name, c.daily_quota AS quota
             FROM (SELECT caller, count(*) AS calls, count(*) FILTER (WHERE outcome = ANY ($2)) AS contacts,
                          count(*) FILTER (WHERE outcome = 'interested') AS interested
                     FROM calls WHERE at >= $1 GROUP BY caller) made
             LEFT JOIN callers c ON c.id = made.caller
            WHERE NOT EXISTS (SELECT FROM shifts s WHERE s.caller_id = made.caller AND s.signed_on_at IS NOT NULL
                                 AND s.signed_off_at IS NULL AND s.ends_at > now())
            ORDER BY 5, made.caller LIMIT $3""",
        since,
        _CONTACTS,
        MOST_PEOPLE,
    )
    return Gone.of_all(rows)


async def counted_since(conn: Connection, since: datetime) -> tuple[int, int, int]:
    """(calls, conversations, interested) of everybody since then."""
    row = await conn.fetchrow(
        """SELECT count(*) AS calls, count(*) FILTER (WHERE outcome = ANY ($2)) AS contacts,
                  count(*) FILTER (WHERE outcome = 'interested') AS interested FROM calls WHERE at >= $1""",
        since,
        _CONTACTS,
    )
    return (row["calls"], row["contacts"], row["interested"]) if row else (0, 0, 0)


async def late(conn: Connection, grace: timedelta) -> list[LateCallback]:
    """Callbacks that callers promised and promises to people who called in vain, the longest overdue first."""
    rows = await conn.fetch(
        """SELECT * FROM (
             SELECT w.id AS item_id, w.lead_id, w.not_before AS due_at, w.assignee AS caller, w.leased_by
               FROM work_items w
              WHERE w.kind = 'call' AND w.state IN ('open', 'leased') AND w.assignee IS NOT NULL
                AND w.not_before < now() - $1::interval
             UNION ALL
             SELECT w.id, p.lead_id, p.due_at, NULL, w.leased_by FROM callback_promises p
               LEFT JOIN work_items w ON w.lead_id = p.lead_id AND w.kind = 'call' AND w.state IN ('open', 'leased')
              WHERE p.kept_at IS NULL AND p.due_at < now()) AS promised
             JOIN LATERAL (SELECT company, coalesce(timezone, zones, '') AS zone FROM leads l
                            WHERE l.id = promised.lead_id) AS lead ON true
             LEFT JOIN LATERAL (SELECT name FROM callers c WHERE c.id = promised.caller) AS person ON true
            ORDER BY due_at, promised.lead_id LIMIT $2""",
        grace,
        MOST_LATE,
    )
    return LateCallback.of_all(rows)


_CAMPAIGNS = """
WITH shown AS (
  SELECT p.id, p.name, p.state, p.priority, p.created_at, s.version AS script_version
    FROM campaigns p LEFT JOIN scripts s ON s.id = p.script_id
   WHERE $2::uuid IS NULL OR p.id = $2
   ORDER BY (p.state = 'running') DESC, p.priority DESC, p.created_at LIMIT $1),
waiting AS (
  SELECT split_part(group_key, '|', 1) AS campaign, count(*) FILTER (WHERE not_before <= now()) AS due,
         count(*) FILTER (WHERE payload->>'attempt' = '1') AS untried,
         min(not_before) FILTER (WHERE not_before > now()) AS next_at
    FROM work_items WHERE kind = 'call' AND state = 'open' GROUP BY 1),
work AS (
  SELECT campaign_id, count(*) AS in_work FROM leads
   WHERE tier = 'lead_gen' AND stage = 'calling' AND campaign_id IN (SELECT id FROM shown) GROUP BY 1)
SELECT shown.id, name, state, script_version, coalesce(in_work, 0) AS in_work, coalesce(due, 0) AS due,
       coalesce(untried, 0) AS untried, next_at
  FROM shown LEFT JOIN waiting ON waiting.campaign = shown.id::text LEFT JOIN work ON work.campaign_id = shown.id
 ORDER BY (state = 'running') DESC, priority DESC, created_at
"""


async def campaigns(conn: Connection, *, limit: int = MOST_CAMPAIGNS, only: str | None = None) -> list[CampaignOnFloor]:
    """Those that run, then those that are paused, each by priority, without their talks. `only`: this one alone."""
    return CampaignOnFloor.of_all(await conn.fetch(_CAMPAIGNS, limit, only))


async def talks(conn: Connection, since: datetime) -> list[Talks]:
    """Talks since then and what they found, per campaign."""
    rows = await conn.fetch(
        """SELECT campaign_id, count(*) AS talks, count(*) FILTER (WHERE outcome = 'interested') AS interested
             FROM calls WHERE at >= $1 AND outcome = ANY ($2) AND campaign_id IS NOT NULL GROUP BY 1""",
        since,
        _CONTACTS,
    )
    return Talks.of_all(rows)


async def imports(conn: Connection) -> list[Import]:
    """The last files, those that are being read first."""
    rows = await conn.fetch(
        """SELECT * FROM imports WHERE created_at > now() - interval '30 days'
            ORDER BY (state IN ('queued', 'running')) DESC, created_at DESC LIMIT $1""",
        MOST_IMPORTS,
    )
    return Import.of_all(rows)
