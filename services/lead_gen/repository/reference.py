"""Policies, criteria, callers and shifts: what supervisors keep."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.lead_gen.domain.criteria import CriteriaBody
from services.lead_gen.domain.policy import Policy
from services.lead_gen.schemas.callers import CallerView, NewCaller, NewShift, ShiftView
from services.lead_gen.schemas.campaigns import CriteriaView, NewCriteria
from services.lead_gen.schemas.reports import PolicyView

V = TypeVar("V", bound=BaseModel)
Cursor = tuple[datetime, str] | None


def _flat(row: Any) -> dict[str, Any]:
    return {**dict(row), **row["body"]}


async def _page(conn: Connection, model: type[V], table: str, limit: int, after: Cursor) -> list[V]:
    """Rows of a small table by time of creation."""
    rows = await conn.fetch(
        f"""SELECT * FROM {table} WHERE ($1::timestamptz IS NULL OR (created_at, id::text) > ($1, $2))
             ORDER BY created_at, id::text LIMIT $3""",
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [model.model_validate(_flat(row) if "body" in row else dict(row)) for row in rows]


# Policies


async def policy(conn: Connection, version: int | None = None) -> tuple[int, Policy]:
    """The policy of a version, or the current one."""
    row = await conn.fetchrow(
        "SELECT version, body FROM policies WHERE $1::int IS NULL OR version = $1 ORDER BY version DESC LIMIT 1",
        version,
    )
    if row is None:
        raise NotFound("There is no policy; the database was not seeded")
    return row["version"], Policy.model_validate(row["body"])


async def policies(conn: Connection) -> list[PolicyView]:
    """Every version, the current one first."""
    rows = await conn.fetch("SELECT * FROM policies ORDER BY version DESC LIMIT 100")
    return [PolicyView.model_validate(dict(row)) for row in rows]


async def add_policy(conn: Connection, new: Policy, by: str) -> PolicyView:
    """Write the next version; leads under way keep theirs."""
    row = await conn.fetchrow(
        """INSERT INTO policies (version, body, created_by)
           SELECT coalesce(max(version), 0) + 1, $1, $2 FROM policies RETURNING *""",
        new.model_dump(mode="json"),
        by,
    )
    return PolicyView.model_validate(dict(row or {}))


# Criteria: versioned by name


async def _add_version(conn: Connection, table: str, name: str, body: dict[str, Any], by: str) -> dict[str, Any]:
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"{table}:{name}")
    row = await conn.fetchrow(
        f"""INSERT INTO {table} (id, name, version, body, created_by)
            SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4 FROM {table} WHERE name = $2 RETURNING *""",
        new_id(),
        name,
        body,
        by,
    )
    return _flat(row)


async def add_criteria(conn: Connection, new: NewCriteria, by: str) -> CriteriaView:
    """Write the next version of the criteria of this name."""
    body = new.model_dump(mode="json", exclude={"name"})
    return CriteriaView.model_validate(await _add_version(conn, "criteria", new.name, body, by))


async def criteria_page(conn: Connection, limit: int, after: Cursor) -> list[CriteriaView]:
    """Criteria of every name and version."""
    return await _page(conn, CriteriaView, "criteria", limit, after)


async def criteria_of(conn: Connection, criteria_id: str | None) -> tuple[CriteriaBody, str]:
    """Rules and their name with version; no criteria take everybody. Raises NotFound."""
    if criteria_id is None:
        return CriteriaBody(), "no criteria"
    row = await conn.fetchrow("SELECT * FROM criteria WHERE id = $1", criteria_id)
    if row is None:
        raise NotFound(f"There are no criteria {criteria_id}", field="criteria_id")
    return CriteriaBody.model_validate(row["body"]), f"{row['name']} version {row['version']}"


async def exists(conn: Connection, table: str, row_id: str) -> bool:
    """Is there such a row? `table` is a constant of the caller."""
    return bool(await conn.fetchval(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE id = $1)", row_id))


# Callers and shifts


async def add_caller(conn: Connection, new: NewCaller) -> CallerView | None:
    """Write a caller; None when the id is taken."""
    row = await conn.fetchrow(
        """INSERT INTO callers (id, name, languages, daily_quota) VALUES ($1, $2, $3, $4)
           ON CONFLICT (id) DO NOTHING RETURNING *""",
        new.id,
        new.name,
        new.languages,
        new.daily_quota,
    )
    return CallerView.model_validate(dict(row)) if row else None


async def caller_page(conn: Connection, limit: int, after: Cursor) -> list[CallerView]:
    """Callers by time of creation."""
    return await _page(conn, CallerView, "callers", limit, after)


async def caller_may_call(conn: Connection, caller: str) -> tuple[bool, bool]:
    """(known and active, quota of today not used up). An unknown caller is let in by his token's role."""
    row = await conn.fetchrow(
        """SELECT c.active, c.daily_quota,
                  (SELECT count(*) FROM calls WHERE caller = $1 AND at >= date_trunc('day', now())) AS today
             FROM callers c WHERE c.id = $1""",
        caller,
    )
    if row is None:
        return True, True
    return row["active"], row["daily_quota"] is None or row["today"] < row["daily_quota"]


async def add_shift(conn: Connection, new: NewShift) -> ShiftView:
    """Plan a shift."""
    row = await conn.fetchrow(
        "INSERT INTO shifts (id, caller_id, starts_at, ends_at) VALUES ($1, $2, $3, $4) RETURNING *",
        new_id(),
        new.caller_id,
        new.starts_at,
        new.ends_at,
    )
    return ShiftView.model_validate(dict(row or {}))


async def shift_page(conn: Connection, limit: int, after: Cursor) -> list[ShiftView]:
    """Shifts by time of planning."""
    return await _page(conn, ShiftView, "shifts", limit, after)


async def sign(conn: Connection, shift_id: str, *, on: bool) -> ShiftView:
    """Sign on or off a shift; the first time counts. Raises NotFound."""
    column = "signed_on_at" if on else "signed_off_at"
    row = await conn.fetchrow(
        f"UPDATE shifts SET {column} = coalesce({column}, now()) WHERE id = $1 RETURNING *", shift_id
    )
    if row is None:
        raise NotFound(f"There is no shift {shift_id}")
    return ShiftView.model_validate(dict(row))


async def return_leases_of(conn: Connection, caller: str) -> int:
    """A shift ends: everything this caller holds goes back to the queue."""
    rows = await conn.fetch(
        """UPDATE work_items SET state = 'open', leased_by = NULL, lease_until = NULL
            WHERE leased_by = $1 AND state = 'leased' RETURNING id""",
        caller,
    )
    return len(rows)
