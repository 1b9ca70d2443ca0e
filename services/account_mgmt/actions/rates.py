"""What a plan takes from tier 3's records, put together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.account_mgmt.domain.rates import Rates
from services.account_mgmt.domain.report_records import WITHIN_DAYS
from services.account_mgmt.repository import rates, reports
from services.chassis.db import Connection

# Held out are few: their share wants a longer time than the others.
NUDGES = timedelta(days=90)


async def read_rates(conn: Connection, days: int) -> Rates:
    """Of the last days; reminders of the last 90."""
    end = datetime.now(UTC)
    start = end - timedelta(days=days)
    return Rates(
        **dict(await rates.purchases(conn, start, end)),
        people=await rates.people(conn, start, end),
        customers=await rates.customers(conn),
        nudged=await reports.nudged(conn, end - NUDGES, end, WITHIN_DAYS),
        held_out=await reports.held_out(conn, end - NUDGES, end, WITHIN_DAYS),
    )
