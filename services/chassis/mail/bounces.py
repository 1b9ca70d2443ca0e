"""A mail that came back: recorded, its address marked if nothing arrives there, and somebody's task."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from services.chassis.db import Connection
from services.chassis.events import publish
from services.chassis.mail import addresses, rows
from services.chassis.mail.rows import Mail


async def bounced(
    conn: Connection, mail: Mail, said: str, *, dead: bool, on_trouble: Callable[[Connection, Mail], Awaitable[None]]
) -> Mail:
    """Record that a mail came back, in the caller's transaction; said again, nothing changes. `mail` is locked."""
    if mail.recipient and dead:
        await addresses.mark(conn, mail.recipient, "dead", said, mail.lead_id)
    if mail.state == "bounced":
        return mail
    closed = await rows.close(conn, mail.id, "bounced", said)
    await publish(conn, "mail.failed", mail_id=mail.id, lead_id=mail.lead_id)
    await on_trouble(conn, closed)
    return closed
