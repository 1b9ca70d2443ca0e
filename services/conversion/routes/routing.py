"""Routing explained: who would get a lead, and the dry run of a changed rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from services.chassis.errors import Invalid
from services.chassis.http import Conn, allow, new_router
from services.conversion.actions import routing
from services.conversion.actions.deals import now
from services.conversion.domain.routing import Candidate, Routing, Wanted, route, simulate
from services.conversion.repository import deals
from services.conversion.repository.policies import policies
from services.conversion.schemas.routing import DryRun, DryRunAnswer, LeadAsked, Moved, Share

router = new_router(tags=["routing"])
_MOST_LEADS = 2_000
_MOVES_SHOWN = 50


@router.post("/routing/preview", dependencies=[allow("manager", "supervisor")], summary="Who would get this lead now")
async def preview(body: LeadAsked, conn: Conn) -> Routing:
    """The choice with its reason and the alternatives. Nothing is assigned."""
    policy = await policies.rules(conn)
    wanted = Wanted(language=body.language, segment=body.segment, region=body.region, products=tuple(body.products))
    return route(await routing.candidates(conn, policy, now()), wanted)


@router.post("/routing/dry-run", dependencies=[allow("supervisor")], summary="What a changed rule would do")
async def dry_run(body: DryRun, conn: Conn) -> DryRunAnswer:
    """The leads of the last days, routed by the rules of now and by the changed ones. Nothing is changed."""
    policy = await policies.rules(conn)
    # A rule is judged apart from who happens to be away or full at this minute.
    everybody = [
        replace(who, load=0, absent=False, on_duty=True, quota=None)
        for who in await routing.candidates(conn, policy, now())
    ]
    unknown = body.changes.keys() - {who.id for who in everybody}
    if unknown:
        raise Invalid(f"there is no manager {', '.join(sorted(unknown))}", field="changes")
    leads = await deals.offered_since(conn, now() - timedelta(days=body.days), _MOST_LEADS)
    wanted = [routing.wanted_by(deal, sticky=None, excluded=[]) for deal in leads]
    before, after = simulate(everybody, wanted), simulate([_changed(who, body) for who in everybody], wanted)
    moves = [
        Moved(deal_id=deal.id, now=one, changed=other)
        for deal, one, other in zip(leads, before, after, strict=True)
        if one != other
    ]
    counts, counts_after = Counter(before), Counter(after)
    return DryRunAnswer(
        leads=len(leads),
        items=[Share(manager=who.id, now=counts[who.id], changed=counts_after[who.id]) for who in everybody],
        unserved=Share(manager="", now=counts[None], changed=counts_after[None]),
        moves=len(moves),
        moved=moves[:_MOVES_SHOWN],
    )


def _changed(who: Candidate, body: DryRun) -> Candidate:
    rule = body.changes.get(who.id)
    return replace(who, **rule.model_dump(exclude_none=True)) if rule else who
