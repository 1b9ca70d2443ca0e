"""The managers' free times on tier 1's call desk: a part of its page, which the browser fetches from here.

It shows times and nobody's data, so every caller may see it and keep one of them for the lead on the phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.chassis.errors import Conflict, Invalid
from services.chassis.http import Conn, Id, Moment, Who, allow
from services.chassis.web.door import page_router, web_of
from services.chassis.web.formats import zone_of
from services.conversion.actions.meeting_holds import hold_time
from services.conversion.actions.meeting_slots import TimesAsked, free_times, held_for
from services.conversion.domain.routing import Wanted
from services.conversion.repository.policies import policies
from services.conversion.schemas.meeting_holds import NewHold

ANYBODY: list[Any] = [allow("caller", "supervisor", "manager")]
_SHOWN = 4
_DAYS = 14
Fact = Annotated[str, Query(max_length=200)]

router: APIRouter = page_router(for_everybody=True)


class LeadForm(BaseModel):
    """The lead on the phone, as far as routing must know it, and the clock on which its times are shown."""

    model_config = ConfigDict(extra="ignore")

    lead: Id
    zone: str = Field(default="", max_length=64)
    language: str = Field(default="", max_length=200)
    segment: str = Field(default="", max_length=200)
    region: str = Field(default="", max_length=200)

    def wanted(self) -> Wanted:
        """What routing looks at."""
        return Wanted(language=self.language or None, segment=self.segment or None, region=self.region or None)


class HoldForm(LeadForm):
    """The time to keep."""

    starts_at: Moment


@dataclass(frozen=True)
class SlotsQuery:
    """Which lead's times are asked for."""

    lead: Id
    zone: Annotated[str, Query(max_length=64)] = ""
    language: Fact = ""
    segment: Fact = ""
    region: Fact = ""

    def form(self) -> LeadForm:
        """The same as a form sends it."""
        return LeadForm(**vars(self))


@router.get("/slots", dependencies=ANYBODY)
async def slots(request: Request, conn: Conn, query: Annotated[SlotsQuery, Depends()]) -> Response:
    """The next free times of managers to whom the lead may go, and the one that is kept for it."""
    return await _show(request, conn, query.form())


@router.post("/slots", dependencies=ANYBODY)
async def keep(request: Request, conn: Conn, who: Who, form: Annotated[HoldForm, Form()]) -> Response:
    """Keep a time free for the lead; asked again, the earlier one is given back."""
    wanted = form.wanted()
    asked = NewHold(
        lead_id=form.lead,
        starts_at=form.starts_at,
        language=wanted.language,
        segment=wanted.segment,
        region=wanted.region,
    )
    try:
        await hold_time(conn, asked, who)
    except (Conflict, Invalid) as refused:
        return await _show(request, conn, form, refused=refused, status=refused.status)
    return await _show(request, conn, form)


async def _show(
    request: Request, conn: Conn, lead: LeadForm, *, refused: Conflict | Invalid | None = None, status: int = 200
) -> Response:
    asked = TimesAsked(manager=None, lead=lead.wanted(), start=None, days=_DAYS, minutes=None)
    free = await free_times(conn, await policies.rules(conn), asked)
    held = await held_for(conn, lead.lead)
    return web_of(request).pages.answer(
        request,
        "slots.j2",
        status=status,
        lead=lead,
        free=_spread([opens for opens, _ in free]),
        held=held,
        refused=refused,
        zone=zone_of(lead.zone),
    )


def _spread(times: list[datetime]) -> list[datetime]:
    """Few enough to say on the phone: at most two of a day, in order."""
    found: list[datetime] = []
    for at in times:
        if sum(one.date() == at.date() for one in found) < 2 and len(found) < _SHOWN:
            found.append(at)
    return found
