"""An account manager's day, as of now."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.actions.debts import DEBT
from services.account_mgmt.actions.work_assignment import KINDS
from services.account_mgmt.domain.day import Bar, DoneToday, Today
from services.account_mgmt.repository import account_managers, day
from services.account_mgmt.repository.policies import policies
from services.chassis.auth import Principal
from services.chassis.db import Connection

_MOST_DONE = 200


async def read_today(conn: Connection, who: Principal, now: datetime) -> Today:
    """The list of this person, and, when it is empty, who will be due next."""
    policy = await policies.rules(conn)
    listed = await day.due(conn, who.person, _kinds(who), everybodys=_sees_all(who))
    coming = None if listed else await day.next_due(conn, who.person)
    next_at, company = coming or (None, None)
    people = await account_managers.names(conn)
    return Today(
        listed=listed,
        policy=policy,
        people=people,
        next_at=max(next_at, now) if next_at else None,
        next_company=company,
    )


async def read_bar(conn: Connection, who: Principal, now: datetime) -> Bar:
    """Figures of this person's day in the tier's time zone."""
    return await day.bar(conn, who.person, _kinds(who), await _morning(conn, now), now, everybodys=_sees_all(who))


async def read_done(conn: Connection, who: Principal, now: datetime) -> list[DoneToday]:
    """What this person has done today, the latest first."""
    return await day.done(conn, who.person, await _morning(conn, now), _MOST_DONE)


def _kinds(who: Principal) -> tuple[str, ...]:
    """A debt after its last reminder is a supervisor's."""
    return (*KINDS, DEBT) if _sees_all(who) else KINDS


def _sees_all(who: Principal) -> bool:
    return who.role == "supervisor"


async def _morning(conn: Connection, now: datetime) -> datetime:
    zone = (await policies.rules(conn)).zone
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
