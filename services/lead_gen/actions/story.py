"""A lead's story as tier 1 tells it, and finding the lead that somebody means."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from services.chassis.contacts.masks import mask_phone
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.person_names import ids_in, names_of
from services.chassis.stories import ENGLISH, Part, Place, Speech, page_of, spoken
from services.lead_gen.domain.leads import Lead, LeadFilter
from services.lead_gen.domain.phones import read_phone
from services.lead_gen.domain.policy import HOME_ZONE
from services.lead_gen.domain.story import FoundLead, Telling, told, waits_for
from services.lead_gen.repository import audit, callers, leads, story, trail
from services.lead_gen.repository.policies import policies
from workflows.contracts.base import Tier

_PHONE = re.compile(r"[+()\d][\d\s().\-/+]*(?:(?:ext\.?|x|;ext=)\s*\d{1,8})?", re.IGNORECASE)
_LEAST_DIGITS = 7


async def read_part(
    conn: Connection, lead_id: str, *, limit: int, before: Place | None = None, speech: Speech = ENGLISH
) -> Part:
    """Tier 1's part of a lead's story, `limit` events before a place. Raises NotFound."""
    lead = await leads.get(conn, lead_id)
    policy = await policies.rules(conn)
    telling = Telling(zone=ZoneInfo(HOME_ZONE), max_attempts=policy.max_attempts, speech=speech)
    found = await story.page(conn, lead_id, limit=limit + 1, before=before)
    events, older = page_of([told(fact, telling) for fact in found], limit)
    items = await story.open_work(conn, lead_id)
    names = await callers.names(conn, {who for item in items for who in (item.leased_by, item.assignee) if who})
    now = datetime.now(UTC)
    return Part(
        tier=Tier.LEAD_GEN,
        lead_id=lead.id,
        company=lead.company,
        stage=spoken(lead.stage),
        owner=lead.owner,
        since=await story.since(conn, lead_id),
        here=lead.tier == Tier.LEAD_GEN,
        merged_into=await story.merged_into(conn, lead_id),
        zone=HOME_ZONE,
        waiting=[waits_for(item, names, now, policy.callback_grace, speech) for item in items],
        events=events,
        older=older,
        people=await names_of(conn, ids_in([dict(fact) for fact in found] + [{"owner": lead.owner}]), trail.PEOPLE),
    )


async def find_leads(
    conn: Connection, wanted: str, region: str, by: str, *, limit: int, after: tuple[datetime, str] | None = None
) -> list[FoundLead]:
    """The leads that somebody may mean by an id, a number in any usual spelling, or part of a company's name.

    Looking up a number is in the audit, without the number. Raises Invalid `region`.
    """
    try:
        return _found(await leads.in_order(conn, [str(uuid.UUID(wanted))]))
    except ValueError:
        pass
    if (numbers := _numbers(wanted, region)) and after is None:
        known = list(dict.fromkeys([one for number in numbers for one in await leads.reached_by(conn, number)]))
        audit_id = await audit.add(conn, "find", by, lead_id=known[0] if len(known) == 1 else None)
        await audit.complete(conn, audit_id, len(known))
        if known:
            return _found(await leads.in_order(conn, known[:limit]))
    return _found(await leads.page(conn, LeadFilter(q=wanted), limit=limit, after=after))


def _numbers(wanted: str, region: str) -> list[str]:
    """What somebody may mean who writes this as a number: as it stands, and as one that lacks its plus."""
    if not _PHONE.fullmatch(wanted) or sum(letter.isdecimal() for letter in wanted) < _LEAST_DIGITS:
        return []
    numbers = []
    for spelling in dict.fromkeys([wanted, f"+{wanted.removeprefix('00')}"]):
        try:
            numbers.append(read_phone(spelling, region, "wanted"))
        except Invalid as error:
            if error.field != "wanted":
                raise
    return list(dict.fromkeys(numbers))


def _found(found: Sequence[Lead]) -> list[FoundLead]:
    return [
        FoundLead.model_validate({**dict(lead), "lead_id": lead.id, "phones": [mask_phone(one) for one in lead.phones]})
        for lead in found
    ]
