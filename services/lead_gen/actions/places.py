"""Where leads are: edited by hand, and what follows for the call that waits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.lead_gen.domain.callers import group_of
from services.lead_gen.domain.leads import Lead
from services.lead_gen.domain.places import edited_place
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.window import next_open_if_any
from services.lead_gen.repository import audit, enrolment, lead_places, leads
from services.lead_gen.repository.policies import policies
from services.lead_gen.schemas.leads import LeadChange

# Contact data: the audit says that it was changed, not what it was.
_PRIVATE = frozenset({"contact_name"})


async def change_lead(conn: Connection, lead_id: str, change: LeadChange, by: str) -> Lead:
    """Change what is known of a lead; what its place says by itself is worked out anew, and its waiting call moves.

    Raises NotFound, Conflict `wrong_state` for one that was erased or merged.
    """
    lead = await leads.lock(conn, lead_id)
    if lead.stage in ("erased", "merged"):
        raise Conflict(f"The lead is {lead.stage}", code="wrong_state", detail={"stage": lead.stage})
    given = change.model_dump(exclude_unset=True)
    changed = {name: value for name, value in given.items() if value != getattr(lead, name)}
    place = edited_place(lead.model_dump(), given, lead.phones)
    audit_id = await audit.add(conn, "edit", by, lead_id=lead_id, facts=_facts(lead, changed))
    await lead_places.write(conn, lead_id, {**changed, **place})
    await move_waiting_calls(conn, [lead_id])
    await audit.complete(conn, audit_id, 1)
    await publish(conn, "lead.changed", lead_id=lead_id)
    return await leads.get(conn, lead_id)


def _facts(lead: Lead, changed: dict[str, Any]) -> dict[str, Any]:
    return {
        name: "changed" if name in _PRIVATE else {"from": getattr(lead, name), "to": value}
        for name, value in changed.items()
    }


async def move_waiting_calls(conn: Connection, lead_ids: Collection[str]) -> None:
    """Let the calls that wait for these leads wait for the hours and the callers that their place asks for now."""
    waiting = await lead_places.waiting_calls(conn, lead_ids)
    if not waiting:
        return
    policy, now = await policies.rules(conn), datetime.now(UTC)
    for lead in await leads.in_order(conn, [call.lead_id for call in waiting]):
        for call in waiting:
            if call.lead_id == lead.id:
                at = max(call.not_before, now)
                at = next_open_if_any(policy, lead.calling_zones, at) or at
                group = group_of(call.campaign_id, lead.calling_zones, lead.calling_languages)
                await lead_places.move_call(conn, call, group, at)


async def never_callable(conn: Connection, policy: Policy) -> list[str]:
    """Of the groups of zones that leads without a zone may be in, those without any calling hour in common."""
    now = datetime.now(UTC)
    return [zones for zones in await enrolment.unknown_zones(conn) if next_open_if_any(policy, zones, now) is None]
