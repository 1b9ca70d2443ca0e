"""Customers at risk, and what a supervisor does about one: remind them now, or let tier 2 win them back."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from services.account_mgmt.actions.customer_status import CONCERNS, lose_customer
from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.actions.work import finish_work
from services.account_mgmt.domain.at_risk import AtRiskPage, check_nudge_now
from services.account_mgmt.domain.customers import check_active
from services.account_mgmt.domain.reorder_cycle import contact_time
from services.account_mgmt.repository import account_managers, at_risk, customers, work
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas.work import WorkDone
from services.chassis import outbox
from services.chassis.auth import Principal
from services.chassis.db import Connection, new_id
from services.chassis.events import publish
from workflows.contracts import ids
from workflows.contracts.customer_status import NudgeMoved


async def read_at_risk(
    conn: Connection, owner: str = "", *, limit: int, after: tuple[Decimal, str] | None = None
) -> AtRiskPage:
    """A page of those at risk, of one account manager or of everybody."""
    found = await at_risk.page(conn, owner, limit=limit + 1, after=after)
    shown = found[:limit]
    more = (shown[-1].worth, shown[-1].customer_id) if len(found) > limit else None
    people = await account_managers.names(conn)
    return AtRiskPage(items=shown, policy=await policies.rules(conn), people=people, next=more)


async def nudge_now(conn: Connection, who: Principal, customer_id: str) -> datetime:
    """The next reminder falls due at once, or when they may next be contacted; when that is.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`wrong_state`, `waits`, `too_soon`).
    """
    customer = await customers.get(conn, customer_id, lock=True)
    await check_owner(conn, who, customer)
    policy, now = await policies.rules(conn), datetime.now(UTC)
    check_nudge_now(customer, policy, now, waits=bool(await work.open_ids(conn, customer_id, "nudge")))
    moment = contact_time(policy, now, customer.zones)
    await customers.plan_nudge(conn, customer_id, moment)
    moved = NudgeMoved(event_id=f"nudge-now:{new_id()}", at=now, by=who.person, next_nudge_at=moment)
    await outbox.signal(conn, ids.customer(customer_id), "nudge_moved", moved, when_missing="drop")
    await publish(conn, "customer.changed", customer_id=customer_id)
    return moment


async def let_go(conn: Connection, who: Principal, customer_id: str) -> None:
    """A customer has left: tier 2 hears of it and may win them back. What was open about them at risk is closed.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`wrong_state`) for one who has left before.
    """
    customer = await customers.get(conn, customer_id, lock=True)
    await check_owner(conn, who, customer)
    check_active(customer)
    for kind in CONCERNS:
        for item_id in (await work.open_ids(conn, customer_id, kind))[:1]:
            await finish_work(conn, who, item_id, WorkDone(result="left"))
            return
    reason, event_id = "a supervisor gave them up", f"let-go:{new_id()}"
    await lose_customer(conn, customer_id, reason=reason, by=who.person, event_id=event_id)


async def keep(conn: Connection, who: Principal, customer_id: str) -> None:
    """They stay: every complaint and risk of theirs is settled. Raises NotFound; Forbidden (`not_owner`)."""
    for kind in CONCERNS:
        for item_id in await work.open_ids(conn, customer_id, kind):
            await finish_work(conn, who, item_id, WorkDone())
