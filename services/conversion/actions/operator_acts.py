"""What operators may do with a lead in tier 2: they act as a supervisor does, and the deal's history says who did."""

from __future__ import annotations

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.lateness import ActName
from services.chassis.operator_acts import Doer, Order, send_again, start_again
from services.chassis.sentences import said
from services.conversion.actions.deals import SUPERVISOR
from services.conversion.actions.hand_overs import accept_hand_over, decline_hand_over
from services.conversion.actions.reassignment import give_back_deal
from services.conversion.actions.restarts import offer_again
from services.conversion.actions.sales import pass_unheard_sales_on
from services.conversion.actions.take_over import hand_deal
from services.conversion.domain.deals import Deal
from services.conversion.domain.stages import WORKED
from services.conversion.repository import deals, hand_overs, managers
from services.conversion.repository.ended import OVER
from workflows.contracts import ids
from workflows.contracts.base import Tier
from workflows.contracts.conversion import Stage


async def retry(conn: Connection, order: Order) -> list[str]:
    """Send again what was set aside; a deal whose workflow failed is offered again, first to whoever had it.

    A sale that this workflow was to pass on goes to tier 3 from the record.
    """
    changes = await start_again(conn, order, ids.conversion(order.lead_id), offer_again)
    changes += await pass_unheard_sales_on(conn, order)
    return [*changes, *await send_again(conn, order, OVER)]


async def skip(conn: Connection, order: Order) -> list[str]:
    """Pass over the manager who has the offer: the next one is asked. Raises Conflict `no_safe_skip`."""
    deal = await _deal(conn, order.lead_id)
    offer = await hand_overs.open_of_deal(conn, deal.id) if deal.stage is Stage.OFFERED else None
    if offer is None or offer.manager is None:
        raise Conflict(
            f"the deal is in the stage {deal.stage.value}: its next step is a person's, so give it to somebody instead",
            code="no_safe_skip",
        )
    await decline_hand_over(conn, offer.item_id, _as_supervisor(order), order.reason)
    before = await _name(conn, offer.manager)
    return [said(f"{before} is not asked any more"), said("the next manager is asked, or the supervisor")]


async def reassign(conn: Connection, order: Order) -> list[str]:
    """Give the lead to a manager as if they had accepted it, or back to the others.

    Raises Conflict `wrong_state`, Invalid on `to`.
    """
    deal = await _deal(conn, order.lead_id)
    if deal.stage is Stage.OFFERED:
        return await _offered(conn, deal, order)
    if deal.stage not in WORKED:
        raise Conflict(f"the deal is {deal.stage.value}: nobody works on it", code="wrong_state")
    before = await _name(conn, deal.owner or "")
    if order.to is None:
        await give_back_deal(conn, deal, _as_supervisor(order), order.reason)
        return [
            said(f"{before} gives the deal back, with their open work"),
            said("it is offered to the other managers"),
        ]
    await hand_deal(conn, deal, order.to, _as_supervisor(order), order.reason)
    name = await _name(conn, order.to)
    return [
        said(f"{name} has the deal instead of {before}, with its next step"),
        said("its meetings and open work go with it"),
    ]


async def _offered(conn: Connection, deal: Deal, order: Order) -> list[str]:
    if order.to is None:
        return await skip(conn, order)
    offer = await hand_overs.open_of_deal(conn, deal.id)
    if offer is None:
        raise Conflict("the workflow is about to offer it: look again in a moment", code="wrong_state")
    found = await managers.find(conn, order.to)
    if found is None or not found.active:
        raise Invalid("is not an active manager", field="to")
    await accept_hand_over(conn, offer.item_id, _as_supervisor(order), order.to)
    name = await _name(conn, order.to)
    changes = [said(f"{name} has the lead from now on, as if they had accepted it")]
    if offer.manager not in (None, order.to):
        before = await _name(conn, offer.manager)
        changes.append(said(f"{before} is not asked any more"))
    return changes


async def _deal(conn: Connection, lead_id: str) -> Deal:
    # Routing before deals: everybody takes these locks in the same order.
    await managers.lock_routing(conn)
    deal = await deals.lock_latest(conn, lead_id)
    if deal is None:
        raise Conflict("tier 2 never had this lead", code="wrong_state")
    return deal


async def _name(conn: Connection, manager: str | None) -> str:
    found = await managers.find(conn, manager) if manager else None
    return found.name if found else manager or "nobody"


def _as_supervisor(order: Order) -> Principal:
    return Principal(person=order.by, tier=Tier.CONVERSION, role=SUPERVISOR)


ACTS: dict[ActName, Doer] = {"retry": retry, "skip": skip, "reassign": reassign}
