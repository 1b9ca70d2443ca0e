"""A take-over: the open deals of a manager who is ill or has left go to others, with a preview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from services.chassis import outbox, work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection, Pool
from services.chassis.errors import Invalid, Unavailable
from services.chassis.events import publish
from services.chassis.sentences import said
from services.conversion.actions.deals import now
from services.conversion.actions.meeting_hand_over import due_with, hand_meetings_over, read_coming
from services.conversion.actions.reassignment import take_offers_back
from services.conversion.actions.register import report_place
from services.conversion.actions.routing import candidates
from services.conversion.domain.deals import Deal, first_action, first_step_at
from services.conversion.domain.policy import Policy
from services.conversion.domain.routing import Candidate
from services.conversion.domain.take_over import Handed, TakeOverResult, distribute, may_receive
from services.conversion.repository import deals, managers, timeline
from services.conversion.repository.policies import policies
from services.conversion.schemas.reassignment import TakeOver
from workflows.contracts.conversion import Reassigned

AT_ONCE = 500
"""Deals of one take-over, at most."""
_CHUNK = 25
"""Deals that are handed on in one transaction: new leads wait for a manager no longer than that takes."""
_ACQUIRE_SECONDS = 5.0


async def plan_take_over(
    conn: Connection, manager_id: str, asked: TakeOver, *, in_short: bool = False
) -> TakeOverResult:
    """Who would get each of a manager's open deals, or of those named, at most 500. Nothing is locked or changed.

    `in_short` leaves out whom else the routing has considered. Raises NotFound, Invalid on `to`.
    """
    return TakeOverResult(dry_run=True, items=await _plan(conn, manager_id, asked, in_short=in_short))


async def take_over_deals(
    conn: Connection, pool: Pool, manager_id: str, asked: TakeOver, who: Principal
) -> TakeOverResult:
    """Carry out a take-over: owner, meetings, open work and workflow follow. Deals for which there is nobody stay.

    Planned through `conn` without a lock, then done in chunks on connections of their own, each decided again under
    the lock: whoever changed hands meanwhile is left alone. If a later chunk fails, the earlier ones stay, and asking
    again does the rest. Raises as the plan does, and Unavailable when every connection is busy.
    """
    plan = await _plan(conn, manager_id, asked)
    done: list[Handed] = []
    back = 0
    try:
        # Whoever keeps some of their deals is still there for new leads.
        if asked.deals is None:
            async with pool.acquire(timeout=_ACQUIRE_SECONDS) as own, own.transaction():
                back = await take_offers_back(own, manager_id, asked.reason)
        for at in range(0, len(plan), _CHUNK):
            chunk = [handed.deal.id for handed in plan[at : at + _CHUNK]]
            async with pool.acquire(timeout=_ACQUIRE_SECONDS) as own, own.transaction():
                done += await _hand_chunk(own, manager_id, chunk, asked, who, done)
    except TimeoutError:
        raise Unavailable("every connection to the database is busy; ask again") from None
    return TakeOverResult(dry_run=False, items=done, offers_back=back)


async def _plan(conn: Connection, manager_id: str, asked: TakeOver, *, in_short: bool = False) -> list[Handed]:
    await managers.get(conn, manager_id)
    everybody = await _others(conn, manager_id, asked.to)
    found = await deals.of_owner(conn, manager_id, AT_ONCE, asked.deals)
    return await _decide(conn, everybody, found, manager_id, asked, in_short=in_short)


async def _decide(
    conn: Connection,
    everybody: Sequence[Candidate],
    found: Sequence[Deal],
    leaving: str,
    asked: TakeOver,
    *,
    in_short: bool = False,
) -> list[Handed]:
    """Who gets each deal: if it can be, whoever can come to its meetings too."""
    others = [asked.to] if asked.to else [one.id for one in everybody if one.active and one.id != leaving]
    coming = await read_coming(conn, await policies.rules(conn), [deal.id for deal in found], others, leaving=leaving)
    unable = {} if asked.to else coming.unable()
    plan = distribute(everybody, found, leaving=leaving, to=asked.to, unable=unable, in_short=in_short)
    return [
        replace(handed, meetings=coming.of(handed.deal.id, handed.manager))
        if handed.deal.id in coming.of_deal
        else handed
        for handed in plan
    ]


async def _others(conn: Connection, manager_id: str, to: str | None) -> list[Candidate]:
    """Everybody as routing sees them now. Raises Invalid on `to`."""
    everybody = await candidates(conn, await policies.rules(conn), now())
    if to is not None and not may_receive(everybody, to, leaving=manager_id):
        raise Invalid("is not another active manager", field="to")
    return everybody


async def hand_deal(conn: Connection, deal: Deal, to: str, who: Principal, reason: str) -> None:
    """Hand one deal to another manager: meetings, open work and workflow follow. Raises Invalid on `to`.

    The caller holds the routing and the deal.
    """
    await _others(conn, deal.owner or "", to)
    await _hand(conn, deal, to, who, reason, await policies.rules(conn, deal.policy_version))


async def _hand_chunk(
    conn: Connection, manager_id: str, deal_ids: Sequence[str], asked: TakeOver, who: Principal, done: Sequence[Handed]
) -> list[Handed]:
    """Decide under the lock who gets these deals, as far as they are still the manager's, and hand them on."""
    # Routing before deals: everybody takes these locks in the same order.
    await managers.lock_routing(conn)
    # The load follows the deals at once; the fair share counts offers, so what was handed on so far is added here.
    given = Counter(handed.manager for handed in done)
    everybody = [
        replace(one, assigned=one.assigned + given[one.id]) for one in await _others(conn, manager_id, asked.to)
    ]
    found = await deals.lock_of_owner(conn, deal_ids, manager_id)
    plan = await _decide(conn, everybody, found, manager_id, asked)
    rules = {version: await policies.rules(conn, version) for version in {deal.policy_version for deal in found}}
    for handed in plan:
        if handed.manager is not None:
            await _hand(conn, handed.deal, handed.manager, who, asked.reason, rules[handed.deal.policy_version])
    return plan


