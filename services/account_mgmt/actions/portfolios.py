"""Who has what, put together for a supervisor; looking changes nothing."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.actions.lately import lying
from services.account_mgmt.actions.take_over import plan_take_over
from services.account_mgmt.actions.work_assignment import KINDS
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.portfolios import Person, Plan, Portfolios, plan_of, put_together, totals
from services.account_mgmt.repository import account_managers, customer_list, day, portfolios
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas.account_managers import TakeOver
from services.chassis.db import Connection

_MOST_DONE = 50


async def read_portfolios(conn: Connection, now: datetime) -> Portfolios:
    """Everybody's portfolio, today's list of it, and what waits for a supervisor."""
    policy = await policies.rules(conn)
    held = await lying(conn, now)
    people = await portfolios.people(conn, held.loads, _morning(policy, now))
    expected, overdue = held.expected, await portfolios.overdue(conn)
    return Portfolios(
        now=now,
        people=put_together(people, expected, overdue),
        undecided=await portfolios.undecided(conn),
        expected=totals(expected),
        overdue=totals(overdue),
    )


def _morning(policy: Policy, now: datetime) -> datetime:
    return now.astimezone(policy.zone).replace(hour=0, minute=0, second=0, microsecond=0)


async def read_person(conn: Connection, manager_id: str, now: datetime, wanted: TakeOver | None = None) -> Person:
    """One account manager's list, absences and what was done today; with `wanted`, what a take-over would do.

    Raises NotFound; Invalid on `to`.
    """
    manager, policy = await account_managers.get(conn, manager_id), await policies.rules(conn)
    return Person(
        manager=manager,
        listed=await day.due(conn, manager_id, KINDS, everybodys=False),
        late=await portfolios.late(conn, KINDS, policy.answer_within, manager_id),
        done=await day.done(conn, manager_id, _morning(policy, now), _MOST_DONE),
        absences=await account_managers.absences(conn, manager_id),
        people=await account_managers.names(conn),
        segments=await customer_list.segments(conn),
        plan=await _plan(conn, manager_id, wanted) if wanted else None,
    )


async def _plan(conn: Connection, manager_id: str, wanted: TakeOver) -> Plan:
    found = await plan_take_over(conn, manager_id, wanted)
    return plan_of(found, await portfolios.companies(conn, [one.customer_id for one in found.items]))
