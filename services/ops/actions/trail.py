"""The audit of all tiers."""

from __future__ import annotations

from collections.abc import AsyncIterator

from services.chassis.errors import Unavailable
from services.chassis.trail import Line, Wanted
from services.ops.actions.stories import Reached
from services.ops.domain.trail import Trail, TrailLine, merged
from services.ops.tiers import of_each
from workflows.contracts.base import Tier

_AT_ONCE = 199
MOST_EXPORTED = 20_000
"""So many lines are in a file at most: more are asked for by a narrower filter."""


async def read_trail(sources: Reached, wanted: Wanted, limit: int) -> Trail:
    """A page of it, the latest first. A tier that is away is named, and the others are told."""

    async def ask(tier: Tier) -> list[Line]:
        return await sources.apis.trail(tier, wanted, limit + 1)

    found, missing = await of_each(ask)
    return merged(found, missing, limit)


async def read_named_trail(sources: Reached, wanted: Wanted, limit: int) -> Trail:
    """The same, and whom the tier of a line does not know by name is called as their own tier calls them."""
    trail = await read_trail(sources, wanted, limit)
    return trail.called(await staff_names(sources)) if trail.unnamed else trail


async def staff_names(sources: Reached) -> dict[str, str]:
    """What people of the tiers' staff are called, by id; without those of a tier that is away."""
    found, _missing = await of_each(sources.apis.people)
    return {one.id: one.name for people in found.values() for one in people}


async def every_line(sources: Reached, wanted: Wanted) -> AsyncIterator[TrailLine]:
    """All lines that are wanted, page by page. Raises Unavailable if a tier goes away: a file must be whole."""
    count = 0
    while count < MOST_EXPORTED:
        trail = await read_trail(sources, wanted, _AT_ONCE)
        if trail.missing:
            raise Unavailable(f"{trail.missing[0].what} is needed for this", code="tier_away")
        for line in trail.lines:
            yield line
        count += len(trail.lines)
        if trail.older is None:
            return
        wanted = wanted.model_copy(update={"before": trail.older})
