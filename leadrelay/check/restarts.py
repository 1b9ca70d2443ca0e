"""Starting a workflow again from its record, by the tier's own outbox: as its tier would have started it.

Each takes a connection to the tier's database, inside a transaction, and says what it did.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from services.account_mgmt.actions.next_nudge import plan_next_nudge
from services.account_mgmt.actions.workflow_starts import care_start
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.repository import customers, invoices
from services.account_mgmt.repository.policies import policies as care_policies
from services.chassis import outbox, work_items
from services.chassis.db import Connection, new_id
from services.chassis.outbox import StartWorkflow
from services.conversion.domain.deals import Deal
from services.conversion.domain.stages import FINAL
from services.conversion.repository import deals
from services.lead_gen.actions.workflow_starts import campaign_start, cold_call_start
from services.lead_gen.domain.campaigns import EnrolledLead
from services.lead_gen.repository import campaigns
from services.lead_gen.repository.policies import policies as calling_policies
from workflows.contracts import ids, queues
from workflows.contracts.account_mgmt import CareState, CustomerCareInput, OpenInvoice
from workflows.contracts.base import Tier
from workflows.contracts.care_policy import CarePolicy
from workflows.contracts.conversion import ConversionInput, HandOver, HandOverReason, Stage

_MOST_INVOICES = 1000
NOT_OPEN = "nothing to do: its record is not open any more"


async def cold_call(conn: Connection, lead_id: str) -> str:
    """Call the lead from the beginning, in a round of its own, like one that was just enrolled."""
    row = await conn.fetchrow(
        """UPDATE leads SET rounds = rounds + 1, attempts = 0, register_at = clock_timestamp()
            WHERE id = $1 AND tier = 'lead_gen' AND stage = 'calling' RETURNING id, industry, rounds, campaign_id""",
        lead_id,
    )
    if row is None:
        return NOT_OPEN
    lead = EnrolledLead.of(row)
    await work_items.cancel_for_lead(conn, lead_id, kinds=["call"], result="restarted")
    campaign = await campaigns.get(conn, row["campaign_id"])
    version, policy = await calling_policies.current(conn)
    start = cold_call_start(lead, campaign, version, policy)
    await outbox.start(conn, start, event_id=f"enrol:{lead.id}:{lead.rounds}")
    return "the lead is called again from the beginning"


async def conversion(conn: Connection, lead_id: str) -> str:
    """Offer the open deal again, first to whoever had it."""
    deal = await deals.lock_latest(conn, lead_id)
    if deal is None or deal.stage in FINAL:
        return NOT_OPEN
    start = StartWorkflow(
        workflow="Conversion",
        id=deal.workflow_id,
        task_queue=queues.CONVERSION,
        input=ConversionInput(lead_id=lead_id, hand_over=_hand_over(deal), reports_itself=False),
        summary=f"Conversion, started again, lead {lead_id}",
        search_attributes={
            "Lead": lead_id,
            "LeadTier": Tier.CONVERSION.value,
            "LeadStage": Stage.OFFERED.value,
            "Campaign": deal.campaign_id,
            "Segment": deal.segment,
            "NextActionAt": datetime.now(UTC).isoformat(),
        },
    )
    await outbox.start(conn, start, event_id=f"restart:{deal.id}:{new_id()}")
    return f"the deal is offered again, first to {deal.owner or deal.last_owner or 'whoever is free'}"


def _hand_over(deal: Deal) -> HandOver:
    return HandOver(
        id=f"restart:{new_id()}",
        contact=deal.contact,
        reason=HandOverReason.RETURNED,
        question=deal.open_question,
        needs=deal.needs,
        wished_meeting=deal.wished_meeting,
        story=deal.story,
        campaign_id=deal.campaign_id,
        campaign_name=deal.campaign_name,
        segment=deal.segment,
        sourced_by=deal.sourced_by,
        sticky_manager=deal.owner or deal.last_owner,
        products=deal.products,
        promised_by=deal.promised_by,
    )


async def care(conn: Connection, customer_id: str) -> str:
    """Go on with a customer's care where its records are: open invoices, the nudge that waits, the next nudge."""
    customer = await customers.get(conn, customer_id, lock=True)
    if customer.state not in ("active", "at_risk", "opted_out"):
        return NOT_OPEN
    start = await care_start(conn, customer_id) or StartWorkflow(
        workflow="CustomerCare",
        id=ids.customer(customer_id),
        task_queue=queues.ACCOUNT_MGMT,
        input=CustomerCareInput(
            customer_id=customer_id,
            segment=customer.segment,
            state=await _care_state(conn, customer),
            reports_itself=False,
        ),
        summary=f"Customer care, customer {customer_id}",
        search_attributes={
            "Lead": customer_id,
            "LeadTier": Tier.ACCOUNT_MGMT.value,
            "LeadStage": customer.state,
            "Owner": customer.account_manager,
            "Segment": customer.segment,
        },
    )
    await outbox.start(conn, start, event_id=f"restart:{customer_id}:{new_id()}")
    return "care goes on with the open invoices and the next nudge"


async def _care_state(conn: Connection, customer: Customer) -> CareState:
    version, policy = await care_policies.current(conn)
    now, gaps = datetime.now(UTC), policy.dunning_gaps
    owed = await invoices.open_of(conn, customer.id, _MOST_INVOICES)
    nudge = await conn.fetchrow(
        """SELECT n.number, w.id AS item_id, n.answer_by
             FROM nudges n LEFT JOIN work_items w ON w.id = n.item_id AND w.state IN ('open', 'leased')
            WHERE n.customer_id = $1 ORDER BY n.number DESC LIMIT 1""",
        customer.id,
    )
    waits = nudge is not None and nudge["item_id"] is not None
    next_at = customer.next_nudge_at
    if next_at is None and not waits and customer.may_be_nudged:
        next_at = await plan_next_nudge(conn, policy, customer)
    return CareState(
        opened_by=f"restart:{new_id()}",
        account_manager=customer.account_manager,
        stage=customer.state,
        invoices=[
            OpenInvoice(
                invoice_id=one.id,
                due_at=one.due_at if one.dunning == 0 else now + gaps[one.dunning - 1],
                level=one.dunning,
            )
            for one in owed
            if one.dunning < len(gaps)
        ],
        nudge_number=nudge["number"] if nudge else 0,
        nudge_at=None if waits or not customer.may_be_nudged else next_at,
        nudge_item=nudge["item_id"] if nudge and waits else None,
        nudge_answer_by=nudge["answer_by"] if nudge and waits else None,
        policy=CarePolicy(version=version, dunning_steps=len(gaps), max_escalations=policy.max_escalations),
    )


async def campaign(conn: Connection, campaign_id: str) -> str:
    """Feed the callers again."""
    found = await campaigns.get(conn, campaign_id, lock=True)
    if found.state not in ("running", "paused"):
        return NOT_OPEN
    starts, _ = await campaigns.set_state(conn, campaign_id, found.state, started=True)
    await outbox.start(conn, campaign_start(found, starts), event_id=f"restart:{campaign_id}:{starts}")
    return "the campaign goes on"


BY_PREFIX: Mapping[str, Callable[[Connection, str], Awaitable[str]]] = {
    "cold-call": cold_call,
    "conversion": conversion,
    "customer": care,
    "campaign": campaign,
}
"""How to start a workflow again, by the beginning of its id; what follows the colon is the record's id."""
