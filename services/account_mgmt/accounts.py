"""The beginning and the end of the house's care for a customer."""

from __future__ import annotations

from services.account_mgmt import portfolios
from services.account_mgmt.repository import customers
from services.account_mgmt.sales import take_order
from services.chassis import work_items
from services.chassis.db import Connection
from services.chassis.mail import withdraw_mails
from workflows.contracts.account_mgmt import CarePolicy, CloseCustomer, OpenAccount, OpenedAccount


async def open_account(conn: Connection, request: OpenAccount) -> OpenedAccount:
    """A customer just won, or one that comes home: account manager, first order with its invoice, first nudge."""
    version, policy = await customers.policy(conn)
    won = request.order
    await customers.open_or_reopen(conn, request.customer_id, request.contact, request.segment, won.won_by)
    keeper = await portfolios.assign(conn, request.customer_id)
    order, nudge_at = await take_order(
        conn,
        policy,
        customer_id=request.customer_id,
        lines=won.lines,
        source="sale",
        note=won.note,
        by=won.won_by,
        deal_id=won.deal_id,
    )
    return OpenedAccount(
        account_manager=keeper,
        invoice_id=order.invoice.id,
        due_at=order.invoice.due_at,
        next_nudge_at=nudge_at,
        policy=CarePolicy(
            version=version, dunning_steps=len(policy.dunning_gaps), max_escalations=policy.max_escalations
        ),
    )


async def close(conn: Connection, request: CloseCustomer) -> None:
    """End the care and cancel the open work; an opt-out only ends the nudges, also those on their way by mail."""
    kinds = ["nudge", "risk"] if request.stage == "opted_out" else None
    await work_items.cancel_for_lead(conn, request.customer_id, kinds=kinds, result=request.stage)
    await withdraw_mails(conn, request.customer_id, purpose="nudge" if request.stage == "opted_out" else None)
    await customers.set_state(conn, request.customer_id, request.stage)
    await customers.plan_nudge(conn, request.customer_id, None)
