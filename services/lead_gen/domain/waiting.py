"""Why nothing is due for a caller: the calls that wait, by what they wait for, and when the first may be made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from services.chassis.records import Record
from services.lead_gen.domain.callers import Standing, speaks_one
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.window import next_open_if_any

Cause = Literal["closed", "first", "later", "language", "colleague", "campaign", "place"]
CAUSES: tuple[Cause, ...] = ("closed", "first", "later", "language", "colleague", "campaign", "place")


class WaitingGroup(Record):
    """Open calls of one group. `fresh`: of leads that nobody has called yet; `theirs` is promised by a colleague.

    `first` is when the first of them falls due.
    """

    group_key: str
    theirs: bool
    due: bool
    fresh: bool = False
    calls: int
    first: datetime


class Reason(Record):
    """How many calls wait for one cause, and from when one of them may be made; none if that is not for this caller."""

    cause: Cause
    calls: int
    opens: datetime | None


class NextCallback(Record):
    """The first call that this caller has promised: whom they call, and from when on."""

    company: str
    timezone: str
    at: datetime


class Waiting(Record):
    """Everything that waits, and when the first call comes that this caller may make; their own promise beside it, and
    the hours by which calls are planned.
    """

    calls: int
    reasons: list[Reason]
    next_at: datetime | None
    quota_done: bool
    policy: Policy
    callback: NextCallback | None = None


def may_call(running: Iterable[str], standing: Standing) -> set[str]:
    """The running campaigns that somebody calls for: all of them, unless they were given some."""
    return set(running) & set(standing.campaigns) if standing.campaigns else set(running)


def why_nothing(
    groups: Iterable[WaitingGroup], *, running: Iterable[str], standing: Standing, policy: Policy, now: datetime
) -> Waiting:
    """The causes, the one that ends soonest first."""
    campaigns = may_call(running, standing)
    counted: dict[Cause, Reason] = {}
    for group in groups:
        cause, opens = _cause(group, campaigns, standing, policy, now)
        known = counted.get(cause)
        times = [at for at in (opens, known.opens if known else None) if at is not None]
        counted[cause] = Reason(
            cause=cause, calls=group.calls + (known.calls if known else 0), opens=min(times, default=None)
        )
    reasons = [counted[cause] for cause in CAUSES if cause in counted]
    mine = [one.opens for one in reasons if one.opens is not None and one.cause in ("closed", "first", "later")]
    return Waiting(
        calls=sum(one.calls for one in reasons),
        reasons=reasons,
        next_at=min(mine, default=None) if standing.takes_fresh else None,
        quota_done=not standing.quota_left,
        policy=policy,
    )


def _cause(
    group: WaitingGroup, campaigns: set[str], standing: Standing, policy: Policy, now: datetime
) -> tuple[Cause, datetime | None]:
    campaign, zone, *language = group.group_key.split("|")
    if campaign not in campaigns:
        return "campaign", None
    if standing.known and not speaks_one(standing, language):
        return "language", None
    if group.theirs:
        return "colleague", group.first
    planned: Cause = "first" if group.fresh else "later"
    if not group.due:
        return planned, group.first
    opens = next_open_if_any(policy, zone, now)
    if opens is None:
        return "place", None
    return ("closed", opens) if opens > now else (planned, now)
