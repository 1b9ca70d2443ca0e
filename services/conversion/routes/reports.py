"""Figures of managers and team, reasons, and the quality of what tier 1 hands over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Query

from services.chassis.errors import Invalid
from services.chassis.http import Conn, allow, new_router
from services.chassis.statistics import wilson
from services.conversion.actions.deals import now
from services.conversion.domain.policy import LossReason
from services.conversion.repository import playbooks, reports
from services.conversion.repository.policies import policies
from services.conversion.schemas.common import Moment
from services.conversion.schemas.playbooks import Outcome, Outcomes
from services.conversion.schemas.reports import (
    CallerQuality,
    CallersReport,
    Decline,
    Loss,
    ManagerReport,
    ManagersReport,
    ReasonsReport,
)
from workflows.contracts.base import Money

router = new_router(tags=["reports"])
_SUPERVISOR = allow("supervisor")
Period = tuple[datetime, datetime]


def _period(
    start: Annotated[Moment | None, Query(alias="from", description="30 days ago, if not given.")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Now, if not given.")] = None,
) -> Period:
    end = end or now()
    start = start or end - timedelta(days=30)
    if start >= end:
        raise Invalid("must be before to", field="from")
    return start, end


During = Annotated[Period, Depends(_period)]


@router.get("/reports/managers", dependencies=[_SUPERVISOR], summary="Figures per manager and of the team")
async def report_managers(conn: Conn, during: During) -> ManagersReport:
    """Offered, accepted, declined, expired, returned; time to first contact; promises; stages; won, lost, value."""
    start, end = during
    values = await reports.won_value(conn, start, end)
    stages = await reports.open_by_stage(conn)
    items = [
        ManagerReport.model_validate(
            {
                **row,
                "stages": stages.get(row["manager"], {}),
                "value": values.get(row["manager"], []),
                "win_rate": _share(row["won"], row["won"] + row["lost"]),
            }
        )
        for row in await reports.managers(conn, start, end)
    ]
    seconds, days = await reports.team_medians(conn, start, end)
    return ManagersReport(start=start, end=end, items=items, team=_team(items, seconds, days))


def _team(items: Sequence[ManagerReport], seconds: float | None, days: float | None) -> ManagerReport:
    """The sums of all managers; medians are the team's own."""
    names = (
        "offered", "accepted", "declined", "expired", "returned", "promises_kept", "promises_late", "open", "overdue",
        "won", "lost",
    )  # fmt: skip
    sums = {name: sum(getattr(item, name) for item in items) for name in names}
    stages = sum((Counter(item.stages) for item in items), Counter())
    value: dict[str, Money] = {}
    for money in (money for item in items for money in item.value):
        earlier = value.get(money.currency)
        value[money.currency] = Money(amount=money.amount + (earlier.amount if earlier else 0), currency=money.currency)
    return ManagerReport(
        manager=None,
        name="team",
        **sums,
        first_contact_seconds=seconds,
        age_days=days,
        stages=dict(stages),
        win_rate=_share(sums["won"], sums["won"] + sums["lost"]),
        value=[value[currency] for currency in sorted(value)],
    )


@router.get("/reports/reasons", dependencies=[_SUPERVISOR], summary="Why deals were lost and offers declined")
async def report_reasons(
    conn: Conn, during: During, manager: Annotated[str | None, Query(max_length=100)] = None
) -> ReasonsReport:
    """The most frequent first; of one manager or of all."""
    known = (await policies.rules(conn)).loss_reasons
    losses = [Loss(**row, text=_text(known, row["code"])) for row in await reports.losses(conn, *during, manager)]
    declines = [Decline.model_validate(row) for row in await reports.declines(conn, *during, manager)]
    return ReasonsReport(start=during[0], end=during[1], losses=losses, declines=declines)


@router.get("/reports/callers", dependencies=[_SUPERVISOR], summary="What became of each caller's leads")
async def report_callers(conn: Conn, during: During) -> CallersReport:
    """Offered, accepted, declined, won, by the time the lead came."""
    items = [
        CallerQuality(**row, acceptance=_share(row["accepted"], row["offered"]))
        for row in await reports.callers(conn, *during)
    ]
    return CallersReport(start=during[0], end=during[1], items=items)


@router.get("/reports/playbooks", dependencies=[_SUPERVISOR], summary="What playbooks bring")
async def report_playbooks(conn: Conn, during: During) -> Outcomes:
    """Per version, by the time of entry. Two win rates whose intervals overlap have not shown a difference."""
    why: dict[tuple[str, int], dict[str, int]] = {}
    for row in await playbooks.reasons(conn, *during):
        why.setdefault((row["name"], row["version"]), {})[row["reason"]] = row["runs"]
    items = [
        _outcome({**row, "stopped_because": why.get((row["name"], row["version"]), {})})
        for row in await playbooks.results(conn, *during)
    ]
    nothing = dict.fromkeys(("entered", "running", "finished", "stopped", "positive", "negative"), 0)
    bare = await playbooks.untouched(conn, *during)
    without = _outcome({**nothing, **bare, "name": "no playbook", "version": None, "stopped_because": {}})
    return Outcomes(start=during[0], end=during[1], items=items, without=without)


def _outcome(row: dict[str, Any]) -> Outcome:
    ended = row["won"] + row["lost"]
    return Outcome(**row, win_rate=_share(row["won"], ended), interval=wilson(row["won"], ended))


def _text(known: dict[str, LossReason], code: str) -> str:
    return known[code].text if code in known else code or "in free words"


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
