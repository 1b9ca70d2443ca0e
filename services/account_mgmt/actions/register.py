"""What tier 1's register hears of a customer, in the transaction of the record that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.repository import customer_merges
from services.chassis import outbox
from services.chassis.db import Connection
from workflows.contracts import ids
from workflows.contracts.base import Tier
from workflows.contracts.lead_gen import ContactCorrected, LeadGenActivities, RegisterCustomer, RegisterUpdate

WIN_BACK = "win_back"


async def report_status(conn: Connection, customer_id: str, status: str, owner: str | None, *, event_id: str) -> None:
    """Tell the register how things stand with a customer, and who looks after it."""
    await _report(conn, customer_id, Tier.ACCOUNT_MGMT, status, owner, ids.customer(customer_id), event_id)


async def report_statuses(
    conn: Connection, owners: Mapping[str, str | None], status: str, *, event_ids: Mapping[str, str]
) -> None:
    """As `report_status`, of many customers by their ids."""
    requests = [
        _place(customer_id, Tier.ACCOUNT_MGMT, status, owner, ids.customer(customer_id), event_ids[customer_id])
        for customer_id, owner in owners.items()
    ]
    await _report_all(conn, requests, status)


async def report_lost(conn: Connection, customer: Customer, *, event_id: str) -> None:
    """Tell the register of a customer who left: tier 2 wins them back, unless they want to hear nothing.

    `customer` is the record before it was marked lost.
    """
    if customer.state == "opted_out":
        await report_status(conn, customer.id, "lost", customer.account_manager, event_id=event_id)
        return
    workflow_id = ids.conversion(customer.id)
    await _report(conn, customer.id, Tier.CONVERSION, WIN_BACK, customer.won_by, workflow_id, event_id)


async def _report(
    conn: Connection, customer_id: str, tier: Tier, stage: str, owner: str | None, workflow_id: str, event_id: str
) -> None:
    await _report_all(conn, [_place(customer_id, tier, stage, owner, workflow_id, event_id)], stage)


def _place(
    customer_id: str, tier: Tier, stage: str, owner: str | None, workflow_id: str, event_id: str
) -> RegisterUpdate:
    return RegisterUpdate(
        key=f"{event_id}:register", lead_id=customer_id, tier=tier, stage=stage, owner=owner,
        workflow_id=workflow_id, at=datetime.now(UTC),
    )  # fmt: skip


async def report_alias(conn: Connection, gone_id: str, kept: Customer, *, event_id: str) -> None:
    """Tell the register that calls of a customer who was merged are for the one that stays."""
    place = _place(gone_id, Tier.ACCOUNT_MGMT, kept.state, kept.account_manager, ids.customer(kept.id), event_id)
    await _report_all(conn, [place], "merged into another customer")


async def _report_all(conn: Connection, updates: Sequence[RegisterUpdate], stage: str) -> None:
    gone = await customer_merges.aliases(conn, [update.lead_id for update in updates])
    updates = [*updates, *(_of_alias(update, one) for update in updates for one in gone.get(update.lead_id, ()))]
    requests = [(update, f"register:{update.lead_id}") for update in updates]
    await outbox.report_all(conn, LeadGenActivities.update_register, requests, summary=f"Register: {stage}")


async def report_contact(
    conn: Connection, customer: Customer, fields: Sequence[str], by: str, *, event_id: str, at: datetime
) -> None:
    """Tell the register who a customer is, as was written down here: these fields of the card."""
    corrected = ContactCorrected(
        key=f"contact:{event_id}", lead_id=customer.id, contact=customer.contact, fields=list(fields), by=by, at=at
    )
    await outbox.report(
        conn, LeadGenActivities.correct_contact, corrected, line=f"register:{customer.id}",
        summary="Register: who the customer is",
    )  # fmt: skip


def _of_alias(update: RegisterUpdate, gone_id: str) -> RegisterUpdate:
    """The same about somebody who was merged into this customer, whose calls are theirs."""
    return update.model_copy(update={"key": f"{update.key}:{gone_id}", "lead_id": gone_id})


async def introduce_customer(conn: Connection, customer: Customer, owner: str | None, *, event_id: str) -> None:
    """Make an imported customer known to the register, so that its calls reach its account manager."""
    request = RegisterCustomer(
        key=f"{event_id}:register", customer_id=customer.id, contact=customer.contact, owner=owner,
        workflow_id=ids.customer(customer.id), at=datetime.now(UTC),
    )  # fmt: skip
    await outbox.report(
        conn, LeadGenActivities.register_customer, request, line=f"register:{customer.id}",
        summary="Register: an existing customer",
    )  # fmt: skip
