"""What operators may do with a customer in tier 3. They act as a supervisor does."""

from __future__ import annotations

from services.account_mgmt.actions.assignment import assign_customer
from services.account_mgmt.actions.nudges import answer_nudge
from services.account_mgmt.actions.restarts import go_on_with_care
from services.account_mgmt.domain.customers import check_active
from services.account_mgmt.repository import account_managers, customers, work
from services.account_mgmt.repository.ended import OVER
from services.account_mgmt.schemas.nudges import NewNudgeOutcome
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.lateness import ActName
from services.chassis.operator_acts import Doer, Order, send_again, start_again
from services.chassis.sentences import said
from workflows.contracts import ids
from workflows.contracts.account_mgmt import NudgeOutcome
from workflows.contracts.base import Tier


async def retry(conn: Connection, order: Order) -> list[str]:
    """Send again what was set aside; a care that failed goes on from the records."""
    changes = await start_again(conn, order, ids.customer(order.lead_id), go_on_with_care)
    return [*changes, *await send_again(conn, order, OVER)]


async def skip(conn: Connection, order: Order) -> list[str]:
    """Pass over the reminder of a purchase that waits for its answer, as `not_now`. Money is never passed over.

    Raises NotFound, Conflict `no_safe_skip`.
    """
    await customers.get(conn, order.lead_id, lock=True)
    waiting = await work.open_ids(conn, order.lead_id, "nudge")
    if not waiting:
        raise Conflict("no reminder of a purchase waits: other work, and money, is a person's own", code="no_safe_skip")
    who = Principal(person=order.by, tier=Tier.ACCOUNT_MGMT, role="supervisor")
    body = NewNudgeOutcome(outcome=NudgeOutcome.NOT_NOW, note=f"passed over by ops: {order.reason}")
    answer = await answer_nudge(conn, who, waiting[0], body)
    changes = [said("the reminder that waits is closed as “not now”; the customer is not asked")]
    if answer.next_nudge_at is not None:
        changes.append(said(f"the next reminder is planned for {answer.next_nudge_at:%Y-%m-%d}, by their rhythm"))
    return changes


async def reassign(conn: Connection, order: Order) -> list[str]:
    """Give the customer, with the open work, to another account manager. Raises NotFound, Conflict, Invalid on `to`."""
    customer = await customers.get(conn, order.lead_id, lock=True)
    check_active(customer)
    if order.to is None:
        raise Invalid("a customer always has an account manager: name one", field="to")
    if order.to not in {one.id for one in await account_managers.all_of_them(conn) if one.active}:
        raise Invalid("is not an active account manager", field="to")
    await assign_customer(conn, order.lead_id, order.to, order.by)
    name, before = [
        await account_managers.name_of(conn, one) or one for one in (order.to, customer.account_manager or "")
    ]
    return [
        said(f"{name} looks after the customer instead of {before or 'nobody'}"),
        said("open work goes with it"),
    ]


ACTS: dict[ActName, Doer] = {"retry": retry, "skip": skip, "reassign": reassign}
