"""What operators do with a lead: it goes to the tier whose business it is, and is done there as people's acts are."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.errors import Conflict, DomainError, Unavailable
from services.chassis.sentences import said
from services.chassis.stories import Part
from services.ops.actions.stories import Reached, read_parts
from services.ops.domain.acts import Acted, Changed
from services.ops.domain.story import holder, last_of
from services.ops.domain.workflows import BADLY
from services.ops.histories import TemporalAway, workflows_of
from services.ops.tiers import Order, TierAway
from workflows.contracts import ids
from workflows.contracts.base import Tier

_MOST_RUNNING = 20
# The same key with other facts of Temporal: it was done with it before, and what it began has gone on since.
_NOTHING = ("nothing_to_do", "started_again", "idempotency_mismatch")
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
    part = holder(parts)
    try:
        workflows = await workflows_of(sources.temporal, part.lead_id)
    except TemporalAway as away:
        raise Unavailable(f"Temporal is needed for this, and it {away}", code="temporal_away") from None
    seen = order.model_copy(update={"running": [one.id for one in workflows if one.runs][:_MOST_RUNNING]})
    last = last_of(workflows, _WORKFLOW[Tier(part.tier)](part.lead_id))
    failed = {"restart": True, "ended_at": last.closed_at} if last and last.status in BADLY else {}
    found: list[Changed] = []
    nothing = said("nothing of this lead failed or is set aside")
    if last and last.runs:
        nothing = said("nothing to do: its workflow runs, and nothing is set aside")
    for tier in parts:
        here = seen.model_copy(update=failed) if tier.value == part.tier else seen
        try:
            found += await _ask(sources, tier, parts, here, key)
        except DomainError as refused:
            if refused.code not in _NOTHING:
                raise
            nothing = refused.message if refused.code == "started_again" else nothing
    if not found:
        raise Conflict(nothing, code="nothing_to_do")
    return found
