"""Free time, for managers and for callers of tier 1 with a lead on the phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from services.chassis.auth import Principal
from services.chassis.http import Conn, Who, allow, new_router
from services.conversion.actions.meeting_slots import TimesAsked, free_times
from services.conversion.domain.routing import Wanted
from services.conversion.repository.policies import policies
from services.conversion.schemas.common import Moment
from services.conversion.schemas.meeting_slots import Slots
from services.conversion.schemas.meetings import Minutes
from workflows.contracts.base import Tier

router = new_router(tags=["meetings"], guests={Tier.LEAD_GEN: ("caller", "supervisor")})
Fact = Annotated[str | None, Query(max_length=200)]


@dataclass(frozen=True)
class SlotsQuery:
    """Which free time is asked for."""

    manager: Annotated[str | None, Query(max_length=100, description="A manager reads their own, if not given.")] = None
    start: Annotated[Moment | None, Query(alias="from", description="Now, if not given.")] = None
    days: Annotated[int, Query(ge=1, le=62)] = 7
    duration_minutes: Annotated[Minutes | None, Query()] = None
    language: Fact = None
    segment: Fact = None
    region: Fact = None

    def asked_by(self, who: Principal) -> TimesAsked:
        """What it means for this person: a guest asks for a lead's sake, a manager for one calendar."""
        return TimesAsked(
            manager=None if who.tier == Tier.LEAD_GEN else self.manager or who.person,
            lead=Wanted(language=self.language, segment=self.segment, region=self.region),
            start=self.start,
            days=self.days,
            minutes=self.duration_minutes,
        )


@router.get("/meeting-slots", dependencies=[allow("manager", "supervisor", "caller")], summary="Which times are free")
async def meeting_slots(conn: Conn, who: Who, query: Annotated[SlotsQuery, Depends()]) -> Slots:
    """Working hours minus meetings and absences, in slots of `duration_minutes` (the policy's length, if not given).

    To tier 1 they are the times of all managers to whom a lead of this language, segment and region may go,
    without their names.
    """
    policy, asked = await policies.rules(conn), query.asked_by(who)
    return Slots.of(await free_times(conn, policy, asked), asked.manager, policy.calendar.timezone)
