"""What only the answer to why a lead is called needs."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.domain.why import Number, WaitingCall


async def numbers(conn: Connection, lead_id: str) -> list[Number]:
    """The lead's numbers, the best first."""
    rows = await conn.fetch(
        """SELECT p.phone, p.bad, d.scope, d.at FROM lead_phones p
             LEFT JOIN LATERAL (
                    SELECT * FROM do_not_call
                     WHERE phone IN (p.phone, split_part(p.phone, ';', 1)) AND withdrawn_at IS NULL
                     ORDER BY scope LIMIT 1) d ON true
            WHERE p.lead_id = $1 ORDER BY p.bad, p.position""",
        lead_id,
    )
    return Number.of_all(rows)


async def open_call(conn: Connection, lead_id: str) -> WaitingCall | None:
    """The call that is open for the lead, or none."""
    row = await conn.fetchrow(
        """SELECT not_before AS due, state = 'leased' AND lease_until > now() AS leased,
                  assignee IS NOT NULL AND coalesce(assignee_until > now(), true) AS promised
             FROM work_items WHERE lead_id = $1 AND kind = 'call' AND state IN ('open', 'leased')""",
        lead_id,
    )
    return WaitingCall.maybe(row)


async def speakers(conn: Connection, languages: list[str], campaign_ids: list[str]) -> int | None:
    """How many active callers speak one of these languages (none: any) and may call one of these campaigns.

    None where nobody is known.
    """
    row = await conn.fetchrow(
        """SELECT count(*) AS known, count(*) FILTER (WHERE ($1::text[] = '{}' OR languages && $1)
                      AND (campaigns = '{}' OR campaigns && $2::uuid[])) AS able FROM callers WHERE active""",
        languages,
        campaign_ids,
    )
    return row["able"] if row and row["known"] else None
