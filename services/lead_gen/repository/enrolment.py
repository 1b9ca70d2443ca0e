"""Enrolment: leads that could be called, how many a campaign may take, and taking them into cold calling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.chassis.db import Connection
from services.lead_gen.domain.campaigns import EnrolledLead, Pace
from services.lead_gen.domain.criteria import RuleSet
from services.lead_gen.domain.pace import Reach
from services.lead_gen.repository.criteria_sql import OF_CANDIDATES, to_sql

CANDIDATES = """
  FROM leads l
 WHERE l.tier = 'lead_gen' AND (l.stage = 'new' OR (l.stage = 'resting' AND l.rest_until <= now()))
   AND EXISTS (SELECT FROM lead_phones p
                WHERE p.lead_id = l.id AND NOT p.bad
                  AND NOT EXISTS (SELECT FROM do_not_call d WHERE d.phone = p.phone AND d.withdrawn_at IS NULL)
                  AND NOT (p.phone LIKE '%;%'
                           AND EXISTS (SELECT FROM do_not_call d WHERE d.phone = split_part(p.phone, ';', 1)
                                                                   AND d.withdrawn_at IS NULL)))
   AND NOT EXISTS (SELECT FROM lead_phones p JOIN do_not_call d ON d.phone = p.phone
                    WHERE p.lead_id = l.id AND d.withdrawn_at IS NULL AND d.scope = 'company')
   AND NOT EXISTS (SELECT FROM lead_phones p JOIN do_not_call d ON d.phone = split_part(p.phone, ';', 1)
                    WHERE p.lead_id = l.id AND p.phone LIKE '%;%' AND d.withdrawn_at IS NULL AND d.scope = 'company')
   AND {condition}
"""

_ENROL = """
UPDATE leads SET tier = 'lead_gen', stage = 'calling', campaign_id = $1, owner = NULL, attempts = 0,
       rounds = rounds + 1, rest_until = NULL, workflow_id = 'cold-call:' || id,
       register_at = clock_timestamp(), updated_at = now()
