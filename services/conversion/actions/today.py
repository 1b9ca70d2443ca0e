"""Acts of the day's list: what was due is done, and the deal has a next step at once."""

from __future__ import annotations

from datetime import datetime

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.conversion.actions.deals import deal_for, now, plan_next_step, policy_of
from services.conversion.actions.offers import approve_offer, reject_offer
from services.conversion.actions.playbook_steps import finish_step
from services.conversion.domain.deals import Deal
from services.conversion.domain.today import later


async def step_done(
    conn: Connection, deal_id: str, who: Principal, what: str, choice: str, at: datetime | None
) -> Deal:
    """The step is done; `what` comes next, at a time of the day's list or `at`.

    Raises like `deal_for` and `plan_next_step`, and Invalid on `what` or `when`.
    """
    deal = await deal_for(conn, deal_id, who)
    if not what:
        raise Invalid("say what comes next", field="what")
    moment = at or later(choice, (await policy_of(conn, deal)).calendar, now())
    if moment is None:
        raise Invalid("choose when", field="when")
    return await plan_next_step(conn, deal, who, what, moment)


async def playbook_step_done(conn: Connection, deal_id: str, who: Principal, number: int) -> None:
    """A playbook's step is done; what the lead said is written on the deal's page. Raises like `finish_step`."""
    deal = await deal_for(conn, deal_id, who)
    await finish_step(conn, deal, who, number, skip=False, response="none", note=None)


async def decide_discount(conn: Connection, offer_id: str, who: Principal, *, approve: bool, why: str) -> None:
    """Approve an offer's discount, or refuse it. Raises like `approve_offer`."""
    if approve:
        await approve_offer(conn, offer_id, who)
    else:
        await reject_offer(conn, offer_id, who, why or None)
