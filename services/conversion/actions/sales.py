"""Passing a sale on to tier 3 from the record of its deal, when the deal's own workflow cannot any more."""

from __future__ import annotations

from services.chassis import outbox
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict
from services.chassis.operator_acts import Order
from services.chassis.outbox import StartWorkflow, rows
from services.chassis.sentences import said
from services.conversion.domain.deals import Deal
from services.conversion.repository import deals, timeline
from workflows.contracts import ids, queues
from workflows.contracts.account_mgmt import CustomerCareInput, WonAgain
from workflows.contracts.conversion import Stage, Won, WonOrder


async def pass_unheard_sales_on(conn: Connection, order: Order) -> list[str]:
    """Pass on the sales of a lead whose news was set aside because the deal's workflow had ended; says what it did.

    Each once: the news is dropped with it. Raises Conflict `no_safe_act`.
    """
    workflow_id, changes = ids.conversion(order.lead_id), []
    if order.hears(workflow_id):
        return []
    # Whoever presses at the same moment waits here, and then finds nothing set aside.
    await deals.lock_latest(conn, order.lead_id)
    for row in await rows.unheard(conn, workflow_id, "won"):
        deal = await deals.get(conn, Won.model_validate(row.payload).order.deal_id)
        changes.append(await pass_sale_on(conn, deal, in_care=order.hears(ids.customer(order.lead_id))))
        await rows.drop_dead(conn, row.id, "its sale was passed on to tier 3 from the record")
    return changes


async def pass_sale_on(conn: Connection, deal: Deal, *, in_care: bool) -> str:
    """Give tier 3 the order of a deal that was won, by what the deal's timeline says of it; tier 3 has it once.

    `in_care`: the customer's care runs, and hears of one more sale. Raises Conflict `no_safe_act`.
    """
    lines = await timeline.sold_lines(conn, deal.id)
    if deal.stage is not Stage.WON or deal.closed_at is None or not lines:
        raise Conflict("what was sold is not written down: the account manager enters the order", code="no_safe_act")
    order = WonOrder(deal_id=deal.id, lines=lines, won_at=deal.closed_at, won_by=deal.owner or "", contact=deal.contact)
    event_id = f"restart:{new_id()}"
    if in_care:
        again = WonAgain(event_id=event_id, at=order.won_at, by=order.won_by, order=order)
        await outbox.signal(conn, ids.customer(deal.lead_id), "won_again", again)
        return said("the sale is passed on to tier 3 from the record: the customer's care hears of the order")
    await outbox.start(conn, _care(deal, order), event_id=event_id)
    return said("the sale is passed on to tier 3 from the record: the lead becomes a customer with this order")


def _care(deal: Deal, order: WonOrder) -> StartWorkflow:
    """The care of the new customer, as the deal's workflow would start it."""
    return StartWorkflow(
        workflow="CustomerCare",
        id=ids.customer(deal.lead_id),
        task_queue=queues.ACCOUNT_MGMT,
        input=CustomerCareInput(
            customer_id=deal.lead_id, contact=deal.contact, won=order, segment=deal.segment, reports_itself=False
        ),
        summary=f"Customer care, customer {deal.lead_id}",
    )