"""
_ENROLLED = "RETURNING id, industry, rounds"


async def pace(conn: Connection, campaign_id: str) -> Pace:
    """Leads of the campaign in cold calling, and interested leads that tier 2 has not taken yet (all campaigns)."""
    row = await conn.fetchrow(
        """SELECT (SELECT count(*) FROM leads WHERE campaign_id = $1 AND stage = 'calling') AS in_flight,
                  (SELECT count(*) FROM leads WHERE tier = 'conversion' AND stage IN ('handed_over', 'inbound'))
                      AS waiting""",
        campaign_id,
    )
    return Pace.of(row)


async def more_may_come(conn: Connection) -> bool:
    """Is a lead resting, or a file still being imported?"""
    return bool(
        await conn.fetchval(
            """SELECT EXISTS (SELECT 1 FROM leads WHERE stage = 'resting')
                   OR EXISTS (SELECT 1 FROM imports WHERE state IN ('queued', 'running'))"""
        )
    )


async def unknown_zones(conn: Connection) -> list[str]:
    """The groups of zones that leads without a time zone may be in."""
    rows = await conn.fetch("SELECT DISTINCT coalesce(zones, '') AS zones FROM leads WHERE timezone IS NULL")
    return [row["zones"] for row in rows]


def _condition(rules: RuleSet, first: int, never: Sequence[str]) -> tuple[str, list[Any]]:
    """The rules, and not in one of these groups of zones, which have no calling hour in common."""
    condition, values = to_sql(rules, first, OF_CANDIDATES)
    if not never:
        return condition, list(values)
    placed = f"NOT (l.timezone IS NULL AND coalesce(l.zones, '') = ANY(${first + len(values)}))"
    return f"{condition} AND {placed}", [*values, list(never)]


async def count(conn: Connection, rules: RuleSet, never: Sequence[str] = ()) -> int:
    """How many leads could be enrolled now by these rules, without those that are nowhere to be called (`never`)."""
    condition, values = _condition(rules, 1, never)
    # Fetched whole: PostgreSQL does not share a query among its workers for whoever asks for one row only.
    rows = await conn.fetch(f"SELECT count(*) {CANDIDATES.format(condition=condition)}", *values)
    return int(rows[0][0])


_OF_FILE = "SELECT lead_id FROM import_rows WHERE import_id = ${0} AND verdict IN ('accepted', 'merged')"


async def count_of_file(conn: Connection, rules: RuleSet, import_id: str, never: Sequence[str] = ()) -> int:
    """The same of the leads that one file brought."""
    condition, values = _condition(rules, 2, never)
    of_file = f"l.id IN ({_OF_FILE.format(1)})"
    rows = await conn.fetch(
        f"SELECT count(*) {CANDIDATES.format(condition=condition)} AND {of_file}", import_id, *values
    )
    return int(rows[0][0])


async def taken_of_file(conn: Connection, import_id: str, campaign_ids: Sequence[str]) -> dict[str, int]:
    """How many leads of a file each of these campaigns has in cold calling."""
    rows = await conn.fetch(
        f"""SELECT campaign_id::text AS id, count(*) AS n FROM leads WHERE stage = 'calling'
               AND campaign_id = ANY($2::uuid[]) AND id IN ({_OF_FILE.format(1)}) GROUP BY 1""",  # noqa: S608 - a constant
        import_id,
        list(campaign_ids),
    )
    return {row["id"]: row["n"] for row in rows}


async def by_language(conn: Connection, rules: RuleSet) -> dict[str | None, int]:
    """How many leads could be enrolled now by these rules, by the language they are called in; None: any."""
    condition, values = to_sql(rules, 1, OF_CANDIDATES)
    rows = await conn.fetch(
        f"SELECT l.language, count(*) AS n {CANDIDATES.format(condition=condition)} GROUP BY 1 ORDER BY 2 DESC, 1",
        *values,
    )
    return {row["language"]: row["n"] for row in rows}


async def sample(conn: Connection, rules: RuleSet, limit: int) -> list[str]:
    """Ids of the leads that would be enrolled first."""
    condition, values = to_sql(rules, 1, OF_CANDIDATES)
    rows = await conn.fetch(
        f"SELECT l.id {CANDIDATES.format(condition=condition)} ORDER BY l.score DESC, l.id LIMIT {limit:d}", *values
    )
    return [row["id"] for row in rows]


# Leads within reach: by their languages and their time zones.
_WITHIN = "(${0}::text[] IS NULL OR l.language = ANY(${0})) AND (${1}::text[] IS NULL OR l.timezone = ANY(${1}))"


async def in_flight(conn: Connection, campaign_id: str, reach: Reach) -> int:
    """Leads of the campaign in cold calling that are within reach."""
    return int(
        await conn.fetchval(
            f"""SELECT count(*) FROM leads l WHERE campaign_id = $1 AND stage = 'calling'
                   AND {_WITHIN.format(2, 3)}""",  # noqa: S608 - a constant condition
            campaign_id,
            reach.languages,
            reach.timezones,
        )
        or 0
    )


async def enrol(
    conn: Connection, campaign_id: str, rules: RuleSet, limit: int, reach: Reach, never: Sequence[str] = ()
) -> list[EnrolledLead]:
    """Take the best leads within reach into cold calling, at most `limit`; none of the groups of zones in `never`."""
    condition, values = _condition(rules, 4, never)
    rows = await conn.fetch(
        f"""{_ENROL}
             WHERE id IN (SELECT l.id {CANDIDATES.format(condition=condition)} AND {_WITHIN.format(2, 3)}
                           ORDER BY l.score DESC, l.id LIMIT {limit:d} FOR UPDATE OF l SKIP LOCKED)
         {_ENROLLED}""",
        campaign_id,
        reach.languages,
        reach.timezones,
        *values,
    )
    return EnrolledLead.of_all(rows)


async def enrol_again(conn: Connection, campaign_id: str, lead_id: str) -> EnrolledLead:
    """Take this one lead back into cold calling, whatever its stage was."""
    row = await conn.fetchrow(f"{_ENROL} WHERE id = $2 {_ENROLLED}", campaign_id, lead_id)
    return EnrolledLead.of(row)


async def begin_round(conn: Connection, lead_id: str) -> tuple[EnrolledLead, str] | None:
    """Count a new round of a lead that is in cold calling, and its campaign; none of any other lead."""
    row = await conn.fetchrow(
        """UPDATE leads SET rounds = rounds + 1, attempts = 0, register_at = clock_timestamp()
            WHERE id = $1 AND tier = 'lead_gen' AND stage = 'calling' RETURNING id, industry, rounds, campaign_id""",
        lead_id,
    )
    return None if row is None else (EnrolledLead.of(row), row["campaign_id"])
