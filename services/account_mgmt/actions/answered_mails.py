"""Letters that customers write: work of whoever looks after them, with the text."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.actions.customers import end_reminders, stop_calls
from services.account_mgmt.actions.mails import on_trouble
from services.account_mgmt.actions.work_assignment import NewWork, open_work
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.repository import customers
from services.chassis import outbox
from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.chassis.events import publish
from services.chassis.mail.inbound.inbox import Ears
from services.chassis.mail.inbound.rows import Inbound
from services.chassis.mail.rows import Mail
from workflows.contracts.lead_gen import LeadGenActivities, WithdrawConsent

KIND = "reply"
_PRIORITY = 18
_LONGEST = 2000


async def answered(conn: Connection, inbound: Inbound, _: Mail | None) -> bool:
    """A customer wrote back: urgent work of their account manager, or of whoever covers."""
    customer = await _customer_of(conn, inbound)
    if customer is None:
        return False
    await _open_work(conn, customer, inbound)
    await publish(conn, "customer.changed", customer_id=customer.id)
    return True


async def noticed(conn: Connection, inbound: Inbound, _: Mail | None) -> bool:
    """Out of office: it is in the customer's story, and nothing follows."""
    customer = await _customer_of(conn, inbound)
    if customer is None:
        return False
    await publish(conn, "customer.changed", customer_id=customer.id)
    return True


async def stopped(conn: Connection, inbound: Inbound, _: Mail | None) -> bool:
    """They want no more reminders: none is planned, and tier 1's ledger has the mail as proof."""
    customer = await _customer_of(conn, inbound)
    if customer is None:
        return False
    if customer.state in ("active", "at_risk"):
        await end_reminders(conn, customer, "asked by mail for no more of it", "mail")
    await stop_calls(conn, customer.id)
    await _open_work(conn, customer, inbound)
    withdrawn = WithdrawConsent(
        key=f"mail-stop:{inbound.id}", lead_id=customer.id, basis="asked by mail for no more of it",
        proof=f"mail {inbound.id} of {inbound.received_at:%Y-%m-%d %H:%M} UTC, kept in account_mgmt",
        at=datetime.now(UTC), by="mail",
    )  # fmt: skip
    await outbox.report(
        conn, LeadGenActivities.withdraw_consent, withdrawn, line=f"register:{customer.id}",
        summary="Do not call: they asked by mail",
    )  # fmt: skip
    return True


EARS = Ears(answered=answered, noticed=noticed, stopped=stopped, on_trouble=on_trouble)


async def _customer_of(conn: Connection, inbound: Inbound) -> Customer | None:
    try:
        return await customers.get(conn, inbound.lead_id, lock=True) if inbound.lead_id else None
    except NotFound:
        return None


async def _open_work(conn: Connection, customer: Customer, inbound: Inbound) -> None:
    files = ", ".join(file.name for file in inbound.files)
    said = "\n".join(filter(None, [(inbound.body or inbound.subject)[:_LONGEST], files]))
    facts = {"inbound_id": inbound.id, "sender": inbound.who, "subject": inbound.subject, "text": said}
    new = NewWork(KIND, key=f"{KIND}:{inbound.id}", customer_id=customer.id, priority=_PRIORITY, facts=facts)
    await open_work(conn, new)
