"""What the calls of the last weeks come to: counted anew, or where calls are many once a minute for all who ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.chassis import counted_lately
from services.chassis.db import Connection
from services.lead_gen.domain.floor import Talks
from services.lead_gen.domain.reports import Period
from services.lead_gen.domain.supply import Worked
from services.lead_gen.repository import floor, hours

MONTH = timedelta(days=30)
# How fast a house calls is that of the last week: what changes in it shows soon.
WEEK = timedelta(days=7)
# A month of so many calls is hardly another one a minute later; one of fewer is counted anew whenever somebody looks.
MANY_CALLS = 20_000
COUNTED_EVERY = timedelta(minutes=1)
# Where the worker is away, whoever asks counts again.
KEPT_FOR = timedelta(minutes=5)
_WORK, _CALLING, _TALKS = "work of the month", "calling of the week", "talks of the month"


async def count_lately(conn: Connection) -> None:
    """Count for everybody, where calls are many and it was not done within the last minute."""
    now = datetime.now(UTC)
    if await counted_lately.kept(conn, _WORK, now - COUNTED_EVERY) is not None:
        return
    work = await hours.worked(conn, Period(now - MONTH, None))
    if sum(one.calls for one in work) < MANY_CALLS:
        return
    talks = await floor.talks(conn, now - MONTH)
    found = {
        _WORK: [one.model_dump(mode="json") for one in work],
        _CALLING: await hours.calling(conn, Period(now - WEEK, None)),
        _TALKS: [one.model_dump(mode="json") for one in talks],
    }
    for what, figures in found.items():
        await counted_lately.keep(conn, what, now, figures)


async def work_of_the_month(conn: Connection, now: datetime) -> list[Worked]:
    """Hours, calls and hand-overs of the last 30 days per caller and campaign."""
    kept = await counted_lately.kept(conn, _WORK, now - KEPT_FOR)
    return await hours.worked(conn, Period(now - MONTH, None)) if kept is None else Worked.of_all(kept)


async def calling_of_the_week(conn: Connection, now: datetime) -> tuple[int, float]:
    """(calls, hours of work) of everybody in the last seven days."""
    kept = await counted_lately.kept(conn, _CALLING, now - KEPT_FOR)
    calls, worked = await hours.calling(conn, Period(now - WEEK, None)) if kept is None else kept
    return calls, worked


async def talks_of_the_month(conn: Connection, now: datetime) -> dict[str, Talks]:
    """Talks of the last 30 days and what they found, by campaign."""
    kept = await counted_lately.kept(conn, _TALKS, now - KEPT_FOR)
    talks = await floor.talks(conn, now - MONTH) if kept is None else Talks.of_all(kept)
    return {one.campaign_id: one for one in talks}
