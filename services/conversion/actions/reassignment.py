"""A deal changes hands: given back by its manager, or taken over because the manager is ill or has left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.chassis import outbox, work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.events import publish
from services.conversion.actions.deal_closing import end_open_work
from services.conversion.actions.deals import first_action, first_step_at, now, policy_of
from services.conversion.actions.meetings import hand_meetings_over
from services.conversion.actions.playbook_stop import stop
from services.conversion.actions.routing import candidates, wanted_by
from services.conversion.domain.deals import Deal
from services.conversion.domain.reassignment import Handed
from services.conversion.domain.routing import Candidate, Routing, route
from services.conversion.repository import deals, hand_overs, managers, timeline
from services.conversion.repository.policies import policies
from workflows.contracts.conversion import Declined, Reassigned, Returned, Stage

AT_ONCE = 500
"""Deals that are handed on in one transaction, at most."""


async def give_back(conn: Connection, deal: Deal, who: Principal, reason: str) -> Deal:
    """Return an accepted deal: it is offered to the others. The caller has checked who and in which stage."""
    at = now()
    owner = deal.owner or who.person
    await stop(conn, deal, "returned")
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
    await publish(conn, "deal.changed", deal_id=deal.id, stage=deal.stage.value)
    return deal


async def plan_take_over(conn: Connection, manager_id: str, to: str | None) -> list[Handed]:
    """Who would get which of a manager's deals: one named person, or whom routing chooses for each.

    Locks routing and the deals, so that carrying it out in the same transaction does what the plan says.
    Raises NotFound, Invalid on `to`.
    """
    await managers.lock_routing(conn)
    policy = await policies.rules(conn)
    everybody = await candidates(conn, policy, now())
    if to is not None and not any(who.id == to and who.active and who.id != manager_id for who in everybody):
        raise Invalid("is not another active manager", field="to")
    # Open deals must lie with somebody: who is off duty this minute or over his daily quota gets them all the same.
    free = {who.id: replace(who, on_duty=True, quota=None) for who in everybody}
    plan = []
    for deal in await deals.of_owner(conn, manager_id, AT_ONCE):
        routing = _to(to) if to else route(list(free.values()), wanted_by(deal, sticky=None, excluded=[manager_id]))
        plan.append(Handed(deal=deal, manager=routing.manager, why=routing.why))
        if routing.manager:
            free[routing.manager] = _with_one_more(free[routing.manager])
    return plan


def _to(manager: str) -> Routing:
    return Routing(manager=manager, why="named by the supervisor", considered=[])


def _with_one_more(who: Candidate) -> Candidate:
    return replace(who, load=who.load + 1, assigned=who.assigned + 1)


async def take_over(conn: Connection, plan: Sequence[Handed], who: Principal, reason: str) -> None:
    """Carry out a plan: owner, meetings, open work and workflow follow. Deals without a new manager stay."""
    at = now()
    for handed in plan:
        if handed.manager is not None:
            await _hand(conn, handed.deal, handed.manager, who, reason, at)


async def _hand(conn: Connection, deal: Deal, manager: str, who: Principal, reason: str, at: datetime) -> None:
    policy = await policy_of(conn, deal)
    # The step that was planned stays, unless it would be late before the new manager has read the deal.
    due = max(deal.next_action_at or at, first_step_at(deal, policy, at))
    event_id = await timeline.add(
        conn, deal.id, at=at, by=who.person, kind="taken_over", text=f"{manager} takes over: {reason}",
        data={"from": deal.owner, "to": manager},
    )  # fmt: skip
    changes = {"owner": manager, "last_owner": manager, "next_action_at": due, "stage_since": at}
    deal = await deals.update(conn, deal.id, **changes, next_action=deal.next_action or first_action(deal))
    await work_items.cancel_for_lead(conn, deal.lead_id, kinds=["reminder", "stale"], result="taken over")
    await work_items.reassign_for_lead(conn, deal.lead_id, manager, kinds=["inbound", "mail", "playbook"])
    await hand_meetings_over(conn, deal, manager)
    answer = Reassigned(
        event_id=f"taken-over:{event_id}", at=at, by=who.person, owner=manager, next_action_at=due,
        stale_at=policy.stale_at(deal.stage, at),
    )  # fmt: skip
    await outbox.signal(conn, deal.workflow_id, "reassigned", answer)
    await publish(conn, "deal.changed", deal_id=deal.id, stage=deal.stage.value)


async def take_offers_back(conn: Connection, manager_id: str, reason: str) -> int:
    """Give the offers that wait for a manager's answer to the next ones; how many."""
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
        await publish(conn, "hand_over.closed", item_id=row.item_id, deal_id=deal.id, state="declined")
        back += 1
    return back
