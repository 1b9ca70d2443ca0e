"""Deals and offers that go back: returned by their manager, or taken back from one who is away."""

from __future__ import annotations

from services.chassis import outbox, work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.events import publish
from services.conversion.actions.deal_closing import end_open_work
from services.conversion.actions.deals import now
from services.conversion.actions.playbook_stop import stop_playbook
from services.conversion.actions.register import report_place
from services.conversion.domain.deals import Deal
from services.conversion.repository import deals, hand_overs, timeline
from workflows.contracts.conversion import Declined, Returned, Stage


async def give_back_deal(conn: Connection, deal: Deal, who: Principal, reason: str) -> Deal:
    """Return an accepted deal: it is offered to the others. The caller has checked who and in which stage."""
    at = now()
    owner = deal.owner or who.person
    await stop_playbook(conn, deal, "returned")
    await end_open_work(conn, deal, at, "returned")
    await hand_overs.give_back(conn, deal.id, by=who.person, at=at, reason=reason)
    event_id = await timeline.add(
        conn, deal.id, at=at, by=who.person, kind="returned", text=reason, data={"owner": owner}
    )
    deal = await deals.update(
        conn, deal.id, stage=Stage.OFFERED, stage_since=at, owner=None, last_owner=None, next_action=None,
        next_action_at=None,
    )  # fmt: skip
    answer = Returned(event_id=f"returned:{event_id}", at=at, by=who.person, owner=owner, reason=reason)
    await outbox.signal(conn, deal.workflow_id, "returned", answer)
    await report_place(conn, deal, Stage.OFFERED, None, event_id=answer.event_id, at=at)
    await publish(conn, "deal.changed", deal_id=deal.id, stage=deal.stage.value, was=owner)
    return deal


async def take_offers_back(conn: Connection, manager_id: str, reason: str) -> int:
    """Take back the offers that wait for a manager's answer, so that others are asked; how many."""
    at, back = now(), 0
    for row in await hand_overs.open_of_manager(conn, manager_id):
        deal = await deals.get(conn, row.deal_id, lock=True)
        if await work_items.cancel(conn, row.item_id, "manager is away") is None:
            continue
        await hand_overs.close(conn, row.item_id, "declined", by="policy", at=at, decline_reason=reason)
        await timeline.add(
            conn, deal.id, at=at, by="policy", kind="declined", text=reason, data={"manager": manager_id}
        )
        answer = Declined(event_id=f"hand-over:{row.item_id}", at=at, by=manager_id, item_id=row.item_id, reason=reason)
        await outbox.signal(conn, deal.workflow_id, "declined", answer)
        await publish(
            conn, "hand_over.closed", item_id=row.item_id, deal_id=deal.id, state="declined", manager=manager_id
        )
        back += 1
    return back
