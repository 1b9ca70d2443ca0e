"""The figures of the reports' pages, by the same counts as REST, put together as people compare them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from services.account_mgmt.domain.report_records import WITHIN_DAYS, Figure, Narrowed, RecordPage
from services.account_mgmt.domain.reports import (
    ManagerFigures,
    MonthlyChurn,
    NudgeComparison,
    Overdue,
    compare_nudges,
)
from services.account_mgmt.repository import account_managers, report_figures, report_records, reports
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection

Moments = tuple[datetime, datetime]


class ManagerRow(ManagerFigures):
    """An account manager's figures with their name."""

    name: str


class OverdueRow(Overdue):
    """Late money of an account manager's customers, with how many invoices; without a manager, of nobody's."""

    name: str | None
    invoices: int

    @property
    def person(self) -> str:
        """Whose customers, as the list of invoices asks."""
        return self.account_manager or "-"


class ChurnRow(MonthlyChurn):
    """A month with who left in it."""

    @property
    def first(self) -> date:
        """Its first day."""
        return date.fromisoformat(f"{self.month}-01")


async def compare(conn: Connection, during: Moments) -> NudgeComparison:
    """Orders after a nudge against orders of customers who were held out."""
    start, end = during
    nudged = await reports.nudged(conn, start, end, WITHIN_DAYS)
    held_out = await reports.held_out(conn, start, end, WITHIN_DAYS)
    return compare_nudges(nudged, held_out, start=start, end=end, within_days=WITHIN_DAYS)


async def manager_rows(conn: Connection, during: Moments) -> list[ManagerRow]:
    """Account managers by name who have customers or did something."""
    names = await account_managers.names(conn)
    found = [
        ManagerRow(**dict(one), name=names.get(one.account_manager, one.account_manager))
        for one in await reports.managers(conn, *during)
        if one.customers or one.orders or one.nudges or one.lost
    ]
    return sorted(found, key=lambda one: one.name)


async def churn_rows(conn: Connection, during: Moments) -> list[ChurnRow]:
    """Month by month of the house; only months that have begun."""
    timezone = (await policies.rules(conn)).timezone
    return [ChurnRow(**dict(one)) for one in await reports.churn(conn, *during, timezone)]


async def overdue_rows(conn: Connection) -> Sequence[OverdueRow]:
    """Who has how much late money, the most first."""
    names, invoices = await account_managers.names(conn), await report_figures.late_invoices(conn)
    return [
        OverdueRow(
            **dict(one),
            name=names.get(one.account_manager, one.account_manager) if one.account_manager else None,
            invoices=invoices.get((one.account_manager, one.currency), 0),
        )
        for one in await reports.overdue_by_manager(conn)
        if one.amount > Decimal(0)
    ]


async def list_records(
    conn: Connection, figure: Figure, wanted: Narrowed, after: tuple[datetime, str] | None
) -> RecordPage:
    """The records that a figure counts, the latest first."""
    return await report_records.read_page(conn, figure, wanted, after)
