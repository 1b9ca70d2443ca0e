"""Passing the baton: start the next tier's workflow, knowing it by its contract alone.

The child is abandoned on purpose: it lives on its own tier's queue and outlives the one who started it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.workflow import ChildWorkflowCancellationType, ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from workflows.contracts import ids, queues
    from workflows.contracts.account_mgmt import CustomerCareInput, CustomerCareWorkflow, WonAgain
    from workflows.contracts.base import Answer, Tier
    from workflows.contracts.conversion import (
        ConversionInput,
        ConversionWorkflow,
        HandedOver,
        HandOver,
        Stage,
        WonOrder,
    )
    from workflows.visibility import attributes


async def start_conversion(hand_over: HandOver) -> bool:
    """Hand a lead to tier 2. False if tier 2 already runs it (an inbound call was faster)."""
    lead_id = hand_over.contact.lead_id
    try:
        await workflow.start_child_workflow(
            ConversionWorkflow.run,
            ConversionInput(lead_id=lead_id, hand_over=hand_over, reports_itself=False),
            id=ids.conversion(lead_id),
            task_queue=queues.CONVERSION,
            parent_close_policy=ParentClosePolicy.ABANDON,
            cancellation_type=ChildWorkflowCancellationType.ABANDON,
            static_summary=f"Conversion, {hand_over.reason.replace('_', ' ')}, lead {lead_id}",
            search_attributes=attributes(
                lead_id=lead_id,
                tier=Tier.CONVERSION,
                stage=Stage.OFFERED,
                campaign=hand_over.campaign_id,
                segment=hand_over.segment,
                next_action_at=workflow.now(),
            ),
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


async def start_customer_care(order: WonOrder, hand_over: HandOver) -> bool:
    """Hand a new customer to tier 3. False if tier 3 already looks after it."""
    customer_id = hand_over.contact.lead_id
    try:
        await workflow.start_child_workflow(
            CustomerCareWorkflow.run,
            CustomerCareInput(
                customer_id=customer_id,
                contact=order.contact or hand_over.contact,
                won=order,
                segment=hand_over.segment,
                reports_itself=False,
            ),
            id=ids.customer(customer_id),
            task_queue=queues.ACCOUNT_MGMT,
            parent_close_policy=ParentClosePolicy.ABANDON,
            cancellation_type=ChildWorkflowCancellationType.ABANDON,
            static_summary=f"Customer care, customer {customer_id}",
            search_attributes=attributes(
                lead_id=customer_id,
                tier=Tier.ACCOUNT_MGMT,
                stage="active",
                campaign=hand_over.campaign_id,
                segment=hand_over.segment,
            ),
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


async def tell_conversion(lead_id: str, signal: Callable[..., Any], answer: Answer) -> bool:
    """Tell the lead's conversion; False if it does not run."""
    return await _tell(
        workflow.get_external_workflow_handle_for(ConversionWorkflow.run, ids.conversion(lead_id)), signal, answer
    )


async def tell_customer_care(lead_id: str, signal: Callable[..., Any], answer: Answer) -> bool:
    """Tell the customer's care; False if it does not run."""
    return await _tell(
        workflow.get_external_workflow_handle_for(CustomerCareWorkflow.run, ids.customer(lead_id)), signal, answer
    )


async def _tell(running: workflow.ExternalWorkflowHandle[Any], signal: Callable[..., Any], answer: Answer) -> bool:
    try:
        await running.signal(signal, answer)
    except ApplicationError:
        return False
    return True


async def hand_to_conversion(hand_over: HandOver, answer: HandedOver) -> bool:
    """Start tier 2 with a lead or tell the workflow that already runs; whether it was started.

    Between "it runs" and the signal it may end, and then it can be started: one of the two holds in the end.
    """
    lead_id = hand_over.contact.lead_id
    while True:
        if await start_conversion(hand_over):
            return True
        if await tell_conversion(lead_id, ConversionWorkflow.handed_over, answer):
            return False


async def hand_to_customer_care(order: WonOrder, hand_over: HandOver, answer: WonAgain) -> None:
    """Start tier 3 with a new customer, or give a customer already in care another order. As `hand_to_conversion`."""
    lead_id = hand_over.contact.lead_id
    while not await start_customer_care(order, hand_over):
        if await tell_customer_care(lead_id, CustomerCareWorkflow.won_again, answer):
            return
