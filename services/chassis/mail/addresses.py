"""What is known of addresses: at a dead one nothing arrives, and the owner of a stopped one wants no more mail."""

from __future__ import annotations

from typing import Literal

from services.chassis.db import Connection

AddressState = Literal["dead", "stopped"]


async def mark(conn: Connection, address: str, state: AddressState, reason: str, lead_id: str | None) -> None:
    """Remember this of an address; said again, the first time counts and the latest reason."""
    await conn.execute(
        """INSERT INTO mail_addresses (address, state, reason, lead_id) VALUES (lower($1), $2, $3, $4)
           ON CONFLICT (address, state) DO UPDATE SET reason = excluded.reason""",
        address,
        state,
        reason[:500],
        lead_id,
    )


async def works(conn: Connection, address: str) -> bool:
    """Somebody writes from this address, or says that it works; whether we thought that it does not."""
    status = await conn.execute("DELETE FROM mail_addresses WHERE address = lower($1) AND state = 'dead'", address)
    return bool(status != "DELETE 0")


async def lift_stop(conn: Connection, lead_id: str) -> None:
    """The lead wants mail again."""
    await conn.execute("DELETE FROM mail_addresses WHERE lead_id = $1 AND state = 'stopped'", lead_id)


async def barred(conn: Connection, address: str) -> dict[AddressState, str]:
    """What bars mail to this address, each with its reason."""
    rows = await conn.fetch("SELECT state, reason FROM mail_addresses WHERE address = lower($1)", address)
    return {row["state"]: row["reason"] for row in rows}


async def carry_stop(conn: Connection, was: str, now: str, lead_id: str) -> None:
    """Whoever wanted no mail at their old address wants none at the new one either."""
    stopped = (await barred(conn, was)).get("stopped")
    if stopped is not None:
        await mark(conn, now, "stopped", stopped, lead_id)
