"""Starting a customer's workflow with an answer: whose care is still to be opened, or has ended, debts aside."""

from __future__ import annotations

from services.account_mgmt.domain.customers import GONE
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.repository import customers, imports
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection, new_id
from services.chassis.outbox import StartWorkflow
from workflows.contracts import ids, queues
from workflows.contracts.account_mgmt import CareState, CustomerCareInput
from workflows.contracts.care_policy import CarePolicy


async def care_start(conn: Connection, customer_id: str) -> StartWorkflow | None:
    """The workflow to start together with an answer; none for a customer whose care is open.

    An order does not wait for the customer's turn.
    """
    segment = await imports.waiting_segment(conn, customer_id)
    return None if segment is None else adoption_of(customer_id, segment)


def adoption_of(customer_id: str, segment: str) -> StartWorkflow:
    """The care of a customer whom tier 2 did not win: imported, or made by hand."""
    return _start(CustomerCareInput(customer_id=customer_id, segment=segment, imported=True, reports_itself=False))


async def debt_start(conn: Connection, customer_id: str) -> StartWorkflow | None:
    """The workflow to start together with an answer about an open invoice, if the care of its customer has ended.

    It begins at its end: nothing is sold any more, and it goes on until the invoice is settled. None for a customer in
    care, whose workflow runs; as `care_start` for one whose care is still to be opened.
    """
    customer = await customers.get(conn, customer_id)
    if customer.state not in GONE:
        return await care_start(conn, customer_id)
    state = CareState(
        opened_by=f"debts:{new_id()}",
        account_manager=customer.account_manager,
        stage=customer.state,
        policy=care_policy(*await policies.current(conn)),
    )
    start = CustomerCareInput(customer_id=customer_id, segment=customer.segment, state=state, reports_itself=False)
    return _start(start, "Debts of a former customer")


def care_policy(version: int, policy: Policy) -> CarePolicy:
    """What the workflow itself decides by."""
    return CarePolicy(version=version, dunning_steps=len(policy.dunning_gaps), max_escalations=policy.max_escalations)


def _start(start: CustomerCareInput, what: str = "Customer care") -> StartWorkflow:
    return StartWorkflow(
        workflow="CustomerCare",
        id=ids.customer(start.customer_id),
        task_queue=queues.ACCOUNT_MGMT,
        input=start,
        summary=f"{what}, customer {start.customer_id}",
    )
