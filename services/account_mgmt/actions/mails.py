"""Mails that did not arrive: whose work they become."""

from __future__ import annotations

from services.account_mgmt.actions.work_assignment import NewWork, open_work
from services.chassis.db import Connection
from services.chassis.logging import mask
from services.chassis.mail.rows import Mail

_PRIORITY = 9


async def on_trouble(conn: Connection, mail: Mail) -> None:
    """The account manager sees it and calls instead."""
    if mail.lead_id is None:
        return
    facts = {"mail_id": mail.id, "text": f"a mail did not arrive ({mail.purpose}): {mask(mail.last_error or '')}"}
    key = f"mail:{mail.id}:{mail.attempts}"
    await open_work(conn, NewWork("mail", key=key, customer_id=mail.lead_id, priority=_PRIORITY, facts=facts))
