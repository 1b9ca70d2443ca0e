"""What the bar of every page of this tier shows: how many deals somebody works on, and whether they are on duty."""

from __future__ import annotations

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.conversion.actions.deals import SUPERVISOR, now
from services.conversion.domain.duty import Bar, duty_of
from services.conversion.domain.policy import Policy
from services.conversion.repository import desk_bar as rows
from services.conversion.repository.policies import policies


async def desk_bar(conn: Connection, who: Principal, policy: Policy | None = None) -> Bar:
    """Figures and duty of this person at this moment; `policy` are the rules in force, if the page has read them."""
    at = now()
    policy = policy or await policies.rules(conn)
    is_supervisor = who.role == SUPERVISOR or who.is_ops
    month = f"{at.astimezone(policy.zone):%Y-%m}"
    found = await rows.figures(conn, None if is_supervisor else who.person, month, at)
    duty = None if is_supervisor else duty_of(found, policy.calendar, at)
    return Bar(figures=found, duty=duty, month=month, is_supervisor=is_supervisor)
