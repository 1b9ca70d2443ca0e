"""What a call's outcome finds in the records, and putting it back."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.chassis.records import Record
from services.lead_gen.domain.call_undo import BeforeCall, RegisterPlace


class MadeCall(Record):
    """A call as far as taking it back needs it."""

    item_id: str
    lead_id: str
    company: str
    caller: str
    outcome: str
    at: datetime


_MADE = """
SELECT c.item_id, c.lead_id, l.company, c.caller, c.outcome, c.at FROM calls c JOIN leads l ON l.id = c.lead_id
"""


async def made(conn: Connection, item_id: str) -> MadeCall | None:
    """The call of this work item, or none."""
    return MadeCall.maybe(await conn.fetchrow(f"{_MADE} WHERE c.item_id = $1", item_id))


async def last_of(conn: Connection, caller: str) -> MadeCall | None:
    """The last call this caller has made, or none."""
    return MadeCall.maybe(
        await conn.fetchrow(f"{_MADE} WHERE c.caller = $1 ORDER BY c.at DESC, c.id DESC LIMIT 1", caller)
    )


async def place(conn: Connection, lead_id: str) -> RegisterPlace:
    """Where the register has this lead now."""
    return RegisterPlace.of(
        await conn.fetchrow(
            "SELECT tier, stage, workflow_id, owner, next_call_at, register_at FROM leads WHERE id = $1", lead_id
        )
    )


async def good_phones(conn: Connection, lead_id: str) -> list[int]:
    """The positions of the lead's numbers that nobody has found wrong."""
    rows = await conn.fetch("SELECT position FROM lead_phones WHERE lead_id = $1 AND NOT bad", lead_id)
    return [row["position"] for row in rows]


async def open_promises(conn: Connection, lead_id: str) -> dict[str, str]:
    """The states of promises to this lead that nobody has kept yet, by their ids."""
    rows = await conn.fetch("SELECT id, state FROM callback_promises WHERE lead_id = $1 AND kept_at IS NULL", lead_id)
    return {str(row["id"]): row["state"] for row in rows}


async def put_back(conn: Connection, call: MadeCall, before: BeforeCall, key: str) -> None:
    """Take the call out of the records and put the lead back where it was found; `key` is the move's in its history."""
    await conn.execute("DELETE FROM calls WHERE item_id = $1", call.item_id)
    # Otherwise another window could report, under the old token, the outcome that was just taken back.
    await conn.execute(
        "UPDATE call_leases SET reported_at = now() WHERE item_id = $1 AND caller = $2", call.item_id, call.caller
    )
    await conn.execute(
        "DELETE FROM lead_history WHERE lead_id = $1 AND key = $2 AND at >= $3", call.lead_id, key, call.at
    )
    found = before.found
    await conn.execute(
        """UPDATE leads SET tier = $2, stage = $3, workflow_id = $4, owner = $5, next_call_at = $6, register_at = $7,
                  updated_at = now() WHERE id = $1""",
        call.lead_id,
        found.tier,
        found.stage,
        found.workflow_id,
        found.owner,
        found.next_call_at,
        found.register_at,
    )
    await conn.execute(
        "UPDATE lead_phones SET bad = false WHERE lead_id = $1 AND bad AND position = ANY($2)",
        call.lead_id,
        before.good_phones,
    )
    await conn.execute(
        """UPDATE callback_promises p SET kept_at = NULL, state = was.state
             FROM unnest($1::uuid[], $2::text[]) AS was (id, state) WHERE p.id = was.id""",
        list(before.promises),
        list(before.promises.values()),
    )