async def _hand(conn: Connection, deal: Deal, manager: str, who: Principal, reason: str, policy: Policy) -> None:
    at, was = now(), deal.owner
    # The step that was planned stays, unless it would be late before the new manager has read the deal.
    due = max(deal.next_action_at or at, first_step_at(deal, policy, at))
    event_id = await timeline.add(
        conn, deal.id, at=at, by=who.person, kind="taken_over", text=said(f"{manager} takes over: {reason}"),
        data={"from": deal.owner, "to": manager},
    )  # fmt: skip
    changes = {"owner": manager, "last_owner": manager, "next_action_at": due, "stage_since": at}
    leaving = deal.owner
    deal = await deals.update(conn, deal.id, **changes, next_action=deal.next_action or first_action(deal))
    await work_items.cancel_for_lead(conn, deal.lead_id, kinds=["reminder", "stale"], result="taken over")
    await work_items.reassign_for_lead(conn, deal.lead_id, manager, kinds=["inbound", "mail", "playbook", "reply"])
    if left := await hand_meetings_over(conn, deal, manager, leaving=leaving):
        due = due_with(left, due, at)
        await deals.update(conn, deal.id, next_action_at=due)
    answer = Reassigned(
        event_id=f"taken-over:{event_id}", at=at, by=who.person, owner=manager, next_action_at=due,
        stale_at=policy.stale_at(deal.stage, at),
    )  # fmt: skip
    await outbox.signal(conn, deal.workflow_id, "reassigned", answer)
    await report_place(conn, deal, deal.stage, manager, event_id=answer.event_id, at=at)
    await publish(conn, "deal.changed", deal_id=deal.id, stage=deal.stage.value, was=was)
