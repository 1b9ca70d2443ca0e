"""All routers of the team's pages."""

from __future__ import annotations

from services.conversion.desk import absences, hand_on, team, team_commission

ROUTERS = [team.router, hand_on.router, absences.router, team_commission.router]
