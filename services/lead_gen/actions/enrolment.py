"""Enrolment: a campaign's best leads enter cold calling, at the pace that callers and managers can keep up with."""

from __future__ import annotations

from datetime import UTC, datetime

from services.chassis import outbox
from services.chassis.db import Connection
from services.lead_gen.actions.pace import look_at, read_house
from services.lead_gen.actions.places import never_callable
from services.lead_gen.actions.workflow_starts import cold_call_start
from services.lead_gen.domain.campaigns import Campaign, EnrolledLead, Pace
from services.lead_gen.domain.pace import ANYBODY
from services.lead_gen.domain.policy import Policy
from services.lead_gen.repository import campaigns, criteria, enrolment
from services.lead_gen.repository.policies import policies
from workflows.contracts.lead_gen import EnrolBatch, Enrolled


async def enrol_batch(conn: Connection, request: EnrolBatch) -> Enrolled:
    """One look at a campaign: enrol as many of its best leads as there is room for, and say when to look again.

    A running campaign with no lead to enrol, in flight or still to come is done. Not idempotent: call it once per key.
    """
    campaign = await campaigns.get(conn, request.campaign_id, lock=True)
    version, policy = await policies.current(conn)
    pace = await enrolment.pace(conn, campaign.id)
    running = campaign.state == "running"
    count = await _enrol(conn, campaign, version, policy, pace) if running else 0
    in_flight = pace.in_flight + count
    ended = running and not in_flight and await _nothing_left(conn, campaign, policy)
    if ended:
        await campaigns.set_state(conn, campaign.id, "done")
    return Enrolled(
        count=count,
        in_flight=in_flight,
        waiting=pace.waiting,
        next_tick_at=datetime.now(UTC) + policy.campaign_tick,
        paused=campaign.state == "paused",
        finished=ended or campaign.state == "done",
    )


async def _enrol(conn: Connection, campaign: Campaign, version: int, policy: Policy, pace: Pace) -> int:
    """Take leads into cold calling and start their workflows; returns how many.

    First those whom the callers of the next hours could call, in a window of their own; then whatever else there is.
    So leads whose hours are over, or whose language nobody speaks, never stand in the way.
    """
    look = await look_at(conn, campaign, pace.waiting, await read_house(conn, policy))
    rules = await criteria.rules_of(conn, campaign.criteria_id)
    never = await never_callable(conn, policy)
    enrolled: list[EnrolledLead] = []
    for reach in (look.reach, ANYBODY):
        in_flight = await enrolment.in_flight(conn, campaign.id, reach)
        free = min(look.room(in_flight) - len(enrolled), policy.batch)
        if free > 0:
            enrolled += await enrolment.enrol(conn, campaign.id, rules, free, reach, never)
    starts = {f"enrol:{lead.id}:{lead.rounds}": cold_call_start(lead, campaign, version, policy) for lead in enrolled}
    await outbox.start_all(conn, starts)
    return len(enrolled)


async def _nothing_left(conn: Connection, campaign: Campaign, policy: Policy) -> bool:
    """No lead to enrol now, none that rests and will come back, and no file that may still bring some."""
    rules = await criteria.rules_of(conn, campaign.criteria_id)
    never = await never_callable(conn, policy)
    return not await enrolment.count(conn, rules, never) and not await enrolment.more_may_come(conn)
