"""Inbound calls of leads that tier 2 has: the first thing on their manager's list."""

from __future__ import annotations

from services.chassis import work_items
from services.chassis.db import Connection
from services.chassis.events import publish
from services.chassis.sentences import said
from services.chassis.work_items import NewItem
from services.conversion.actions.deals import SUPERVISOR_GROUP, now
from services.conversion.actions.playbook_stop import stop_playbook
from services.conversion.actions.work import open_deal_work
from services.conversion.repository import deals, erasure, hand_overs, timeline
from workflows.contracts.base import Done
from workflows.contracts.conversion import OpenInbound

_INBOUND_PRIORITY = 30


async def open_inbound(conn: Connection, request: OpenInbound) -> Done:
    """Make an inbound call the first thing on its manager's list."""
    deal = await deals.lock_latest(conn, request.lead_id)
    await publish(conn, "inbound_call", inbound_call_id=request.inbound_call_id)
    if await erasure.is_erased(conn, request.lead_id):
        return Done()
    text = request.note or said("the lead called")
    payload: dict[str, object] = {"inbound_call_id": request.inbound_call_id, "text": text}
    if deal is None:
        await _open_unowned(conn, request, payload)
        return Done()
    # They are on the phone now: the playbook sends them nothing more.
    await stop_playbook(conn, deal, "the lead called")
    offered = await hand_overs.open_of_deal(conn, deal.id)
    person = deal.owner or (offered.manager if offered else None)
    await open_deal_work(conn, deal, request.key, "inbound", person, _INBOUND_PRIORITY, payload)
    await timeline.add(conn, deal.id, at=now(), by="inbound", kind="inbound", text=text, data=payload)
    return Done()


async def _open_unowned(conn: Connection, request: OpenInbound, payload: dict[str, object]) -> None:
    item = NewItem(
        kind="inbound",
        key=request.key,
        workflow_id=request.workflow_id,
        lead_id=request.lead_id,
        priority=_INBOUND_PRIORITY,
        group_key=SUPERVISOR_GROUP,
        payload=payload,
    )
    opened = await work_items.open_item(conn, item)
    await publish(conn, "work.opened", item_id=opened.id, item_kind=opened.kind)
