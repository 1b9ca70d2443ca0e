"""What lies with each account manager: counted anew, or where that is much once a minute for all who look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.account_mgmt.actions.work_assignment import KINDS
from services.account_mgmt.domain.portfolios import Lying
from services.account_mgmt.repository import portfolios
from services.account_mgmt.repository.policies import policies
from services.chassis import counted_lately
from services.chassis.db import Connection, Pool

# So many open tasks are hardly other ones a minute later; fewer are counted anew whenever somebody looks.
MANY_TASKS = 5_000
COUNTED_EVERY = timedelta(minutes=1)
# Where the worker is away, whoever looks counts again.
KEPT_FOR = timedelta(minutes=5)
_LYING = "lying with account managers"


async def count_lately(pool: Pool) -> None:
    """A periodic job: count for everybody where tasks are many."""
    async with pool.acquire() as conn, conn.transaction():
        now = datetime.now(UTC)
        if not await portfolios.has_tasks(conn, KINDS, MANY_TASKS):
            return
        # Who hands customers over meanwhile comes before the count, or waits and throws away what it found.
        await counted_lately.forget(conn, _LYING)
        await counted_lately.keep(conn, _LYING, now, (await _counted(conn)).model_dump(mode="json"))


async def lying(conn: Connection, now: datetime) -> Lying:
    """Customers and today's tasks of each account manager, and what they should bring."""
    kept = await counted_lately.kept(conn, _LYING, now - KEPT_FOR)
    return await _counted(conn) if kept is None else Lying.model_validate(kept)


async def forget_lying(conn: Connection) -> None:
    """Customers changed hands: everybody sees it at once."""
    await counted_lately.forget(conn, _LYING)


async def _counted(conn: Connection) -> Lying:
    policy = await policies.rules(conn)
    return Lying(
        loads=await portfolios.loads(conn, KINDS, policy.answer_within),
        expected=await portfolios.expected(conn, KINDS),
    )
