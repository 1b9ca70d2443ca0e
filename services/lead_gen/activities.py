"""What tier 1 does for workflows. Each effect happens once per key, however often Temporal delivers it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from temporalio import activity

from services.chassis import outbox, work_items
from services.chassis.db import Connection, Pool
from services.chassis.work_items import NewItem
from services.lead_gen.actions import customers, instructions
from services.lead_gen.actions.workflow_starts import cold_call_start
from services.lead_gen.domain.cadence import next_attempt_at
from services.lead_gen.domain.criteria import to_sql
from services.lead_gen.domain.criteria_fields import SQL_OF_CANDIDATES
from services.lead_gen.domain.pace import room
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.window import next_open
from services.lead_gen.repository import callers, calls, campaigns, criteria, do_not_call, inbound, leads, supply
from services.lead_gen.repository.policies import policies
from workflows.contracts.base import ContactCard, Done
from workflows.contracts.lead_gen import (
    CallbackLate,
    CallOutcome,
    CloseLead,
    EnrolBatch,
    Enrolled,
    HandOverPack,
    LeadGenActivities,
    OpenCall,
    OpenedCall,
    PrepareHandOver,
    RegisterCustomer,
    RegisterUpdate,
    TakeAnswer,
)

CALLBACK_PRIORITY = 10
# Leads are prepared for the shifts of the next hours.
SOON = timedelta(hours=4)
# Dialled by hand with an answer noted down, until the house's own figures are there (30 an hour at most:
# callcenteradvisor.com, "What is predictive dialing", read in 2026).
CALLS_PER_HOUR = 30.0


class Activities(LeadGenActivities):
    """Holds the pool; a transaction per activity."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @activity.defn(name="lead_gen.open_call")
    async def open_call(self, request: OpenCall) -> OpenedCall:
        """Open the work item of one call attempt, due inside the lead's calling window."""
        async with self._pool.acquire() as conn, conn.transaction():
            lead = await leads.lock(conn, request.lead_id)
            if await do_not_call.forbidden(conn, lead.id):
                return OpenedCall(refused="do_not_call")
            policy = await policies.rules(conn, request.policy_version)
            due = _due(policy, lead.timezone, request, datetime.now(UTC))
            promised = request.callback_at is not None
            late_at = due + policy.callback_grace if promised else None
            campaign = await campaigns.get(conn, request.campaign_id)
            assignee = request.assignee
            if assignee is not None and not await callers.will_be_there(conn, assignee, due):
                assignee = None
            item = await work_items.open_item(
                conn,
                NewItem(
                    kind="call",
                    key=request.key,
                    workflow_id=request.workflow_id,
                    lead_id=lead.id,
                    priority=CALLBACK_PRIORITY if promised else campaign.priority,
                    rank=lead.score,
                    not_before=due,
                    assignee=assignee,
                    assignee_until=late_at if assignee else None,
                    group_key=f"{request.campaign_id}|{lead.timezone}|{lead.language}",
                    payload={"attempt": request.attempt, "campaign_id": request.campaign_id, "callback": promised},
                ),
            )
            await leads.plan_call(conn, lead.id, request.attempt - 1, item.not_before)
            return OpenedCall(item_id=item.id, not_before=item.not_before, late_at=late_at)

    @activity.defn(name="lead_gen.callback_late")
    async def callback_late(self, request: CallbackLate) -> Done:
        """Give a late personal callback to the whole shift and put it first."""
        async with self._pool.acquire() as conn:
            await conn.execute(
                "UPDATE work_items SET assignee = NULL, priority = $2 WHERE id = $1 AND state = 'open'",
                request.item_id,
                CALLBACK_PRIORITY + 1,
            )
        return Done()

    @activity.defn(name="lead_gen.close_lead")
    async def close_lead(self, request: CloseLead) -> Done:
        """Cancel what is open for the lead in tier 1 and write its last stage into the register."""
        async with self._pool.acquire() as conn, conn.transaction():
            lead = await leads.lock(conn, request.lead_id)
            await work_items.cancel_for_lead(conn, lead.id, kinds=["call"], result=request.stage)
            # Another tier may have the lead by now (an inbound call): its news must stay.
            if lead.workflow_id == request.workflow_id and lead.stage != request.stage:
                await leads.move(conn, lead.id, tier="lead_gen", stage=request.stage, key=request.key)
            if request.rest and lead.rest_until is None:
                policy = await policies.rules(conn, request.policy_version)
                await leads.rest(conn, lead.id, datetime.now(UTC) + policy.rest)
        return Done()

    @activity.defn(name="lead_gen.prepare_hand_over")
    async def prepare_hand_over(self, request: PrepareHandOver) -> HandOverPack:
        """Collect the contact card and the calls' story."""
        async with self._pool.acquire() as conn:
            lead = await leads.get(conn, request.lead_id)
            story, last = await calls.story(conn, lead.id)
        return HandOverPack(contact=contact_card(lead), story=story, **last)

    @activity.defn(name="lead_gen.take_answer")
    async def take_answer(self, request: TakeAnswer) -> Done:
        """Keep the answer for the caller who passed the question on; publish it as an instruction."""
        async with self._pool.acquire() as conn, conn.transaction():
            await instructions.take_answer(conn, request)
        return Done()

    @activity.defn(name="lead_gen.register_customer")
    async def register_customer(self, request: RegisterCustomer) -> Done:
        """Know a customer of before, so that its calls reach its account manager. Asked by tier 3."""
        async with self._pool.acquire() as conn, conn.transaction():
            await customers.register_customer(conn, request)
        return Done()

    @activity.defn(name="lead_gen.update_register")
    async def update_register(self, request: RegisterUpdate) -> Done:
        """Write where the lead is now. Asked by the other tiers."""
        async with self._pool.acquire() as conn, conn.transaction():
            await leads.move(
                conn,
                await leads.survivor(conn, request.lead_id),
                tier=request.tier,
                stage=request.stage,
                workflow_id=request.workflow_id,
                owner=request.owner,
                at=request.at,
                key=request.key,
            )
            if request.stage == "accepted":
                await inbound.keep_promises(conn, request.lead_id)
        return Done()

    @activity.defn(name="lead_gen.enrol_batch")
    async def enrol_batch(self, request: EnrolBatch) -> Enrolled:
        """Enrol the campaign's best leads and start their workflows through the outbox."""
        async with self._pool.acquire() as conn, conn.transaction():
            campaign = await campaigns.get(conn, request.campaign_id, lock=True)
            earlier = await campaigns.tick_result(conn, request.key)
            if earlier is not None:
                return earlier
            version, policy = await policies.current(conn)
            pace = await campaigns.pace(conn, campaign.id)
            count = 0
            if campaign.state == "running":
                free = await _room(conn, policy, pace)
                count = await self._enrol(conn, request, policy, version, free)
            in_flight = pace.in_flight + count
            finished = campaign.state == "done" or (
                campaign.state == "running" and not in_flight and await self._nothing_left(conn, campaign.criteria_id)
            )
            if finished and campaign.state == "running":
                await campaigns.set_state(conn, campaign.id, "done")
            result = Enrolled(
                count=count,
                in_flight=in_flight,
                waiting=pace.waiting,
                next_tick_at=datetime.now(UTC) + policy.campaign_tick,
                paused=campaign.state == "paused",
                finished=finished,
            )
            await campaigns.keep_tick(conn, request.key, result)
            return result

    @staticmethod
    async def _enrol(conn: Connection, request: EnrolBatch, policy: Policy, version: int, room: int) -> int:
        if room <= 0:
            return 0
        campaign = await campaigns.get(conn, request.campaign_id)
        rules, _ = await criteria.of(conn, campaign.criteria_id)
        condition, values = to_sql(rules, 2, SQL_OF_CANDIDATES)
        enrolled = await campaigns.enrol(conn, campaign.id, condition, values, room)
        for lead in enrolled:
            start = cold_call_start(lead, campaign, version, policy)
            await outbox.start(conn, start, event_id=f"enrol:{lead.id}:{lead.rounds}")
        return len(enrolled)

    @staticmethod
    async def _nothing_left(conn: Connection, criteria_id: str | None) -> bool:
        """No lead to enrol now, none that rests and will come back, and no file that may still bring some."""
        rules, _ = await criteria.of(conn, criteria_id)
        condition, values = to_sql(rules, 1, SQL_OF_CANDIDATES)
        if await campaigns.count_matching(conn, condition, values):
            return False
        return not await campaigns.more_may_come(conn)


