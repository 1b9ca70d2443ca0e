"""Enrolment: a campaign's best leads enter cold calling, at the pace that callers and managers can keep up with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.chassis import outbox
from services.chassis.db import Connection
from services.lead_gen.actions.places import never_callable
from services.lead_gen.actions.workflow_starts import cold_call_start
from services.lead_gen.domain.campaigns import Campaign, Pace
from services.lead_gen.domain.pace import calls_ahead, room
from services.lead_gen.domain.policy import Policy
from services.lead_gen.repository import alarms, campaigns, criteria, enrolment, supply
from services.lead_gen.repository.policies import policies
from workflows.contracts.lead_gen import EnrolBatch, Enrolled

# Leads are prepared for the shifts of the next hours.
SOON = timedelta(hours=4)


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
    """Take leads into cold calling and start their workflows; returns how many."""
    free = await _room(conn, policy, pace)
    if free <= 0:
        return 0
    rules = await criteria.rules_of(conn, campaign.criteria_id)
    enrolled = await enrolment.enrol(conn, campaign.id, rules, free, await never_callable(conn, policy))
    for lead in enrolled:
        start = cold_call_start(lead, campaign, version, policy)
        await outbox.start(conn, start, event_id=f"enrol:{lead.id}:{lead.rounds}")
    return len(enrolled)


async def _room(conn: Connection, policy: Policy, pace: Pace) -> int:
    """How many leads a campaign may take now, by the shifts ahead and by what tier 2 has in stock."""
    shifts = await supply.planned_hours(conn, datetime.now(UTC) + SOON)
    per_hour = await supply.calls_per_hour(conn) if shifts.planned else None
    return room(
        policy,
        in_flight=pace.in_flight,
        stock=pace.waiting,
        waiting_calls=await supply.waiting_calls(conn) if shifts.planned else 0,
        callable_soon=calls_ahead(shifts, per_hour),
        drought="drought" in await alarms.ringing(conn),
    )


async def _nothing_left(conn: Connection, campaign: Campaign, policy: Policy) -> bool:
    """No lead to enrol now, none that rests and will come back, and no file that may still bring some."""
    rules = await criteria.rules_of(conn, campaign.criteria_id)
    never = await never_callable(conn, policy)
    return not await enrolment.count(conn, rules, never) and not await enrolment.more_may_come(conn)
