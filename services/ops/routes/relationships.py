"""Who serves which client, in the classic department and in one of three tiers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from services.chassis.http import Pager, allow, new_router
from services.ops.actions.relationships import read_relationships
from services.ops.domain.relationships import Model
from services.ops.doors import Reachable
from services.ops.schemas.relationships import Relationships

router: APIRouter = new_router(tags=["planner"])


@router.get("/relationships", dependencies=[allow("ops")], summary="Who serves which client in which tier")
async def get_relationships(
    sources: Reachable,
    pager: Pager,
    model: Annotated[Model, Query(description="`three-tier` as the records say; `classic` as it would be.")],
) -> Relationships:
    """`three-tier`: each tier's last employee for the client. `classic`: one of the client's own people does it all.

    Whom a client would have had in a classic department, no record says: one of theirs is taken by the client's id.
    A tier that is away is named in `missing`; without tier 3, which knows the customers, there are none.
    """
    found = await read_relationships(sources.apis, model, limit=pager.limit, after=pager.after)
    return Relationships.of(model, *found)
