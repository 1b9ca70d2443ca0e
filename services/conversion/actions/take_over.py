"""A manager is ill or has left: others take the open deals over, with preview."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.chassis import outbox, work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid, NotFound
from services.chassis.events import publish
from services.conversion.actions.deals import first_action, first_step_at, now, policy_of
from services.conversion.actions.meetings import hand_meetings_over
from services.conversion.actions.reassignment import take_offers_back
from services.conversion.actions.routing import candidates, wanted_by
from services.conversion.domain.deals import Deal
from services.conversion.domain.reassignment import Handed
from services.conversion.domain.routing import Candidate, Routing, route
from services.conversion.repository import deals, managers, timeline
from services.conversion.repository.policies import policies
from services.conversion.schemas.reassignment import TakeOver
from workflows.contracts.conversion import Reassigned

AT_ONCE = 500
"""Deals that are handed on in one transaction, at most."""


async def take_over_deals(
    conn: Connection, manager_id: str, asked: TakeOver, who: Principal
) -> tuple[list[Handed], int]:
    """Give up to 500 open deals of a manager to others: the plan, and how many offers went back to the queue.

    In a dry run nothing is changed or locked. Else routing stands still until the end, so that what is carried out is
    the plan; deals for which there is nobody stay. Raises NotFound, Invalid on `to`.
    """
    if await managers.find(conn, manager_id) is None:
        raise NotFound(f"there is no manager {manager_id}")
    if asked.dry_run:
        return await _plan(conn, manager_id, asked.to), 0
    await managers.lock_routing(conn)
    plan = await _plan(conn, manager_id, asked.to)
    back = await take_offers_back(conn, manager_id, asked.reason)
    at = now()
    for handed in plan:
        if handed.manager is not None:
            await _hand(conn, handed.deal, handed.manager, who, asked.reason, at)
    return plan, back


async def _plan(conn: Connection, manager_id: str, to: str | None) -> list[Handed]:
    """Who would get which of a manager's deals: one named person, or whom routing chooses for each."""
    policy = await policies.rules(conn)
    everybody = await candidates(conn, policy, now())
    if to is not None and not any(who.id == to and who.active and who.id != manager_id for who in everybody):
        raise Invalid("is not another active manager", field="to")
    # Open deals must lie with somebody: who is off duty this minute or over their daily quota gets them all the same.
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
