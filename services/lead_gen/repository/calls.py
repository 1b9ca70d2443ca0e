"""Calls and their story."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id
from services.lead_gen.schemas.calls import NewOutcome
from services.lead_gen.schemas.leads import CallView
from workflows.contracts.conversion import CallRecord


async def record(
    conn: Connection,
    *,
    item_id: str,
    lead_id: str,
    campaign_id: str | None,
    attempt: int,
    caller: str,
    told: NewOutcome,
) -> datetime:
    """Write a call; returns its time. An item has one call at most."""
    at: datetime = await conn.fetchval(
        """INSERT INTO calls (id, item_id, lead_id, campaign_id, attempt, caller, outcome, note, reason, question,
                              needs, wished_meeting, callback_at, path, script_version)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING at""",
        new_id(),
        item_id,
        lead_id,
        campaign_id,
        attempt,
        caller,
        told.outcome.value,
        told.note,
        told.reason,
        told.question,
        told.needs,
        told.wished_meeting,
        told.callback_at,
        told.path,
        told.script_version,
    )
    return at


async def history(conn: Connection, lead_id: str) -> list[CallView]:
    """The calls of a lead, oldest first."""
    rows = await conn.fetch(
        "SELECT attempt, caller, outcome, note, at FROM calls WHERE lead_id = $1 ORDER BY at", lead_id
    )
    return [CallView.model_validate(dict(row)) for row in rows]


async def story(conn: Connection, lead_id: str) -> tuple[list[CallRecord], dict[str, Any]]:
    """The calls as the next tier reads them, and the last question, needs, wish, and who found the interest."""
    rows = await conn.fetch("SELECT * FROM calls WHERE lead_id = $1 ORDER BY at", lead_id)
    records = [
        CallRecord(
            at=row["at"],
            by=row["caller"],
            outcome=row["outcome"],
            note=row["note"],
            script_version=row["script_version"],
            path=row["path"],
        )
        for row in rows
    ]
    last: dict[str, Any] = {}
    for row in rows:
        for name in ("question", "needs", "wished_meeting"):
            last[name] = row[name] or last.get(name)
        if row["outcome"] in ("interested", "hard_question"):
            last["sourced_by"] = row["caller"]
    return records, last
