"""Criteria: versions by name, what they would select, and the facts of one lead that rules are asked of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.lead_gen.domain.criteria import CriteriaListed, CriteriaVersion, RuleSet
from services.lead_gen.domain.criteria_fields import KINDS
from services.lead_gen.repository.criteria_sql import OF_CANDIDATES, each_to_sql, facts_sql
from services.lead_gen.repository.enrolment import CANDIDATES

Cursor = tuple[datetime, str] | None


def _version(row: Any) -> CriteriaVersion:
    return CriteriaVersion.of({**dict(row), **row["body"]})


async def add(conn: Connection, name: str, rules: RuleSet, by: str) -> CriteriaVersion:
    """Write the next version of the criteria of this name."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"criteria:{name}")
    row = await conn.fetchrow(
        """INSERT INTO criteria (id, name, version, body, created_by)
           SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4 FROM criteria WHERE name = $2 RETURNING *""",
        new_id(),
        name,
        rules.model_dump(mode="json"),
        by,
    )
    return _version(row)


async def get(conn: Connection, criteria_id: str) -> CriteriaVersion:
    """One version. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM criteria WHERE id = $1", criteria_id)
    if row is None:
        raise NotFound(f"There are no criteria {criteria_id}", field="criteria_id")
    return _version(row)


async def newest(conn: Connection, name: str) -> CriteriaVersion:
    """The newest version of a name. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM criteria WHERE name = $1 ORDER BY version DESC LIMIT 1", name)
    if row is None:
        raise NotFound("There are no criteria of this name")
    return _version(row)


async def all_newest(conn: Connection, limit: int) -> list[CriteriaVersion]:
    """The newest version of each name, by name."""
    rows = await conn.fetch("SELECT DISTINCT ON (name) * FROM criteria ORDER BY name, version DESC LIMIT $1", limit)
    return [_version(row) for row in rows]


# Campaigns are few; they are counted for each version by the id they go by.
_LISTED = """SELECT c.*,
       (SELECT count(*) FROM campaigns g WHERE g.criteria_id = c.id AND g.state <> 'done') AS campaigns,
       (SELECT count(*) FROM campaigns g JOIN criteria o ON o.id = g.criteria_id
         WHERE o.name = c.name AND g.state <> 'done') AS campaigns_of_name FROM criteria c"""


async def newest_of_each(conn: Connection) -> list[CriteriaListed]:
    """The newest version of every name, by name; at most 200."""
    rows = await conn.fetch(
        f"""{_LISTED} WHERE c.id IN (SELECT DISTINCT ON (name) id FROM criteria ORDER BY name, version DESC)
             ORDER BY c.name LIMIT 200"""  # noqa: S608 - a constant
    )
    return [CriteriaListed.of({**dict(row), **row["body"]}) for row in rows]


async def versions_of(conn: Connection, name: str) -> list[CriteriaListed]:
    """The versions of a name, the newest first; at most 50."""
    rows = await conn.fetch(f"{_LISTED} WHERE c.name = $1 ORDER BY c.version DESC LIMIT 50", name)
    return [CriteriaListed.of({**dict(row), **row["body"]}) for row in rows]


async def newest_version(conn: Connection, name: str) -> int:
    """The number of the newest version of a name; 0 if there is none."""
    found: int = await conn.fetchval("SELECT coalesce(max(version), 0) FROM criteria WHERE name = $1", name)
    return found


async def take_up(conn: Connection, version: CriteriaVersion) -> None:
    """Campaigns that go by an earlier version of this name go by this one; whom they have enrolled stays."""
    await conn.execute(
        """UPDATE campaigns SET criteria_id = $1
            WHERE state <> 'done' AND criteria_id IN (SELECT id FROM criteria WHERE name = $2)""",
        version.id,
        version.name,
    )


async def page(conn: Connection, *, name: str | None, limit: int, after: Cursor) -> list[CriteriaVersion]:
    """Versions in order of creation, of every name or of one."""
    rows = await conn.fetch(
        """SELECT * FROM criteria
            WHERE ($1::text IS NULL OR name = $1) AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid))
            ORDER BY created_at, id LIMIT $4""",
        name,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [_version(row) for row in rows]


async def rules_of(conn: Connection, criteria_id: str | None) -> RuleSet:
    """The rules of a version; no criteria take everybody. Raises NotFound."""
    return RuleSet() if criteria_id is None else (await get(conn, criteria_id)).rules


async def counts(conn: Connection, rules: RuleSet) -> tuple[int, int, list[int]]:
    """(leads that could be enrolled, those that all rules leave in, those that each rule alone leaves in)."""
    parts, values = each_to_sql(rules, 1, OF_CANDIDATES)
    asked = ", ".join(f"{part} AS r{n}" for n, part in enumerate(parts)) or "true AS none"
    together = " AND ".join(f"r{n}" for n in range(len(parts))) or "true"
    alone = "".join(f", count(*) FILTER (WHERE r{n})" for n in range(len(parts)))
    # Fetched whole: PostgreSQL does not share a query among its workers for whoever asks for one row only.
    rows = await conn.fetch(
        f"""SELECT count(*), count(*) FILTER (WHERE {together}) {alone}
              FROM (SELECT {asked} {CANDIDATES.format(condition="true")}) asked""",  # noqa: S608 - expressions of criteria_sql; values are parameters
        *values,
    )
    candidates, matching, *each = tuple(rows[0])
    return candidates, matching, each


async def facts(conn: Connection, lead_id: str) -> dict[str, Any]:
    """What rules are asked of this lead, computed by the very expressions that select leads. Raises NotFound."""
    row = await conn.fetchrow(f"SELECT {facts_sql(*KINDS)} FROM leads l WHERE l.id = $1", lead_id)  # noqa: S608 - expressions of criteria_sql; values are parameters
    if row is None:
        raise NotFound(f"There is no lead {lead_id}")
    return dict(row)
