"""Criteria: versions by name, what they would select, and the facts of one lead that rules are asked of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.lead_gen.domain.criteria import CriteriaBody, each_to_sql
from services.lead_gen.domain.criteria_fields import SQL, SQL_OF_CANDIDATES
from services.lead_gen.repository.campaigns import CANDIDATES
from services.lead_gen.schemas.criteria import CriteriaView, NewCriteria

Cursor = tuple[datetime, str] | None


def _view(row: Any) -> CriteriaView:
    return CriteriaView.model_validate({**dict(row), **row["body"]})


async def add(conn: Connection, new: NewCriteria, by: str) -> CriteriaView:
    """Write the next version of the criteria of this name."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"criteria:{new.name}")
    row = await conn.fetchrow(
        """INSERT INTO criteria (id, name, version, body, created_by)
           SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4 FROM criteria WHERE name = $2 RETURNING *""",
        new_id(),
        new.name,
        new.body().model_dump(mode="json"),
        by,
    )
    return _view(row)


async def get(conn: Connection, criteria_id: str) -> CriteriaView:
    """One version. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM criteria WHERE id = $1", criteria_id)
    if row is None:
        raise NotFound(f"There are no criteria {criteria_id}", field="criteria_id")
    return _view(row)


async def page(conn: Connection, *, name: str | None, limit: int, after: Cursor) -> list[CriteriaView]:
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
    return [_view(row) for row in rows]


async def of(conn: Connection, criteria_id: str | None) -> tuple[CriteriaBody, str]:
    """Rules and their name with version; no criteria take everybody. Raises NotFound."""
    if criteria_id is None:
        return CriteriaBody(), "no criteria"
    found = await get(conn, criteria_id)
    return CriteriaBody(include=found.include, exclude=found.exclude), f"{found.name} version {found.version}"


async def counts(conn: Connection, body: CriteriaBody) -> tuple[int, int, list[int]]:
    """(leads that could be enrolled, those that all rules leave in, those that each rule alone leaves in)."""
    parts, values = each_to_sql(body, 1, SQL_OF_CANDIDATES)
    asked = ", ".join(f"{part} AS r{n}" for n, part in enumerate(parts)) or "true AS none"
    together = " AND ".join(f"r{n}" for n in range(len(parts))) or "true"
    alone = "".join(f", count(*) FILTER (WHERE r{n})" for n in range(len(parts)))
    # Fetched whole: PostgreSQL does not share a query among its workers for whoever asks for one row only.
    rows = await conn.fetch(
        f"""SELECT count(*), count(*) FILTER (WHERE {together}) {alone}
              FROM (SELECT {asked} {CANDIDATES.format(condition="true")}) asked""",
        *values,
    )
    candidates, matching, *each = tuple(rows[0])
    return candidates, matching, each


_FACTS = ", ".join(f"{expression} AS {name}" for name, expression in SQL.items())


async def facts(conn: Connection, lead_id: str) -> dict[str, Any]:
    """What rules are asked of this lead, computed by the very expressions that select leads. Raises NotFound."""
    row = await conn.fetchrow(f"SELECT {_FACTS} FROM leads l WHERE l.id = $1", lead_id)
    if row is None:
        raise NotFound(f"There is no lead {lead_id}")
    return dict(row)
