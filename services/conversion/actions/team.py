"""Reading the team's page: each part by itself, because each is fetched again when something of it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.chassis.db import Connection
from services.conversion.actions.deal_board import day_of
from services.conversion.actions.deals import now
from services.conversion.actions.routing import candidates
from services.conversion.domain.duty import duty_of
from services.conversion.domain.policy import Policy
from services.conversion.domain.team import Approval, Team, approval_of, team_of
from services.conversion.domain.team_waiting import Waiting, in_order
from services.conversion.repository import managers, team, team_waiting
from services.conversion.repository.policies import policies

SHOWN = 12
"""Rows of what waits before somebody asks for all."""
_READ = 100
_WHOLE = 200
_APPROVALS = 20
_MANAGER = "manager"


async def read_team(conn: Connection, policy: Policy, narrowed_to: str | None = None) -> Team:
    """Who has what: of everybody, or of one team."""
    at = now()
    begins, ends = day_of(at, policy.zone)
    rows = await team.members(conn, at, begins, ends)
    return team_of(
        [(row, duty_of(row, policy.calendar, at)) for row in rows],
        await candidates(conn, policy, at),
        days=policy.fair_share_over.days,
        team=narrowed_to,
        deciding=await team.deciding(conn),
    )


async def read_waiting(conn: Connection, policy: Policy, of: str = "", *, whole: bool = False) -> Waiting:
    """What waits or is late, of everybody or of one manager; `whole` shows up to two hundred."""
    at = now()
    rows = await team_waiting.waiting(conn, at, _WHOLE if whole or of else _READ, of or None)
    return in_order(rows, policy.zone, at, _WHOLE if whole or of else SHOWN, of)


async def read_approvals(conn: Connection) -> Sequence[Approval]:
    """Up to twenty offers above a manager's limit that wait for a decision, the most urgent first."""
    return [
        approval_of(offer, (await policies.rules(conn, offer.policy_version)).limit_of(_MANAGER))
        for offer in await team.asked_offers(conn, _APPROVALS)
    ]


async def receivers(conn: Connection) -> Mapping[str, str]:
    """Names by id of those who can be given something: active managers, at most five hundred."""
    return await managers.names(conn, limit=500)
