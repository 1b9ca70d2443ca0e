"""Starting a customer's care again from its records, by the tier's own outbox."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.actions.next_nudge import plan_next_nudge
from services.account_mgmt.actions.workflow_starts import care_start
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.repository import customers, invoices, nudges
from services.account_mgmt.repository.policies import policies
from services.chassis import outbox
from services.chassis.business_time import after
from services.chassis.db import Connection, new_id
from services.chassis.outbox import StartWorkflow, rows
from services.chassis.sentences import said
from workflows.contracts import ids, queues
from workflows.contracts.account_mgmt import CareState, CustomerCareInput, OpenInvoice
from workflows.contracts.base import Tier
from workflows.contracts.care_policy import CarePolicy

_MOST_INVOICES = 1000


async def go_on_with_care(conn: Connection, customer_id: str) -> str | None:
    """Go on with a customer's care where its records are: open invoices, the nudge that waits, the next nudge.

    Says what it did; none if the customer is in no care any more.
    """
    customer = await customers.get(conn, customer_id, lock=True)
    if customer.state not in ("active", "at_risk", "opted_out"):
        return None
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
    await rows.drop_unheard(conn, start.id)
    await outbox.start(conn, start, event_id=f"restart:{customer_id}:{new_id()}")
    return said("care goes on with the open invoices and the next nudge")


async def _care_state(conn: Connection, customer: Customer) -> CareState:
    version, policy = await policies.current(conn)
    now, gaps = datetime.now(UTC), policy.dunning_gaps
    owed = await invoices.open_of(conn, customer.id, _MOST_INVOICES)
    nudge = await nudges.last_of(conn, customer.id)
    waits = nudge is not None and nudge.item_id is not None
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
                due_at=one.due_at if one.dunning == 0 else after(now, gaps[one.dunning - 1], policy.zone),
                level=one.dunning,
            )
            for one in owed
            if one.dunning < len(gaps)
        ],
        nudge_number=nudge.number if nudge else 0,
        nudge_at=None if waits or not customer.may_be_nudged else next_at,
        nudge_item=nudge.item_id if nudge and waits else None,
        nudge_answer_by=nudge.answer_by if nudge and waits else None,
        policy=CarePolicy(version=version, dunning_steps=len(gaps), max_escalations=policy.max_escalations),
    )
