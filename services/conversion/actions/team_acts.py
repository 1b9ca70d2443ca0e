"""What a supervisor does about something that waits: ask for it, or let somebody else do it."""

from __future__ import annotations

from services.chassis import work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, Invalid, NotFound
from services.chassis.events import publish
from services.chassis.sentences import said
from services.conversion.actions.deals import deal_for, now
from services.conversion.actions.hand_overs import accept_hand_over
from services.conversion.actions.today import decide_discount
from services.conversion.actions.work import QUESTION_PRIORITY, open_deal_work
from services.conversion.domain.deals import Deal
from services.conversion.repository import deals, managers, reminders, timeline

LISTED = ("inbound", "reply", "mail")
"""Kinds of work that can be put on another manager's list by themselves, without the deal."""


ASKED = {"meeting": "what came of the meeting?", "stale": "move it on, or say what it waits for"}
"""What a deal's owner is asked, where it is not the question of the lead or the step itself."""


async def ask_for_it(conn: Connection, deal_id: str, who: Principal, about: str) -> Deal:
    """Ask a deal's owner for what is late: it stands on their list until the next step is taken.

    `about` is what is late: its question, meeting, or that it is stale; else its next step.

    Raises like `deal_for`, and Conflict `already_asked` while they have not answered the last time.
    """
    deal = await deal_for(conn, deal_id, who)
    if await reminders.is_asked(conn, deal.lead_id):
        raise Conflict("they have been asked already, and it stands on their list", code="already_asked")
    usual = deal.question if about == "question" and deal.question else deal.next_action
    text = ASKED.get(about) or usual or ""
    payload: dict[str, object] = {"level": 1, "text": text, "asked_by": who.person}
    await open_deal_work(conn, deal, f"asked:{deal.id}:{new_id()}", "reminder", deal.owner, QUESTION_PRIORITY, payload)
    await timeline.add(
        conn,
        deal.id,
        at=now(),
        by=who.person,
        kind="reminder",
        text=said(f"asked for it: {text}"),
        data={"asked": deal.owner},
    )
    await publish(conn, "deal.changed", deal_id=deal.id, stage=deal.stage.value)
    return deal


async def give_lead(conn: Connection, item_id: str, who: Principal, manager: str) -> Deal:
    """Give a lead on offer to a manager, as if they had accepted it. Raises like `accept_hand_over`, and Invalid."""
    await _check_active(conn, manager)
    return await accept_hand_over(conn, item_id, who, manager)


async def put_on_list(conn: Connection, item_id: str, who: Principal, manager: str) -> None:
    """A call, an answer or a mail that waits becomes another manager's; the deal stays where it is.

    Raises NotFound, Invalid on `manager`, Conflict `already_closed`.
    """
    item = await work_items.get(conn, item_id)
    if item.kind not in LISTED:
        raise NotFound("there is no such work")
    await _check_active(conn, manager)
    if not await work_items.reassign(conn, item_id, manager):
        raise Conflict("somebody has done it meanwhile", code="already_closed")
    deal_id = item.payload.get("deal_id")
    if deal_id is not None:
        deal = await deals.get(conn, str(deal_id))
        name = (await managers.get(conn, manager)).name
        await timeline.add(
            conn, deal.id, at=now(), by=who.person, kind="reminder", text=said(f"put on the list of {name}")
        )
    await publish(conn, "work.opened", item_id=item_id, deal_id=deal_id, item_kind=item.kind, assignee=manager)


async def decide(conn: Connection, offer_id: str, who: Principal, *, approve: bool, why: str) -> None:
    """Approve an offer, or refuse it and say why. Raises like `decide_discount`, and Invalid on `why`."""
    if not approve and not why:
        raise Invalid("say why, so that they know what to offer instead", field="why")
    await decide_discount(conn, offer_id, who, approve=approve, why=why)


async def _check_active(conn: Connection, manager: str) -> None:
    found = await managers.find(conn, manager) if manager else None
    if found is None or not found.active:
        raise Invalid("choose somebody" if not manager else "is not an active manager", field="manager")
