"""Reports of tier 1."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from services.chassis.errors import Invalid
from services.chassis.http import Conn, Id, Page, allow, new_router
from services.lead_gen.actions.rates import read_rates
from services.lead_gen.actions.reports import caller_figures, cohorts_of
from services.lead_gen.domain.policy import HOME_ZONE
from services.lead_gen.domain.reports import CallFilter, Period
from services.lead_gen.repository import reports, script_reports
from services.lead_gen.schemas.fields import Moment, Timezone
from services.lead_gen.schemas.reports import CallerReport, CohortView, FunnelView, RatesReport, ScriptResult

router: APIRouter = new_router(tags=["reports"])
READERS = [allow("supervisor", "ops")]
Zone = Annotated[Timezone, Query(max_length=60, description="Whose clock hours and weeks.")]


def _period(
    start: Annotated[Moment | None, Query(alias="from", description="From the first record, if not given.")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Until now, if not given; not included.")] = None,
) -> Period:
    """The period of a report. Raises Invalid `from` when it is not before `to`."""
    if start is not None and end is not None and start >= end:
        raise Invalid("must be before to", field="from")
    return Period(start, end)


During = Annotated[Period, Depends(_period)]


@router.get("/reports/callers", dependencies=READERS, summary="What each caller achieved")
async def caller_report(
    conn: Conn,
    period: During,
    by: Annotated[Literal["caller", "hour", "shift", "campaign", "script_version"], Query()] = "caller",
    campaign_id: Annotated[Id | None, Query(description="Calls of this campaign only.")] = None,
    caller: Annotated[str | None, Query(max_length=100, description="Calls of this caller only.")] = None,
    timezone: Zone = HOME_ZONE,
) -> Page[CallerReport]:
    """Calls, contacts, interested leads, hand-overs, and what tier 2 made of them; per caller or another group.

    A lead is handed over once: by the last such call before tier 2 first accepted it. What tier 2 accepted and won is
    credited to that call, and to its day. Hours of work are those from sign-on to sign-off; calls outside of a shift
    stand for the minutes since the call before. Those of campaigns and scripts are their calls' shares.
    """
    calls = CallFilter(timezone=timezone, campaign_id=campaign_id, caller=caller)
    return Page(items=CallerReport.of_all(await caller_figures(conn, by, period, calls)), next=None)


@router.get("/reports/funnel", dependencies=READERS, summary="The funnel: how many leads are where")
async def funnel(
    conn: Conn,
    period: During,
    campaign_id: Annotated[Id | None, Query(description="Calls of this campaign only.")] = None,
) -> FunnelView:
    """Where leads are now (`stages`, `leads`), and how many were called, reached, ... in the period, or ever.

    What tier 2 accepted and won of them belongs to the day of the call, as in the report on callers, so that the two
    agree. Leads that called us come beside: `inbound`.
    """
    return FunnelView.of(await reports.funnel(conn, period, campaign_id))


@router.get("/reports/cohorts", dependencies=READERS, summary="Cohorts: what becomes of each week's leads")
async def cohort_report(
    conn: Conn,
    period: During,
    campaign_id: Annotated[Id | None, Query(description="Calls of this campaign only.")] = None,
    timezone: Zone = HOME_ZONE,
    weeks: Annotated[int, Query(ge=1, le=52, description="How many weeks are followed, at most.")] = 8,
) -> Page[CohortView]:
    """By the week of the first call. Weeks begin on Monday in `timezone`; the period selects first calls.

    How many leads there are, how many were ever reached, handed over, accepted and won, and how many within 1, 2, ...
    weeks of their own first call. Weeks that have not yet passed for all of them are left out.
    """
    found = await cohorts_of(conn, period, campaign_id=campaign_id, timezone=timezone, weeks=weeks)
    return Page(items=[CohortView.of(cohort) for cohort in found], next=None)


@router.get("/reports/scripts", dependencies=READERS, summary="Results of each script version")
async def script_report(
    conn: Conn, period: During, name: Annotated[str | None, Query(max_length=100)] = None
) -> Page[ScriptResult]:
    """Calls, contacts and hand-overs per version, how often each node was reached, and where calls ended.

    `rate` is handed over per contact, with Wilson's 95 % interval: two versions whose intervals overlap have not yet
    shown which is better.
    """
    found = await script_reports.script_figures(conn, period, name)
    return Page(items=[ScriptResult.of(figures) for figures in found], next=None)


@router.get("/reports/rates", dependencies=READERS, summary="What a plan takes from the records")
async def rates_report(conn: Conn, days: Annotated[int, Query(ge=1, le=366)] = 28) -> RatesReport:
    """Counts of the last days, for the planner to make its rates of."""
    return RatesReport.model_validate(dict(await read_rates(conn, days)))
