"""A lead's story as tier 3 tells it."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.domain.customers import GONE
from services.account_mgmt.domain.lead_story import customer_waits, told, waits_for
from services.account_mgmt.domain.telling import Telling
from services.account_mgmt.repository import account_managers, customers, lead_story, trail
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection
from services.chassis.person_names import ids_in, names_of
from services.chassis.stories import ENGLISH, Part, Place, Speech, page_of, spoken
from workflows.contracts.base import Tier


async def read_part(
    conn: Connection, lead_id: str, *, limit: int, before: Place | None = None, speech: Speech = ENGLISH
) -> Part:
    """Tier 3's part of a lead's story, `limit` events before a place. Raises NotFound for whoever is no customer."""
    customer = await customers.get(conn, lead_id)
    zone, now = (await policies.rules(conn)).zone, datetime.now(UTC)
    found = await lead_story.page(conn, lead_id, limit=limit + 1, before=before)
    events, older = page_of([told(fact, Telling(zone, speech)) for fact in found], limit)
    waiting = [waits_for(item, now, speech) for item in await lead_story.open_items(conn, lead_id)]
    is_here = customer.state not in GONE and customer.merged_into is None
    return Part(
        tier=Tier.ACCOUNT_MGMT,
        lead_id=lead_id,
        company=customer.contact.company,
        stage=spoken(customer.state),
        owner=await account_managers.name_of(conn, customer.account_manager) or customer.account_manager,
        owner_id=customer.account_manager,
        here=is_here,
        merged_into=customer.merged_into,
        zone=zone.key,
        waiting=[*waiting, *(customer_waits(lead_id, await lead_story.waits(conn, lead_id), now, speech))],
        events=events,
        older=older,
        people=await names_of(conn, ids_in([dict(fact) for fact in found]), trail.PEOPLE),
    )
