"""Routing explained before it happens: who would get a lead, and what a changed rule would do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.conversion.actions.deals import now
from services.conversion.actions.routing import candidates
from services.conversion.domain.deals import wanted_by
from services.conversion.domain.routing import Candidate, Routing, RuleTrial, Wanted, Weighed, route, simulate, weigh
from services.conversion.repository import deals
from services.conversion.repository.policies import policies
from services.conversion.schemas.routing import DryRun

_MOST_LEADS = 2_000


async def preview_routing(conn: Connection, wanted: Wanted) -> Routing:
    """Who would get this lead now, with the reason and the alternatives. Nothing is assigned."""
    return route(await candidates(conn, await policies.rules(conn), now()), wanted)


async def weigh_managers(conn: Connection, wanted: Wanted) -> tuple[Routing, list[Weighed]]:
    """Who would get this lead now, and what every rule says of each manager who is named. Nothing is assigned."""
    everybody = await candidates(conn, await policies.rules(conn), now())
    return route(everybody, wanted), weigh(everybody, wanted)


async def wanted_like(conn: Connection, deal_id: str) -> tuple[str, Wanted]:
    """(company, what its lead asks for) of a deal. Raises NotFound."""
    deal = await deals.get(conn, deal_id)
    return deal.contact.company, wanted_by(deal)


async def try_rules(conn: Connection, asked: DryRun) -> RuleTrial:
    """The leads of the last days, routed by the rules in force and by the changed ones. Raises Invalid on `changes`.

    Everybody counts as present and with room: a rule is judged apart from who happens to be away or full right now.
    """
    everybody = [
        replace(who, load=0, absent=False, on_duty=True, quota=None)
        for who in await candidates(conn, await policies.rules(conn), now())
    ]
    unknown = asked.changes.keys() - {who.id for who in everybody}
    if unknown:
        raise Invalid(f"there is no manager {', '.join(sorted(unknown))}", field="changes")
    leads = await deals.offered_since(conn, now() - timedelta(days=asked.days), _MOST_LEADS)
    wanted = [wanted_by(deal) for deal in leads]
    changed = [_changed(who, asked) for who in everybody]
    return RuleTrial(
        managers=[who.id for who in everybody],
        deals=[deal.id for deal in leads],
        before=simulate(everybody, wanted),
        after=simulate(changed, wanted),
    )


def _changed(who: Candidate, asked: DryRun) -> Candidate:
    rule = asked.changes.get(who.id)
    return replace(who, **rule.model_dump(exclude_none=True)) if rule else who
