"""Calls, the do-not-call ledger, and inbound calls."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id
from services.lead_gen.schemas.calls import DoNotCallView, InboundView, NewDoNotCall, NewInboundCall, NewOutcome
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
) -> datetime:
    """Write a call, what led it and the shift it was made in; returns its time. An item has one call at most."""
    at: datetime = await conn.fetchval(
        """INSERT INTO calls (id, item_id, lead_id, campaign_id, attempt, caller, outcome, note, reason, question,
                              needs, wished_meeting, callback_at, path, script_version, script_id,
                              shift_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
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
        for name in ("question", "needs", "wished_meeting"):
            last[name] = row[name] or last.get(name)
        if row["outcome"] in ("interested", "hard_question"):
            last["sourced_by"] = row["caller"]
    return records, last


# The ledger


async def forbidden(conn: Connection, lead_id: str) -> bool:
    """Does the ledger forbid calling this lead? A company-wide entry on any of its numbers does."""
    found: bool = await conn.fetchval(
        """SELECT count(*) FILTER (WHERE d.phone IS NOT NULL AND d.scope = 'company') > 0
                  OR count(*) FILTER (WHERE d.phone IS NULL AND NOT p.bad) = 0
             FROM lead_phones p LEFT JOIN do_not_call d ON d.phone = p.phone AND d.withdrawn_at IS NULL
            WHERE p.lead_id = $1""",
        lead_id,
    )
    return bool(found)


async def forbid(conn: Connection, phone: str, entry: NewDoNotCall, by: str) -> DoNotCallView:
    """Write a withdrawal of consent; a second one for the same number counts and keeps the first time."""
    row = await conn.fetchrow(
        """INSERT INTO do_not_call (phone, scope, basis, proof, by) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (phone) DO UPDATE
              SET scope = excluded.scope, basis = coalesce(excluded.basis, do_not_call.basis),
                  proof = coalesce(excluded.proof, do_not_call.proof), times = do_not_call.times + 1,
                  withdrawn_at = NULL
           RETURNING *""",
        phone,
        entry.scope,
        entry.basis,
        entry.proof,
        by,
    )
    return DoNotCallView.model_validate(dict(row or {}))


async def ledger_entry(conn: Connection, phone: str) -> DoNotCallView | None:
    """The entry for a number, lifted or not."""
    row = await conn.fetchrow("SELECT * FROM do_not_call WHERE phone = $1", phone)
    return DoNotCallView.model_validate(dict(row)) if row else None


async def times_forbidden(conn: Connection, phone: str) -> int:
    """How often this number was entered; makes the event id of each withdrawal new."""
    return int(await conn.fetchval("SELECT times FROM do_not_call WHERE phone = $1", phone) or 0)


async def lift(conn: Connection, phone: str) -> DoNotCallView | None:
    """Lift an entry; it stays in the ledger with the time."""
    row = await conn.fetchrow(
        "UPDATE do_not_call SET withdrawn_at = now() WHERE phone = $1 AND withdrawn_at IS NULL RETURNING *", phone
    )
    return DoNotCallView.model_validate(dict(row)) if row else None


# Inbound


async def inbound_by_call_id(conn: Connection, call_id: str) -> InboundView | None:
    """A switchboard may report the same call twice."""
    row = await conn.fetchrow(f"{_INBOUND} WHERE i.call_id = $1", call_id)
    return InboundView.model_validate(dict(row)) if row else None


_INBOUND = "SELECT i.*, i.routed_to AS tier FROM inbound_calls i"


async def record_inbound(
    conn: Connection, call: NewInboundCall, *, phone: str, by: str, lead_id: str, known: bool, routed: dict[str, Any]
) -> InboundView:
    """Write where an inbound call was put through."""
    inbound_id = new_id()
    await conn.execute(
        """INSERT INTO inbound_calls (id, lead_id, phone, called, call_id, note, by, routed_to, owner, known,
                                      workflow_id, stage)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        inbound_id,
        lead_id,
        phone,
        call.to,
        call.call_id,
        call.note,
        by,
        routed["routed_to"],
        routed["owner"],
        known,
        routed["workflow_id"],
        routed["stage"],
    )
    row = await conn.fetchrow(f"{_INBOUND} WHERE i.id = $1", inbound_id)
    return InboundView.model_validate(dict(row or {}))
