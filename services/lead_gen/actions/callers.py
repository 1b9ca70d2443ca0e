"""Callers: added and changed by the supervisor."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish_all
from services.lead_gen.actions.rota import plan_anew
from services.lead_gen.domain.callers import Caller, CallerProfile
from services.lead_gen.repository import callers, campaigns
from services.lead_gen.schemas.callers import CallerChange, NewCaller


async def add_caller(conn: Connection, new: NewCaller) -> Caller:
    """Add a caller. Raises Invalid naming an unknown campaign, Conflict `duplicate` if the id is taken."""
    await _check_campaigns(conn, new.campaigns)
    caller = await callers.add(conn, CallerProfile.of(new))
    if caller is None:
        raise Conflict(f"There is already a caller {new.id}", code="duplicate", field="id")
    return caller


async def change_caller(conn: Connection, caller_id: str, change: CallerChange) -> Caller:
    """Change what is given. Somebody who is no longer active holds nothing, and their callbacks go to the pool.

    Raises NotFound, Invalid naming a field that cannot be empty or an unknown campaign.
    """
    await callers.get(conn, caller_id)
    fields = change.model_dump(exclude_unset=True)
    for name in fields.keys() - {"daily_quota", "extension"}:
        if fields[name] is None:
            raise Invalid("cannot be empty", field=name)
    await _check_campaigns(conn, change.campaigns or [])
    caller = await callers.change(conn, caller_id, fields)
    if "active" in fields:
        await plan_anew(conn, caller_id)
    if not caller.active:
        await take_work_back(conn, caller_id)
    return caller


async def take_work_back(conn: Connection, caller_id: str) -> None:
    """Return what the caller holds to the queue, and callbacks of hours when they are away to the pool."""
    await return_leases(conn, caller_id)
    await callers.callbacks_to_pool(conn, caller_id)


async def return_leases(conn: Connection, caller_id: str) -> None:
    """Return what the caller holds to the queue, and tell the pages that show it."""
    returned = await callers.return_leases(conn, caller_id)
    await publish_all(conn, "lease.changed", [{"item_id": item_id} for item_id in returned])


async def _check_campaigns(conn: Connection, wanted: Sequence[str]) -> None:
    known = await campaigns.existing(conn, wanted)
    for position, campaign_id in enumerate(wanted):
        if campaign_id not in known:
            raise Invalid(f"There is no campaign {campaign_id}", field=f"campaigns[{position}]")
