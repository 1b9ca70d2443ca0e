"""A lead's story as tier 2 tells it."""

from __future__ import annotations

from datetime import UTC, datetime

from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.chassis.person_names import ids_in, names_of
from services.chassis.stories import ENGLISH, Part, Place, Speech, page_of, spoken
from services.conversion.domain.stages import FINAL
from services.conversion.domain.story import Telling, told
from services.conversion.domain.story_waits import deal_waits, waits_for
from services.conversion.repository import deals, story, trail
from services.conversion.repository.policies import policies
from workflows.contracts.base import Tier


async def read_part(
    conn: Connection, lead_id: str, *, limit: int, before: Place | None = None, speech: Speech = ENGLISH
) -> Part:
    """Tier 2's part of a lead's story, `limit` events before a place. Raises NotFound for one that never came here."""
    deal = await deals.latest(conn, lead_id)
    if deal is None:
        raise NotFound(f"There is no deal of lead {lead_id}")
    policy = await policies.rules(conn)
    found = await story.page(conn, lead_id, limit=limit + 1, before=before)
    items = await story.open_items(conn, lead_id)
    records = [dict(one) for one in (*found, *items)] + [{"owner": deal.owner, "sourced_by": deal.sourced_by}]
    people = await names_of(conn, ids_in(records), trail.PEOPLE)
    telling = Telling(zone=policy.zone, names=people, speech=speech)
    events, older = page_of([told(fact, telling) for fact in found], limit)
    now = datetime.now(UTC)
    waiting = [waits_for(item, telling, now) for item in items]
    return Part(
        tier=Tier.CONVERSION,
        lead_id=lead_id,
        company=deal.contact.company,
        stage=spoken(deal.stage),
        owner=telling.name(deal.owner),
        owner_id=deal.owner,
        since=deal.stage_since,
        here=deal.stage not in FINAL,
        zone=policy.zone.key,
        waiting=[*waiting, *deal_waits(deal, telling, now)],
        events=events,
        older=older,
        people=people,
    )
