"""A customer's status: at risk, active again, lost. The record, the work that follows, and what the workflow hears."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from services.account_mgmt.actions.register import report_lost, report_status, report_statuses
from services.account_mgmt.actions.work_assignment import NewWork, open_work, open_work_of
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.repository import customers, risks, work
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas.webhooks import CustomerAtRisk, CustomerLeft
from services.chassis import outbox, work_items
from services.chassis.db import Connection, new_id
from services.chassis.events import publish, publish_all
from services.chassis.mail import withdraw_mails
from services.chassis.webhooks import announce, announce_all
from services.chassis.work_items import WorkItem
from workflows.contracts import ids
from workflows.contracts.base import Answer
from workflows.contracts.customer_status import CustomerStatus, CustomerStatusChanged
from workflows.contracts.fit_timing import FindRisks, FoundRisks

COMPLAINT, RISK = "complaint", "risk"
CONCERNS = (COMPLAINT, RISK)
"""Work that keeps a customer at risk until it is done."""
_COMPLAINT_PRIORITY = 15
_RISK_PRIORITY = 8


async def open_complaint(conn: Connection, customer: Customer, text: str | None, *, key: str, by: str) -> WorkItem:
    """A complaint is urgent work of the account manager, and the customer is at risk until it is settled."""
    new = NewWork(COMPLAINT, key=key, customer_id=customer.id, priority=_COMPLAINT_PRIORITY, facts={"note": text})
    item = await open_work(conn, new)
    if customer.state == "active":
        await customers.set_state(conn, [customer.id], "at_risk")
        owner, event_id = customer.account_manager, f"standing:{item.id}:opened"
        await _report(conn, customer.id, owner, "at_risk", "a complaint", by, event_id=event_id)
        data = CustomerAtRisk(customer_id=customer.id, reason="complaint")
        await announce(conn, data, key=event_id, at=datetime.now(UTC))
    return item


async def find_risks(conn: Connection, request: FindRisks) -> FoundRisks:
    """A declining retention probability opens a task for the account manager, the most valuable customers first."""
    policy = await policies.rules(conn)
    found = await risks.declining(conn, policy.risk_below, policy.risk_every, policy.risks_per_night)
    wanted = [
        NewWork(
            RISK,
            key=f"risk:{risk.customer_id}:{request.key}",
            customer_id=risk.customer_id,
            priority=_RISK_PRIORITY,
            facts=risk.facts(policy.zone),
        )
        for risk in found
    ]
    owners = {risk.customer_id: risk.account_manager for risk in found}
    await customers.set_state(conn, list(owners), "at_risk")
    items = await open_work_of(conn, found, wanted)
    events = {item.lead_id: f"standing:{item.id}:opened" for item in items}
    await _tell_workflows(conn, events, "at_risk", "buys less than before", "timing")
    await report_statuses(conn, owners, "at_risk", event_ids=events)
    told = {key: CustomerAtRisk(customer_id=customer_id, reason="buys_less") for customer_id, key in events.items()}
    await announce_all(conn, told, at=datetime.now(UTC))
    return FoundRisks(customers=len(found))


async def settle_concern(conn: Connection, customer: Customer, item: WorkItem, by: str) -> None:
    """A complaint or risk is settled; after the last one the customer is active again."""
    if customer.state == "at_risk" and not await work.open_of(conn, customer.id, CONCERNS):
        await customers.set_state(conn, [customer.id], "active")
        owner, event_id = customer.account_manager, f"standing:{item.id}:kept"
        await _report(conn, customer.id, owner, "active", f"{item.kind} settled", by, event_id=event_id)


async def stay_at_risk(conn: Connection, customer_id: str, by: str) -> None:
    """Tell the workflow that a customer is still at risk, which takes whoever answers a reminder as well again."""
    if (await customers.get(conn, customer_id)).state == "at_risk":
        event_id = f"standing:{customer_id}:{new_id()}"
        await _tell_workflow(conn, customer_id, "at_risk", "a complaint or a risk is open", by, event_id=event_id)


async def follow_concerns(conn: Connection, customer: Customer, by: str, *, event_id: str) -> None:
    """Complaints and risks came from another record, or went back to it: the customer is at risk while one is open."""
    if not customer.may_be_nudged:
        return
    status: CustomerStatus = "at_risk" if await work.open_of(conn, customer.id, CONCERNS) else "active"
    if status != customer.state:
        await customers.set_state(conn, [customer.id], status)
        reason = "a complaint" if status == "at_risk" else "no complaint is open"
        owner = customer.account_manager
        await _report(conn, customer.id, owner, status, reason, by, event_id=f"standing:{event_id}")


async def end_risk_by_order(conn: Connection, customer: Customer) -> str | None:
    """An order settles the risk that a customer might not return, but no complaint; the new status, if it changed."""
    for item in await work_items.cancel_for_lead(conn, customer.id, kinds=[RISK], result="ordered"):
        await publish(conn, "work.closed", item_id=item.id, customer_id=customer.id)
    if customer.state != "at_risk" or await work.open_of(conn, customer.id, CONCERNS):
        return None
    await customers.set_state(conn, [customer.id], "active")
    return "active"


async def lose_customer(conn: Connection, customer_id: str, *, reason: str, by: str, event_id: str) -> None:
    """A customer has left: nothing more is planned, and the workflow hands them to tier 2 to be won back."""
    await mark_lost(conn, customer_id, event_id=event_id)
    await _tell_workflow(conn, customer_id, "lost", reason, by, event_id=event_id)


async def mark_lost(conn: Connection, customer_id: str, *, event_id: str) -> None:
    """The record of a customer who left: no nudge, and no work or mail but about money. The register hears of it."""
    await report_lost(conn, await customers.get(conn, customer_id, lock=True), event_id=event_id)
    await customers.set_state(conn, [customer_id], "lost")
    await customers.plan_nudge(conn, customer_id, None)
    await work_items.cancel_for_lead(conn, customer_id, kinds=["nudge", RISK, COMPLAINT, "inbound"], result="left")
    await withdraw_mails(conn, customer_id, purpose="nudge")
    await publish(conn, "customer.lost", customer_id=customer_id)
    await announce(conn, CustomerLeft(customer_id=customer_id), key=event_id, at=datetime.now(UTC))


async def _report(
    conn: Connection, customer_id: str, owner: str | None, status: CustomerStatus, reason: str, by: str, *,
    event_id: str,
) -> None:  # fmt: skip
    """Tell the workflow and the register how things stand from now on."""
    await _tell_workflow(conn, customer_id, status, reason, by, event_id=event_id)
    await report_status(conn, customer_id, status, owner, event_id=event_id)


async def _tell_workflow(
    conn: Connection, customer_id: str, status: CustomerStatus, reason: str, by: str, *, event_id: str
) -> None:
    await _tell_workflows(conn, {customer_id: event_id}, status, reason, by)


async def _tell_workflows(
    conn: Connection, events: Mapping[str, str], status: CustomerStatus, reason: str, by: str
) -> None:
    """Tell the workflows of these customers, each by its own event."""
    at = datetime.now(UTC)
    answers: dict[str, Answer] = {
        ids.customer(customer_id): CustomerStatusChanged(
            event_id=event_id, at=at, by=by, standing=status, reason=reason
        )
        for customer_id, event_id in events.items()
    }
    await outbox.signal_all(conn, "standing_changed", answers, when_missing="drop")
    await publish_all(conn, "customer.changed", [{"customer_id": customer_id} for customer_id in events])
