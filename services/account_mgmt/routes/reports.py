"""Reports of the tier, from the records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.account_mgmt.actions.rates import read_rates
from services.account_mgmt.domain.reports import compare_nudges, money_owed
from services.account_mgmt.repository import reports
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.routes.access import SUPERVISION
from services.account_mgmt.schemas.reports import (
    ChurnMonth,
    ChurnReport,
    CrossSellReport,
    CrossSold,
    ManagerReport,
    MoneyReport,
    NudgeReport,
    RatesReport,
)
from services.chassis.errors import Invalid
from services.chassis.http import Conn, Moment, Page, new_router

router: APIRouter = new_router(tags=["reports"])
_LONGEST = timedelta(days=3660)
Period = tuple[datetime, datetime]


def _period(
    start: Annotated[Moment | None, Query(alias="from", description="90 days ago, if not given.")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Now, if not given.")] = None,
) -> Period:
    end = end or datetime.now(UTC)
    start = start or end - timedelta(days=90)
    if start >= end:
        raise Invalid("must be before to", field="from")
    if end - start > _LONGEST:
        raise Invalid("is more than ten years before to", field="from")
    return start, end


During = Annotated[Period, Depends(_period)]


@router.get("/reports/account-managers", dependencies=SUPERVISION, summary="What portfolios do")
async def manager_report(conn: Conn, during: During) -> Page[ManagerReport]:
    """Portfolio, nudges answered in time, orders after a nudge, what else was sold, who left, overdue money."""
    overdue = await reports.overdue_by_manager(conn)
    figures = await reports.managers(conn, *during)
    return Page(items=[ManagerReport.with_overdue(one, overdue) for one in figures], next=None)


@router.get("/reports/nudges", dependencies=SUPERVISION, summary="Do nudges bring orders?")
async def nudge_report(
    conn: Conn, during: During, within_days: Annotated[int, Query(ge=1, le=365)] = 30
) -> NudgeReport:
    """Orders after a nudge against orders of customers who were randomly held out, with its interval."""
    start, end = during
    nudged = await reports.nudged(conn, start, end, within_days)
    held_out = await reports.held_out(conn, start, end, within_days)
    return NudgeReport.of(compare_nudges(nudged, held_out, start=start, end=end, within_days=within_days))


@router.get("/reports/money", dependencies=SUPERVISION, summary="What is owed, and for how long")
async def money_report(conn: Conn) -> MoneyReport:
    """As of now, by currency; overdue money by age."""
    return MoneyReport.of(money_owed(await reports.open_money(conn), await reports.overpaid(conn)))


@router.get("/reports/churn", dependencies=SUPERVISION, summary="Who leaves")
async def churn_report(conn: Conn, during: During) -> ChurnReport:
    """Month by month of the tier's time zone, with intervals; and who may be next."""
    timezone = (await policies.rules(conn)).timezone
    months = [ChurnMonth.with_share(month) for month in await reports.churn(conn, *during, timezone)]
    return ChurnReport(**dict(await reports.retention(conn)), months=months)


@router.get("/reports/cross-sell", dependencies=SUPERVISION, summary="What else was sold")
async def cross_sell_report(conn: Conn, during: During) -> CrossSellReport:
    """Products that customers bought for the first time, after they had bought something else; as of last night."""
    items = [CrossSold.of(sale) for sale in await reports.cross_sold(conn, *during)]
    return CrossSellReport(**dict(await reports.breadth(conn, *during)), items=items)


@router.get("/reports/rates", dependencies=SUPERVISION, summary="What a plan takes from the records")
async def rates_report(conn: Conn, days: Annotated[int, Query(ge=1, le=366)] = 28) -> RatesReport:
    """Counts of the last days, for the planner to make its rates of."""
    return RatesReport.model_validate(dict(await read_rates(conn, days)))
