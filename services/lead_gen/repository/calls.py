"""Calls and their story."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id
from services.lead_gen.schemas.calls import NewOutcome
from services.lead_gen.schemas.leads import CallView
from services.lead_gen.schemas.scripts import ScriptView
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
    script: ScriptView | None = None,
    promised_by: datetime | None = None,
) -> datetime:
    """Write a call, what led it and the shift it was made in; returns its time. An item has one call at most."""
    at: datetime = await conn.fetchval(
        """INSERT INTO calls (id, item_id, lead_id, campaign_id, attempt, caller, outcome, note, reason, question,
                              needs, wished_meeting, callback_at, path, script_version, script_id, products,
                              promised_by, shift_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                   (SELECT id FROM shifts WHERE caller_id = $6 AND signed_on_at <= now() AND signed_off_at IS NULL
                       AND ends_at > now() ORDER BY signed_on_at DESC, id DESC LIMIT 1)) RETURNING at""",
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
        script.version if script else told.script_version,
        script.id if script else None,
        list(dict.fromkeys(told.products)),
        promised_by,
    )
    return at


async def history(conn: Connection, lead_id: str) -> list[CallView]:
    """The calls of a lead, oldest first."""
    rows = await conn.fetch(
        "SELECT attempt, caller, outcome, note, at FROM calls WHERE lead_id = $1 ORDER BY at", lead_id
    )
    return [CallView.model_validate(dict(row)) for row in rows]


async def is_of(conn: Connection, item_id: str, caller: str) -> bool:
    """Does this caller hold the call of this work item, or has he made it?"""
    return bool(
        await conn.fetchval(
            """SELECT EXISTS (SELECT 1 FROM work_items WHERE id = $1 AND kind = 'call' AND leased_by = $2)
                   OR EXISTS (SELECT 1 FROM calls WHERE item_id = $1 AND caller = $2)""",
            item_id,
            caller,
        )
    )


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
        for name in ("question", "needs", "wished_meeting", "promised_by"):
            last[name] = row[name] or last.get(name)
        last["products"] = row["products"] or last.get("products", [])
        if row["outcome"] in ("interested", "hard_question"):
            last["sourced_by"] = row["caller"]
    return records, last
