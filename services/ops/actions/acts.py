"""What operators do with a lead: it goes to the tier whose business it is, and is done there as people's acts are."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.errors import Conflict, DomainError, Unavailable
from services.chassis.stories import Part
from services.ops.actions.stories import Reached, read_parts
from services.ops.domain.acts import Acted, Changed
from services.ops.domain.story import holder, last_of
from services.ops.histories import TemporalAway, workflows_of
from services.ops.tiers import Order, TierAway
from workflows.contracts import ids
from workflows.contracts.base import Tier

_FAILED = ("failed", "terminated", "timed out")
_WORKFLOW = {Tier.LEAD_GEN: ids.cold_call, Tier.CONVERSION: ids.conversion, Tier.ACCOUNT_MGMT: ids.customer}


async def act(sources: Reached, lead_id: str, order: Order, key: str | None) -> Acted:
    """Do it, or show what it would change.

    A lead is given up by tier 1, which knows who has it. What is sent again may be in any tier. Everything else is the
    business of the tier that has the lead.

    Raises NotFound, Conflict `not_set_up`, what the tier refuses, and Unavailable while a tier that is needed is away.
    """
    if unnamed := sources.apis.unnamed:
        raise Conflict(f"LEADRELAY_TIER_APIS does not name the API of {', '.join(unnamed)}", code="not_set_up")
    parts = await read_parts(sources, lead_id)
    try:
        if order.act == "retry":
            changes = await _retry(sources, parts, order, key)
        else:
            tier = Tier.LEAD_GEN if order.act == "cancel" else Tier(holder(parts).tier)
            changes = await _ask(sources, tier, parts, order, key)
    except TierAway as away:
        raise Unavailable(f"{away.tier} is needed for this, and {away}", code="tier_away") from None
    return Acted(lead_id=lead_id, act=order.act, dry_run=order.dry_run, changes=changes)


async def _ask(
    sources: Reached, tier: Tier, parts: Mapping[Tier, Part], order: Order, key: str | None
) -> list[Changed]:
    lead_id = parts[tier].lead_id if tier in parts else holder(parts).lead_id
    done = await sources.apis.act(tier, lead_id, order, key=None if order.dry_run else key)
    return [Changed(tier=tier.value, words=words) for words in done]


async def _retry(sources: Reached, parts: Mapping[Tier, Part], order: Order, key: str | None) -> list[Changed]:
    """Every tier that had the lead sends again what it has set aside; who has it starts a failed workflow again."""
    restart = await _failed(sources, holder(parts))
    found: list[Changed] = []
    for tier in parts:
        here = order.model_copy(update={"restart": restart and tier.value == holder(parts).tier})
        try:
            found += await _ask(sources, tier, parts, here, key)
        except DomainError as refused:
            if refused.code != "nothing_to_do":
                raise
    if not found:
        raise Conflict("nothing of this lead failed or was set aside", code="nothing_to_do")
    return found


async def _failed(sources: Reached, part: Part) -> bool:
    """Whether the workflow of the tier that has the lead ended badly and was not started again."""
    try:
        workflows = await workflows_of(sources.temporal, part.lead_id)
    except TemporalAway as away:
        raise Unavailable(f"Temporal is needed for this, and it {away}", code="temporal_away") from None
    last = last_of(workflows, _WORKFLOW[Tier(part.tier)](part.lead_id))
    return last is not None and last.status in _FAILED
