"""Opening work that belongs to a deal."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis import work_items
from services.chassis.db import Connection
from services.chassis.events import publish
from services.chassis.work_items import NewItem
from services.conversion.actions.deals import SUPERVISOR_GROUP
from services.conversion.domain.deals import Deal

QUESTION_PRIORITY = 20
"""What somebody waits for on the other end: an unanswered question, a promise that is late."""


async def open_deal_work(
    conn: Connection, deal: Deal, key: str, kind: str, person: str | None, priority: int, payload: Mapping[str, object]
) -> None:
    """Open an item of a deal once per `key`, for a person or, with none, for whichever supervisor looks next."""
    item = await work_items.open_item(
        conn,
        NewItem(
            kind=kind,
            key=key,
            workflow_id=deal.workflow_id,
            lead_id=deal.lead_id,
            priority=priority,
            assignee=person,
            group_key="" if person else SUPERVISOR_GROUP,
            payload={**payload, "deal_id": deal.id},
        ),
    )
    await publish(conn, "work.opened", item_id=item.id, deal_id=deal.id, item_kind=kind, assignee=person)
