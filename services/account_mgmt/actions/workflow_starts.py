"""Starting the workflow of a customer whom tier 2 did not win."""

from __future__ import annotations

from services.account_mgmt.repository import imports
from services.chassis.db import Connection
from services.chassis.outbox import StartWorkflow
from workflows.contracts import ids, queues
from workflows.contracts.account_mgmt import CustomerCareInput


async def care_start(conn: Connection, customer_id: str) -> StartWorkflow | None:
    """The workflow to start together with an answer; none for a customer whose care is open.

    An order does not wait for the customer's turn.
    """
    segment = await imports.waiting_segment(conn, customer_id)
    return None if segment is None else adoption_of(customer_id, segment)


def adoption_of(customer_id: str, segment: str) -> StartWorkflow:
    """The care of a customer whom tier 2 did not win: imported, or made by hand."""
    return StartWorkflow(
        workflow="CustomerCare",
        id=ids.customer(customer_id),
        task_queue=queues.ACCOUNT_MGMT,
        input=CustomerCareInput(customer_id=customer_id, segment=segment, imported=True, reports_itself=False),
        summary=f"Customer care, customer {customer_id}",
    )
