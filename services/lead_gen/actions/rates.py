"""What a plan takes from tier 1's records, put together."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.chassis.db import Connection
from services.lead_gen.actions.reports import caller_figures
from services.lead_gen.domain.policy import HOME_ZONE
from services.lead_gen.domain.rates import Rates
from services.lead_gen.domain.reports import CallFilter, Period
from services.lead_gen.repository import rates


async def read_rates(conn: Connection, days: int) -> Rates:
    """Of the last whole days of the house, and today."""
    today = datetime.now(UTC).astimezone(ZoneInfo(HOME_ZONE)).date()
    first = datetime.combine(today - timedelta(days=days), time.min, ZoneInfo(HOME_ZONE))
    period = Period(first, datetime.now(UTC))
    callers = await caller_figures(conn, "caller", period, CallFilter(timezone=HOME_ZONE))
    return Rates(
        people=sum(1 for one in callers if one.calls or one.hours),
        calls=sum(one.calls for one in callers),
        contacts=sum(one.contacts for one in callers),
        handed_over=sum(one.handed_over for one in callers),
        hours=round(sum(one.hours for one in callers), 2),
        **dict(await rates.talks(conn, period)),
        new_leads=await rates.new_leads(conn, period),
    )
