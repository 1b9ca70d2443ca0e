"""What is known of addresses: at a dead one nothing arrives, and the owner of a stopped one wants no more mail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from services.chassis.db import Connection
from services.chassis.mail.rows import Mail
from services.chassis.records import Record

AddressState = Literal["dead", "stopped"]


class Barred(Record):
    """Why nothing, or nothing unasked, is sent to an address."""

    address: str
    state: AddressState
    reason: str


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


async def barred(conn: Connection, mails: Sequence[Mail]) -> dict[str, list[Barred]]:
    """What bars these mails, by their recipients in small letters."""
    rows = await conn.fetch(
        "SELECT address, state, reason FROM mail_addresses WHERE address = ANY($1)",
        list({mail.recipient.lower() for mail in mails}),
    )
    found: dict[str, list[Barred]] = {}
    for row in rows:
        found.setdefault(row["address"], []).append(Barred.of(row))
    return found
