"""A take-over: an account manager's customers go to others, with a preview."""

from __future__ import annotations

from services.account_mgmt.actions.assignment import reassign
from services.account_mgmt.domain.portfolio import Reassignment, TakenOver, distribute
from services.account_mgmt.repository import account_managers
from services.account_mgmt.schemas.account_managers import TakeOver
from services.chassis.db import Connection, Pool
from services.chassis.errors import Invalid, Unavailable

AT_ONCE = 500


async def plan_take_over(conn: Connection, manager_id: str, wanted: TakeOver) -> TakenOver:
    """Who would get each of an account manager's customers, at most 500 at once. Nothing is locked or changed.

    Raises NotFound; Invalid on `to`.
    """
    plan = await _plan(conn, manager_id, wanted)
    given = sum(one.account_manager is not None for one in plan)
    kept = (await account_managers.get(conn, manager_id)).customers
    return TakenOver(dry_run=True, items=plan, left=kept - given)


async def take_over(conn: Connection, pool: Pool, manager_id: str, wanted: TakeOver, by: str) -> TakenOver:
    """Carry out a take-over; customers without a receiver stay where they are. Raises as the plan does.

    Planned through `conn` without a lock, and done in chunks on connections of their own, each decided again under the
    lock: what was done stays if a later chunk fails, and asking again does the rest.
    """
    try:
        plan = await _plan(conn, manager_id, wanted)
        done = await reassign(pool, [one.customer_id for one in plan], current=manager_id, to=wanted.to, by=by)
    except TimeoutError:
        raise Unavailable("Every connection to the database is busy; ask again") from None
    left = (await account_managers.get(conn, manager_id)).customers
    return TakenOver(dry_run=False, items=done, left=left)


async def _plan(conn: Connection, manager_id: str, wanted: TakeOver) -> list[Reassignment]:
    await account_managers.get(conn, manager_id)
    others = [one for one in await account_managers.all_of_them(conn) if one.id != manager_id]
    if wanted.to is not None and not any(one.id == wanted.to and one.active for one in others):
        raise Invalid("is not another active account manager", field="to")
    portfolio = await account_managers.portfolio(conn, manager_id, wanted.segment, AT_ONCE)
    return distribute(others, portfolio, wanted.to)
