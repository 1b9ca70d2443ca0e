"""Who may approve: nobody what they asked for themselves."""

from __future__ import annotations

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Forbidden
from services.chassis.sentences import said
from services.conversion.actions.deals import policy_of
from services.conversion.domain.deals import Deal
from services.conversion.domain.offers import Offer, is_own_request
from services.conversion.repository import supervisors


async def check_not_own(conn: Connection, offer: Offer, deal: Deal, who: Principal) -> None:
    """Raise Forbidden `own_request`, naming who can, if somebody asked for this discount or sells by it themselves.

    It goes by the person: whoever asked as a manager, or has taken the deal over since, is no supervisor of it.
    """
    if not is_own_request(who.person, offer.created_by, deal.owner):
        return
    able = set(await supervisors.others(conn, [name for name in (offer.created_by, deal.owner) if name]))
    escalates_to = (await policy_of(conn, deal)).approval_escalate_to
    if escalates_to and not is_own_request(escalates_to, offer.created_by, deal.owner):
        able.add(escalates_to)
    why = said("you asked for this discount" if offer.created_by == who.person else "this deal is your own")
    named = f": {', '.join(sorted(able))}" if able else ""
    raise Forbidden(
        f"{why}, so another supervisor decides on it{named}", code="own_request", detail={"who_can": sorted(able)}
    )
