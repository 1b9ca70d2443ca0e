"""Reports of the tier, from the records."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from services.account_mgmt.repository import reports
from services.account_mgmt.schemas.reports import (
    Bucket,
    ChurnMonth,
    ChurnReport,
    CrossSellReport,
    CrossSold,
    Group,
    ManagerReport,
    MoneyReport,
    NudgeReport,
)
from services.chassis.errors import Invalid
from services.chassis.http import Conn, Page, allow, new_router
from services.chassis.statistics import difference, wilson
from workflows.contracts.base import Money

router: APIRouter = new_router(tags=["reports"])
READERS = [allow("supervisor", "ops")]
HOUSE_CURRENCY = "UAH"
_AGES = ("", "1-30", "31-60", "61-90", "over 90")
_LONGEST = timedelta(days=3660)
Period = tuple[datetime, datetime]


def _period(
    start: Annotated[AwareDatetime | None, Query(alias="from", description="90 days ago, if not given.")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to", description="Now, if not given.")] = None,
) -> Period:
    end = end or datetime.now(UTC)
    start = start or end - timedelta(days=90)
    if start >= end:
        raise Invalid("must be before to", field="from")
    if end - start > _LONGEST:
        raise Invalid("is more than ten years before to", field="from")
    return start, end


During = Annotated[Period, Depends(_period)]


@router.get("/reports/account-managers", dependencies=READERS, summary="What portfolios do")
async def manager_report(conn: Conn, during: During) -> Page[ManagerReport]:
    """Portfolio, nudges answered in time, orders after a nudge, what else was sold, who left, overdue money."""
    late: dict[str, list[Money]] = defaultdict(list)
    for row in await reports.overdue_by_manager(conn):
        late[row["account_manager"]].append(_money(row))
    nothing = Money(amount=Decimal(0), currency=HOUSE_CURRENCY)
    items = [
        ManagerReport.model_validate(
            {
                **row,
                "overdue": next(iter(late[row["account_manager"]]), nothing),
                "overdue_all": late[row["account_manager"]],
            }
        )
        for row in await reports.managers(conn, *during)
    ]
    return Page(items=items, next=None)


@router.get("/reports/nudges", dependencies=READERS, summary="Do nudges bring orders?")
async def nudge_report(
    conn: Conn, during: During, within_days: Annotated[int, Query(ge=1, le=365)] = 30
) -> NudgeReport:
    """Orders after a nudge against orders of customers who were left out by chance, with its interval."""
    start, end = during
    [nudged] = await reports.ordered_within(conn, "nudges", "opened_at", start, end, within_days)
    [held] = await reports.ordered_within(conn, "held_out", "at", start, end, within_days)
    a, of_a, b, of_b = nudged["ordered"], nudged["customers"], held["ordered"], held["customers"]
    between = difference(a, of_a, b, of_b)
    note = (
        "Nobody was left out: set hold_out in the policy (0.1 for every tenth nudge) to learn what nudges do"
        if not of_b
        else "Those left out were drawn by chance; nudges of the last days may still bring orders"
    )
    return NudgeReport(
        start=start,
        end=end,
        within_days=within_days,
        nudged=_group(nudged),
        held_out=_group(held),
        difference=a / of_a - b / of_b if between else None,
        interval=between,
        note=note,
    )


@router.get("/reports/money", dependencies=READERS, summary="What is owed, and for how long")
async def money_report(conn: Conn) -> MoneyReport:
    """As of now, by currency; overdue money by age."""
    rows = await reports.money(conn)
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        totals[row["currency"]] += row["amount"]
    return MoneyReport(
        open=[Money(amount=amount, currency=currency) for currency, amount in totals.items()],
        overdue=[
            Bucket(days=_AGES[row["age"]], invoices=row["invoices"], amount=_money(row)) for row in rows if row["age"]
        ],
        credit=[_money(row) for row in await reports.credit(conn)],
    )


@router.get("/reports/churn", dependencies=READERS, summary="Who leaves")
async def churn_report(conn: Conn, during: During) -> ChurnReport:
    """Month by month, with intervals; and who may be next."""
    months = [
        ChurnMonth(**row, share=_share(row["lost"], row["customers"]), interval=wilson(row["lost"], row["customers"]))
        for row in await reports.churn(conn, *during)
    ]
    return ChurnReport(months=months, **await reports.alive(conn))


@router.get("/reports/cross-sell", dependencies=READERS, summary="What else was sold")
async def cross_sell_report(conn: Conn, during: During) -> CrossSellReport:
    """Products that customers bought for the first time, after they had bought something else; as of the last night."""
    items = [
        CrossSold(
            product_id=row["product_id"],
            customers=row["customers"],
            net=Money(amount=row["net"], currency=row["currency"]),
        )
        for row in await reports.cross_sold(conn, *during)
    ]
    return CrossSellReport(items=items, **await reports.breadth(conn, *during))


def _money(row: dict[str, Any]) -> Money:
    return Money(amount=row["amount"], currency=row["currency"])


def _share(part: int, of: int) -> float | None:
    return part / of if of else None


def _group(row: dict[str, Any]) -> Group:
    part, of = row["ordered"], row["customers"]
    return Group(customers=of, ordered=part, share=_share(part, of), interval=wilson(part, of))
