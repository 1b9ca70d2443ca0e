"""Choosing a manager for a lead, and giving waiting leads to whoever becomes free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from services.chassis import outbox, work_items
from services.chassis.db import Connection, Pool
from services.chassis.events import publish
from services.chassis.sentences import said
from services.conversion.actions.deals import now, policy_of
from services.conversion.domain.deals import Deal, wanted_by
from services.conversion.domain.hand_overs import HandOverRow
from services.conversion.domain.policy import Policy
from services.conversion.domain.routing import Candidate, Considered, Routing, Verdict, Wanted, refusal, route
from services.conversion.repository import deals, hand_overs, managers, timeline
from services.conversion.repository.policies import policies
from workflows.contracts.conversion import Assigned

_SERVED_AT_ONCE = 100


async def candidates(conn: Connection, policy: Policy, at: datetime) -> list[Candidate]:
    """All managers as routing sees them at a moment.

    Whether one is on duty counts for the tier's next open moment: then the time to accept begins to run.
    """
    today = at.astimezone(policy.zone).date()
    return await managers.candidates(
        conn,
        since=today - policy.fair_share_over + timedelta(days=1),
        today=today,
        moment=policy.calendar.add(at, timedelta(0)),
        usual=policy.calendar,
    )


async def choose(conn: Connection, wanted: Wanted, *, priority: int, policy: Policy, at: datetime) -> Routing:
    """Who gets this lead now. It overtakes no lead of the same urgency that waits for the same manager."""
    everybody = await candidates(conn, policy, at)
    routing = route(everybody, wanted)
    if routing.manager is None:
        return routing
    chosen = next(who for who in everybody if who.id == routing.manager)
    for ahead in (await hand_overs.wants(conn, urgent=priority)).values():
        if refusal(chosen, ahead) is None:
            why = f"{chosen.id} is free, but earlier leads are still waiting"
            return routing.model_copy(update={"manager": None, "waits": True, "why": why})
    return routing


async def serve_waiting(pool: Pool) -> int:
    """A periodic job: give waiting leads to managers who are free now, the most urgent and oldest first; how many.

    Nothing is locked while nobody is free for any of them.
    """
    async with pool.acquire() as conn:
        at = now()
        if not (wants := await hand_overs.wants(conn)):
            return 0
        everybody = await candidates(conn, await policies.rules(conn), at)
        if not _servable(wants, everybody) and not await hand_overs.waits_too_long(conn, at, 1):
            return 0
        async with conn.transaction():
            await managers.lock_routing(conn)
            return await _serve(conn, now())


def _servable(wants: Mapping[str, Wanted], everybody: Iterable[Candidate]) -> list[str]:
    """The kinds of leads for which somebody is free."""
    managers = list(everybody)
    return [key for key, wanted in wants.items() if any(refusal(who, wanted) is None for who in managers)]


async def _serve(conn: Connection, at: datetime) -> int:
    """Serve up to a hundred leads; those that nobody who is free can take hold up no others."""
    policy = await policies.rules(conn)
    everybody = {who.id: who for who in await candidates(conn, policy, at)}
    wants, served, after = await hand_overs.wants(conn), 0, None
    while served < _SERVED_AT_ONCE and (servable := _servable(wants, everybody.values())):
        page = await hand_overs.waiting(conn, servable, _SERVED_AT_ONCE - served, after)
        if not page:
            break
        for row in page:
            served += await _serve_one(conn, row, policy, everybody, at)
        after = page[-1]
    for row in await hand_overs.waits_too_long(conn, at, _SERVED_AT_ONCE):
        served += await _serve_one(conn, row, policy, everybody, at)
    return served


async def _serve_one(
    conn: Connection, row: HandOverRow, policy: Policy, everybody: dict[str, Candidate], at: datetime
) -> bool:
    """Give a waiting lead to whoever is free, and count it in `everybody`; whether it was given."""
    deal = await deals.get(conn, row.deal_id, lock=True)
    routing = route(list(everybody.values()), wanted_by(deal, sticky=row.sticky, excluded=row.excluded))
    if routing.manager is None and row.overflow_at is not None and row.overflow_at <= at:
        routing = await _overflow(conn, deal, row, policy, everybody)
    if routing.manager is None or not await _give(conn, deal, row, routing, at):
        return False
    who = everybody[routing.manager]
    everybody[who.id] = replace(who, load=who.load + 1, today=who.today + 1, assigned=who.assigned + 1)
    return True


async def _overflow(
    conn: Connection, deal: Deal, row: HandOverRow, policy: Policy, everybody: dict[str, Candidate]
) -> Routing:
    """It waited too long: the overflow owner takes it, full or not; without one, the supervisor is told once."""
    owner = everybody.get(policy.overflow_owner or "")
    if owner is None or not owner.active or owner.id in row.excluded:
        await hand_overs.forget_overflow(conn, row.item_id)
        text = said("waits too long for a free manager")
        await timeline.add(conn, deal.id, at=now(), by="policy", kind="waiting", text=text)
        await publish(conn, "hand_over.late", item_id=row.item_id, deal_id=deal.id)
        return Routing(manager=None, why=text, waits=True, considered=[])
    taken = Considered(
        manager=owner.id, verdict=Verdict.CHOSEN, load=owner.load, capacity=owner.capacity,
        assigned=owner.assigned, weight=owner.weight, days=owner.days,
    )  # fmt: skip
    return Routing(
        manager=owner.id, why=said("nobody was free in time: the overflow owner takes it"), considered=[taken]
    )


async def _give(conn: Connection, deal: Deal, row: HandOverRow, routing: Routing, at: datetime) -> bool:
    manager = routing.manager or ""
    policy = await policy_of(conn, deal)
    accept_by = policy.accept_by(row.reason, at)
    # The item first: an answer of this very moment closes it, and then nothing is given.
    if not await work_items.reassign(conn, row.item_id, manager):
        return False
    given = await hand_overs.assign(conn, row.item_id, manager, accept_by=accept_by, routing=routing)
    if given is None:
        return False
    await note_offer(conn, given, policy, at)
    answer = Assigned(
        event_id=f"assigned:{row.item_id}", at=at, by="routing", item_id=row.item_id, manager=manager,
        accept_by=accept_by,
    )  # fmt: skip
    await outbox.signal(conn, deal.workflow_id, "assigned", answer)
    return True


async def note_offer(conn: Connection, row: HandOverRow, policy: Policy, at: datetime) -> None:
    """Write in the deal's timeline to whom it was offered and why, and count it for the manager."""
    if row.manager:
        text = said(f"offered to {row.manager}")
        await managers.count_offer(conn, row.manager, at.astimezone(policy.zone).date())
    else:
        text = said("waits for a free manager") if row.waiting else said("offered to the supervisor")
    await timeline.add(
        conn, row.deal_id, at=at, by="routing", kind="offered", text=text,
        data={"item_id": row.item_id, "manager": row.manager, "number": row.number, "why": row.routing.why},
    )  # fmt: skip
    await publish(conn, "hand_over.opened", item_id=row.item_id, deal_id=row.deal_id, manager=row.manager)
