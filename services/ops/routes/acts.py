"""What operators do with a lead. `Idempotency-Key` is honoured by the tier that does it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header

from services.chassis.http import Id, allow, new_router
from services.ops.actions.acts import act
from services.ops.doors import Reachable
from services.ops.schemas.acts import Done, Plain, Reassign

router: APIRouter = new_router(tags=["acts"])
_OPS = [allow("ops")]
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=255, description="The same key does it once.")]


@router.post("/leads/{lead_id}/retry", dependencies=_OPS, summary="Send again what failed")
async def retry(sources: Reachable, lead_id: Id, body: Plain, key: Key = None) -> Done:
    """Answers that were set aside, in every tier; and a failed workflow of the tier that has the lead, from its record.

    409 `nothing_to_do` if nothing failed.
    """
    return Done.of(await act(sources, lead_id, body.order("retry"), key))


@router.post("/leads/{lead_id}/skip", dependencies=_OPS, summary="Pass over the step that waits")
async def skip(sources: Reachable, lead_id: Id, body: Plain, key: Key = None) -> Done:
    """A call that waits, an offer to a manager, a reminder of a purchase; 409 `no_safe_skip` for everything else."""
    return Done.of(await act(sources, lead_id, body.order("skip"), key))


@router.post("/leads/{lead_id}/cancel", dependencies=_OPS, summary="Give a lead up")
async def cancel(sources: Reachable, lead_id: Id, body: Plain, key: Key = None) -> Done:
    """Whichever tier has it: open work is closed, and its workflow ends with an empty inbox. Debts stay."""
    return Done.of(await act(sources, lead_id, body.order("cancel"), key))


@router.post("/leads/{lead_id}/reassign", dependencies=_OPS, summary="Give a lead to somebody else")
async def reassign(sources: Reachable, lead_id: Id, body: Reassign, key: Key = None) -> Done:
    """Another person of the tier that has it or, without `to`, the queue. 422 on `to` for whoever is not there."""
    return Done.of(await act(sources, lead_id, body.order("reassign"), key))
