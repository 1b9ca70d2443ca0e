"""Mails of tier 2: whose work one becomes that did not arrive."""

from __future__ import annotations

from services.chassis import work_items
from services.chassis.db import Connection
from services.chassis.events import publish
from services.chassis.mail.rows import Mail
from services.chassis.work_items import NewItem
from services.conversion.actions.deals import SUPERVISOR_GROUP, now
from services.conversion.domain.stages import WORKED
from services.conversion.repository import deals, timeline

_PRIORITY = 10


async def on_trouble(conn: Connection, mail: Mail) -> None:
    """The deal's owner sees it and calls instead; without one, the supervisor does."""
    if mail.lead_id is None:
        return
    deal = await deals.lock_latest(conn, mail.lead_id)
    if deal is None:
        return
    owner = deal.owner if deal.stage in WORKED else None
    text = f"a mail did not arrive ({mail.purpose}): {mail.last_error}"
    item = NewItem(
        kind="mail",
        key=f"mail:{mail.id}:{mail.created_at.timestamp()}",
        workflow_id=deal.workflow_id,
        lead_id=deal.lead_id,
        priority=_PRIORITY,
        assignee=owner,
        group_key="" if owner else SUPERVISOR_GROUP,
        payload={"deal_id": deal.id, "mail_id": mail.id, "text": text},
    )
    opened = await work_items.open_item(conn, item)
    await timeline.add(conn, deal.id, at=now(), by="mail", kind="mail_failed", text=text, data={"mail_id": mail.id})
    await publish(conn, "work.opened", item_id=opened.id, deal_id=deal.id, item_kind="mail", assignee=owner)
