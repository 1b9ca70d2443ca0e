"""The audit: who took out, looked up or erased contact data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id
from services.lead_gen.domain.audit import AuditAction, AuditLine


async def add(
    conn: Connection,
    action: AuditAction,
    by: str,
    *,
    lead_id: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> str:
    """Write a line before anything is done; returns its id."""
    audit_id = new_id()
    await conn.execute(
        "INSERT INTO audit (id, action, by, lead_id, facts) VALUES ($1, $2, $3, $4, $5)",
        audit_id,
        action,
        by,
        lead_id,
        dict(facts or {}),
    )
    return audit_id


async def complete(conn: Connection, audit_id: str, rows: int) -> None:
    """Record that it was completed, with so many rows."""
    await conn.execute("UPDATE audit SET rows = $2, completed_at = now() WHERE id = $1", audit_id, rows)


async def page(
    conn: Connection, *, action: str | None, limit: int, after: tuple[datetime, str] | None
) -> list[AuditLine]:
    """The audit in order of time."""
    rows = await conn.fetch(
        """SELECT * FROM audit WHERE ($1::text IS NULL OR action = $1)
              AND ($2::timestamptz IS NULL OR (at, id) > ($2, $3::uuid)) ORDER BY at, id LIMIT $4""",
        action,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return AuditLine.of_all(rows)


async def latest(conn: Connection, action: AuditAction, limit: int) -> list[AuditLine]:
    """The last lines of this action, the latest first."""
    rows = await conn.fetch("SELECT * FROM audit WHERE action = $1 ORDER BY at DESC, id DESC LIMIT $2", action, limit)
    return AuditLine.of_all(rows)
