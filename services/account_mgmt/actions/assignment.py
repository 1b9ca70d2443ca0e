"""Whose customer it is: assigned to an account manager, and reassigned. Work follows, and the workflow hears of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from services.account_mgmt.actions.lately import forget_lying
from services.account_mgmt.actions.ownership import check_not_merged
from services.account_mgmt.actions.register import report_status
from services.account_mgmt.actions.work_assignment import KINDS
from services.account_mgmt.domain.customers import GONE, Customer
from services.account_mgmt.domain.portfolio import Reassignment, choose, distribute
from services.account_mgmt.repository import account_managers, customers, work
from services.chassis import outbox
from services.chassis.db import Connection, Pool, new_id
from services.chassis.errors import Invalid
from services.chassis.events import publish
from workflows.contracts import ids
from workflows.contracts.customer_status import AccountManagerChanged

_PER_SWEEP = 200
_ACQUIRE_SECONDS = 5.0
_CHUNK = 50
"""So many customers are reassigned in one transaction: nobody waits for the assignment lock longer than that."""


async def assign(conn: Connection, customer_id: str) -> str | None:
    """Give a new or returning customer an account manager; None while nobody has room: the sweep tries again."""
    customer = await account_managers.profile(conn, customer_id, lock=True)
    await account_managers.lock_assignment(conn)
    choice = choose(await account_managers.all_of_them(conn), customer)
    if choice.account_manager is not None:
        await account_managers.assign(conn, {customer_id: choice.account_manager}, "policy")
    return choice.account_manager


async def assign_customer(conn: Connection, customer_id: str, manager_id: str, by: str) -> Customer:
    """Assign a customer to an active account manager. Raises NotFound, Conflict (`merged`), Invalid."""
    await check_not_merged(conn, await customers.get(conn, customer_id, lock=True))
    if not any(one.id == manager_id and one.active for one in await account_managers.all_of_them(conn)):
        raise Invalid("is not an active account manager", field="account_manager")
    await _hand_over(conn, {customer_id: manager_id}, by)
    return await customers.get(conn, customer_id)


async def _hand_over(conn: Connection, assignments: Mapping[str, str], by: str) -> None:
    """Change the account manager of customers: record, open work and workflow."""
    await account_managers.assign(conn, assignments, by)
    await work.reassign(conn, assignments, KINDS)
    states = await customers.states(conn, list(assignments))
    for customer_id, manager in assignments.items():
        answer = AccountManagerChanged(
            event_id=f"account-manager:{new_id()}", at=datetime.now(UTC), by=by, account_manager=manager
        )
        await outbox.signal(conn, ids.customer(customer_id), "account_manager_changed", answer, when_missing="drop")
        if states[customer_id] not in GONE:
            await report_status(conn, customer_id, states[customer_id], manager, event_id=answer.event_id)
        await publish(conn, "customer.changed", customer_id=customer_id)
    await forget_lying(conn)


async def reassign(
    pool: Pool, customer_ids: Sequence[str], *, current: str | None, to: str | None = None, by: str
) -> list[Reassignment]:
    """Reassign customers of the account manager `current` (none: unassigned ones) to `to`, or to whoever fits best.

    In chunks, each in a transaction of its own. Each chunk is decided again under the lock: whoever is no longer with
    `current` is left alone, and nobody gets more than their capacity. If a later chunk fails, the earlier ones stay.
    Raises Invalid on `to`; TimeoutError when every connection is busy.
    """
    done: list[Reassignment] = []
    for chunk in _chunks(customer_ids):
        async with pool.acquire(timeout=_ACQUIRE_SECONDS) as conn, conn.transaction():
            found = await account_managers.lock_profiles(conn, chunk, current)
            await account_managers.lock_assignment(conn)
            managers = [one for one in await account_managers.all_of_them(conn) if one.id != current]
            if to is not None and not any(one.id == to and one.active for one in managers):
                raise Invalid("is not another active account manager", field="to")
            plan = distribute(managers, found, to)
            await _hand_over(conn, {one.customer_id: one.account_manager for one in plan if one.account_manager}, by)
        done += plan
    return done


def _chunks(customer_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (customer_ids[at : at + _CHUNK] for at in range(0, len(customer_ids), _CHUNK))


async def assign_waiting(pool: Pool) -> None:
    """A sweep: customers whom nobody had room for get an account manager as soon as somebody has."""
    async with pool.acquire() as conn:
        waiting = await account_managers.unassigned(conn, _PER_SWEEP)
        managers = await account_managers.all_of_them(conn) if waiting else []
    # Only those who would be placed are locked: while nobody has room, nothing is.
    placed = [one.customer_id for one in distribute(managers, waiting) if one.account_manager]
    await reassign(pool, placed, current=None, by="policy")
