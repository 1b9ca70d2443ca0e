"""Figures of managers and team, reasons, and the quality of what tier 1 hands over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query

from services.chassis.errors import Invalid
from services.chassis.http import Conn, allow, new_router
from services.conversion.actions.deals import now
from services.conversion.actions.rates import read_rates
from services.conversion.actions.reports import read_managers, read_playbooks
from services.conversion.repository import reports
from services.conversion.repository.policies import policies
from services.conversion.schemas.common import Moment
from services.conversion.schemas.reports import (
    CallerQuality,
    CallersReport,
    Decline,
    Loss,
    ManagerReport,
    ManagersReport,
    Outcome,
    Outcomes,
    RatesReport,
    ReasonsReport,
)

router = new_router(tags=["reports"])
_READERS = allow("supervisor", "ops")
Period = tuple[datetime, datetime]


def _period(
    start: Annotated[Moment | None, Query(alias="from", description="30 days ago, if not given.")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Now, if not given.")] = None,
) -> Period:
    end = end or now()
    start = start or end - timedelta(days=30)
    if start >= end:
        raise Invalid("must be before `to`", field="from")
    return start, end


During = Annotated[Period, Depends(_period)]


@router.get("/reports/managers", dependencies=[_READERS], summary="Figures per manager and of the team")
async def report_managers(conn: Conn, during: During) -> ManagersReport:
    """Offered, accepted, declined, expired, returned; time to first contact; promises; stages; won, lost, value."""
    start, end = during
    figures, team = await read_managers(conn, start, end)
    items = [ManagerReport.from_figures(one) for one in figures]
    return ManagersReport(start=start, end=end, items=items, team=ManagerReport.from_figures(team))


@router.get("/reports/reasons", dependencies=[_READERS], summary="Why deals were lost and offers declined")
async def report_reasons(
    conn: Conn, during: During, manager: Annotated[str | None, Query(max_length=100)] = None
) -> ReasonsReport:
    """The most frequent first; of one manager or of all."""
    known = (await policies.rules(conn)).loss_reasons
    losses = [Loss.of_count(count, known) for count in await reports.losses(conn, *during, manager)]
    declines = [Decline.model_validate(count.model_dump()) for count in await reports.declines(conn, *during, manager)]
    return ReasonsReport(start=during[0], end=during[1], losses=losses, declines=declines)


@router.get("/reports/callers", dependencies=[_READERS], summary="What became of each caller's leads")
async def report_callers(conn: Conn, during: During) -> CallersReport:
    """Offered, accepted, declined, won, by the time the lead came."""
    items = [CallerQuality.from_figures(figures) for figures in await reports.callers(conn, *during)]
    return CallersReport(start=during[0], end=during[1], items=items)


@router.get("/reports/playbooks", dependencies=[_READERS], summary="What playbooks bring")
async def report_playbooks(conn: Conn, during: During) -> Outcomes:
    """Per version, by the time of entry. Two win rates whose intervals overlap have not shown a difference."""
    figures, without = await read_playbooks(conn, *during)
    items = [Outcome.from_figures(one) for one in figures]
    return Outcomes(start=during[0], end=during[1], items=items, without=Outcome.from_figures(without))


@router.get("/reports/rates", dependencies=[_READERS], summary="What a plan takes from the records")
async def rates_report(conn: Conn, days: Annotated[int, Query(ge=1, le=366)] = 28) -> RatesReport:
    """Counts of the last days, for the planner to make its rates of."""
    return RatesReport.model_validate(dict(await read_rates(conn, days)))
