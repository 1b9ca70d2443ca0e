"""Writing into tier 1's register what the record of whoever has the lead says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from services.account_mgmt.repository import customers
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict
from services.conversion.domain.stages import FINAL
from services.conversion.repository import deals
from services.lead_gen.actions.customers import register_customer
from services.lead_gen.actions.leads import update_register
from services.lead_gen.repository import leads
from workflows.contracts import ids
from workflows.contracts.base import ContactCard, Tier
from workflows.contracts.lead_gen import RegisterCustomer, RegisterUpdate

_IN_CARE = frozenset({"active", "at_risk", "opted_out"})


class Found(NamedTuple):
    """Where a lead is by its record, and who it is."""

    place: RegisterUpdate
    card: ContactCard


async def of_deal(conn: Connection, lead_id: str) -> Found | None:
    """By tier 2's open deal; none if there is none."""
    deal = await deals.latest(conn, lead_id)
    if deal is None or deal.stage in FINAL:
        return None
    # The register knows three stages of tier 2; what a deal in work is doing is the deal's to say.
    stage = deal.stage if deal.stage in ("offered", "asleep") else "accepted"
    return Found(_update(lead_id, Tier.CONVERSION, stage, deal.owner, deal.workflow_id), deal.contact)


async def of_customer(conn: Connection, customer_id: str) -> Found | None:
    """By tier 3's customer in care; none if there is none. Raises NotFound."""
    one = await customers.get(conn, customer_id)
    if one.state not in _IN_CARE:
        return None
    update = _update(one.id, Tier.ACCOUNT_MGMT, one.state, one.account_manager, ids.customer(one.id))
    return Found(update, one.contact)


async def write(conn: Connection, found: Found) -> str:
    """Write it, in a transaction of tier 1. A lead that the register does not know is entered by its card."""
    place = found.place
    known = await conn.fetchval("SELECT EXISTS (SELECT FROM leads WHERE id = $1)", place.lead_id)
    if not known:
        if any([await leads.find_by_phone(conn, phone) for phone in found.card.phones]):
            raise Conflict(
                "the register has another lead with its number: a supervisor of tier 1 looks which of the two it is",
                code="no_safe_act",
            )
        entry = RegisterCustomer(
            key=f"{place.key}:entered", customer_id=place.lead_id, contact=found.card, owner=place.owner,
            workflow_id=place.workflow_id, at=place.at,
        )  # fmt: skip
        await register_customer(conn, entry)
    await update_register(conn, place)
    return (
        f"the register {'says' if known else 'did not know it, and says now'} {place.stage}, {place.owner or 'nobody'}"
    )


def _update(lead_id: str, tier: Tier, stage: str, owner: str | None, workflow_id: str) -> RegisterUpdate:
    return RegisterUpdate(
        key=f"repair:{new_id()}",
        lead_id=lead_id,
        tier=tier,
        stage=stage,
        owner=owner,
        workflow_id=workflow_id,
        at=datetime.now(UTC),
    )