async def _room(conn: Connection, policy: Policy, pace: campaigns.Pace) -> int:
    """How many leads a campaign may take now, by the shifts ahead and by what tier 2 has in stock."""
    shifts = await supply.shifts(conn, datetime.now(UTC) + SOON)
    per_hour = await supply.calls_per_hour(conn) if shifts.planned else None
    return room(
        window=policy.window,
        batch=policy.batch,
        stock_limit=policy.stock_limit,
        in_flight=pace.in_flight,
        stock=pace.waiting,
        waiting_calls=await supply.waiting_calls(conn) if shifts.planned else 0,
        callable_soon=shifts.hours_soon * (per_hour or CALLS_PER_HOUR) if shifts.planned else None,
        drought="drought" in await supply.ringing(conn),
    )


def _due(policy: Policy, timezone: str, request: OpenCall, now: datetime) -> datetime:
    """A promise is kept to the minute; anything else follows the cadence."""
    if request.callback_at is not None and request.after is CallOutcome.CALLBACK:
        return next_open(policy, timezone, max(request.callback_at, now))
    return next_attempt_at(
        policy, timezone, attempt=request.attempt, after=request.after, after_at=request.after_at, now=now
    )


def contact_card(lead: leads.Lead) -> ContactCard:
    """The card that travels with a hand-over."""
    card = lead.model_dump(include=set(ContactCard.model_fields) - {"lead_id"})
    return ContactCard(lead_id=lead.id, **card)
