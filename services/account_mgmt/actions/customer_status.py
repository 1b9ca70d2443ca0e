"""How a customer stands: at risk, well again, gone. The record, the work that follows, and what the workflow hears."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.actions import account_managers
from services.account_mgmt.repository import customers, risks, work
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas import CustomerView
from services.chassis import outbox, work_items
from services.chassis.db import Connection
from services.chassis.events import publish
from services.chassis.mail import withdraw_mails
from services.chassis.work_items import WorkItem
from workflows.contracts import ids
from workflows.contracts.customer_status import CustomerStatus, CustomerStatusChanged
from workflows.contracts.fit_timing import FindRisks, FoundRisks

COMPLAINT, RISK = "complaint", "risk"
WORRIES = (COMPLAINT, RISK)
"""Work that keeps a customer at risk until it is done."""
_COMPLAINT_PRIORITY = 15
_RISK_PRIORITY = 8


async def complain(conn: Connection, customer: CustomerView, text: str | None, *, key: str, by: str) -> WorkItem:
    """A complaint is urgent work of the account manager, and the customer is at risk until it is settled."""
    item = await account_managers.open_work(
        conn, COMPLAINT, key=key, customer_id=customer.id, priority=_COMPLAINT_PRIORITY, facts={"note": text}
    )
    if customer.state == "active":
        await customers.set_state(conn, customer.id, "at_risk")
        await _tell(conn, customer.id, "at_risk", "a complaint", by, event_id=f"standing:{item.id}:opened")
    return item


async def find_risks(conn: Connection, request: FindRisks) -> FoundRisks:
    """Customers who buy less than they did become work, the most valuable first."""
    policy = await policies.rules(conn)
    found = await risks.falling(conn, policy.risk_below, policy.risk_every, policy.risks_per_night)
    for risk in found:
        facts = {
            "p_alive": round(risk.p_alive, 3),
            "expected_by": risk.expected_high.isoformat(),
            "order_value": str(risk.order_value),
            "text": f"should have ordered by {risk.expected_high:%Y-%m-%d}; {risk.p_alive:.0%} likely to come back",
        }
        key = f"risk:{risk.customer_id}:{request.key}"
        item = await account_managers.open_work(
            conn, RISK, key=key, customer_id=risk.customer_id, priority=_RISK_PRIORITY, facts=facts
        )
        await customers.set_state(conn, risk.customer_id, "at_risk")
        await _tell(
            conn, risk.customer_id, "at_risk", "buys less than before", "timing",
            event_id=f"standing:{item.id}:opened",
        )  # fmt: skip
    return FoundRisks(customers=len(found))


async def kept(conn: Connection, customer: CustomerView, item: WorkItem, by: str) -> None:
    """A worry is settled; after the last one the customer is well again."""
    if customer.state == "at_risk" and not await work.open_of(conn, customer.id, WORRIES):
        await customers.set_state(conn, customer.id, "active")
        await _tell(conn, customer.id, "active", f"{item.kind} settled", by, event_id=f"standing:{item.id}:kept")


async def ordered(conn: Connection, customer_id: str) -> str | None:
    """An order ends the worry that a customer might not come back, but no complaint; how it stands, if that changed."""
    for item in await work_items.cancel_for_lead(conn, customer_id, kinds=[RISK], result="ordered"):
        await publish(conn, "work_closed", item_id=item.id)
    state = await customers.state_of(conn, customer_id)
    if state != "at_risk" or await work.open_of(conn, customer_id, WORRIES):
        return None
    await customers.set_state(conn, customer_id, "active")
    return "active"


async def left(conn: Connection, customer: CustomerView, *, reason: str, by: str, event_id: str) -> None:
    """A customer has left: nothing more is planned, and the workflow hands it to tier 2 to be won back."""
    await gone(conn, customer.id)
    await _tell(conn, customer.id, "lost", reason, by, event_id=event_id)


async def gone(conn: Connection, customer_id: str) -> None:
    """The record of a customer who left: no nudge, no work but for money, no mail but for money."""
    await customers.set_state(conn, customer_id, "lost")
    await customers.plan_nudge(conn, customer_id, None)
    await work_items.cancel_for_lead(conn, customer_id, kinds=["nudge", RISK, COMPLAINT, "inbound"], result="left")
    await withdraw_mails(conn, customer_id, purpose="nudge")
    await publish(conn, "customer_lost", customer_id=customer_id)


async def _tell(
    conn: Connection, customer_id: str, standing: CustomerStatus, reason: str, by: str, *, event_id: str
) -> None:
    answer = CustomerStatusChanged(event_id=event_id, at=datetime.now(UTC), by=by, standing=standing, reason=reason)
    await outbox.signal(conn, ids.customer(customer_id), "standing_changed", answer, when_missing="drop")
    await publish(conn, "customer_changed", customer_id=customer_id)
