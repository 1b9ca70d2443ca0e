"""What a customer said, taken down at the desk: the answer to a reminder, or something by itself while none waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.account_mgmt.actions.call_backs import end_call_backs
from services.account_mgmt.actions.complaints import record_complaint
from services.account_mgmt.actions.needs import record_need
from services.account_mgmt.actions.nudge_holds import AT_ONCE
from services.account_mgmt.actions.nudges import answer_nudge
from services.account_mgmt.actions.orders import place_order
from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.later import asked_on
from services.account_mgmt.domain.line_charges import ChargedLine
from services.account_mgmt.domain.orders import Order
from services.account_mgmt.domain.said import TakenDown
from services.account_mgmt.domain.typed_numbers import MOST_PIECES
from services.account_mgmt.repository import account_managers, customer_desk, customers, nudges
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas.needs import NewNeed
from services.account_mgmt.schemas.nudges import NewNudgeOutcome
from services.account_mgmt.schemas.orders import NewOrder
from services.account_mgmt.schemas.said import Said
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from workflows.contracts.account_mgmt import NudgeOutcome
from workflows.contracts.base import Money

_NEED_WORDS = (NudgeOutcome.NEED_CHANGED, NudgeOutcome.COMPLAINT, NudgeOutcome.LEFT)


async def take_down(
    conn: Connection, who: Principal, customer_id: str, said: Said, *, hold: timedelta = AT_ONCE
) -> TakenDown:
    """Write down what a customer said: their reminder is answered, or the order, need or complaint stands alone.

    An answer is held for so long before it goes on.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`already_closed`) when somebody else has answered it,
    (`nothing_waits`) for what only answers a reminder; Invalid with the field.
    """
    customer = await customers.get(conn, customer_id, lock=True)
    if said.outcome in _NEED_WORDS and not said.note:
        raise Invalid("A word of theirs is needed here", field="note")
    lines = await _lines(conn, customer, said) if said.outcome is NudgeOutcome.ORDERED else []
    if said.item_id is None:
        return await _alone(conn, who, customer, said, lines)
    await _check_unanswered(conn, said.item_id)
    body = NewNudgeOutcome(
        outcome=said.outcome, lines=lines, note=said.note, next_at=await _next_at(conn, customer, said)
    )
    answer = await answer_nudge(conn, who, said.item_id, body, hold=hold)
    return _taken(customer, said.outcome, item_id=said.item_id, next_at=answer.next_nudge_at, order=answer.order)


async def _check_unanswered(conn: Connection, item_id: str) -> None:
    nudge = await nudges.get(conn, item_id)
    if nudge.outcome is None:
        return
    name = await account_managers.name_of(conn, nudge.answered_by)
    raise Conflict(
        f"{name or 'A colleague'} has just written down: {nudge.outcome.replace('_', ' ')}", code="already_closed"
    )


async def _alone(
    conn: Connection, who: Principal, customer: Customer, said: Said, lines: list[ChargedLine]
) -> TakenDown:
    if said.outcome is NudgeOutcome.ORDERED:
        order = await place_order(conn, who, customer.id, NewOrder(lines=lines, note=said.note))
        await end_call_backs(conn, customer.id, who.person)
        return _taken(customer, said.outcome, order=order)
    if said.outcome is NudgeOutcome.NEED_CHANGED:
        await record_need(conn, who, customer.id, NewNeed(text=said.note or ""))
    elif said.outcome is NudgeOutcome.COMPLAINT:
        await check_owner(conn, who, customer)
        await record_complaint(conn, customer.id, said.note or "", who.person)
    else:
        raise Conflict("No reminder of theirs waits for an answer", code="nothing_waits")
    await end_call_backs(conn, customer.id, who.person)
    return _taken(customer, said.outcome)


def _taken(
    customer: Customer,
    outcome: NudgeOutcome,
    *,
    item_id: str | None = None,
    next_at: datetime | None = None,
    order: Order | None = None,
) -> TakenDown:
    return TakenDown(
        customer_id=customer.id,
        company=customer.contact.company,
        outcome=outcome.value,
        item_id=item_id,
        next_at=next_at,
        order_number=order.number if order else None,
    )


async def _next_at(conn: Connection, customer: Customer, said: Said) -> datetime | None:
    if said.day is None or said.outcome is not NudgeOutcome.LATER:
        return said.next_at
    policy = await policies.rules(conn)
    at = asked_on(policy, said.day, customer.contact.timezone, customer.zones)
    now = datetime.now(UTC)
    if at <= now:
        raise Invalid("This day is over: choose one to come", field="day")
    # The day that was asked for counts: its contact hours may begin after a weekend.
    latest = (now + policy.ask_again_within).astimezone(ZoneInfo(customer.contact.timezone)).date()
    if said.day > latest:
        raise Invalid(f"That is far ahead: choose a day until {latest}", field="day")
    return at


async def _lines(conn: Connection, customer: Customer, said: Said) -> list[ChargedLine]:
    """The lines of last time in the quantities of today; those of 0 are left out. Raises Invalid."""
    facts = await customer_desk.facts(conn, customer.id)
    is_another = not facts.orders or said.order_id not in (None, facts.orders[-1].id)
    if is_another or len(said.quantities) != len(facts.last_lines):
        raise Invalid("Their last order is another one by now: look at its lines again", field="quantity")
    if any(quantity < 0 or quantity > MOST_PIECES for quantity in said.quantities):
        raise Invalid("A quantity is a number of 0 or more", field="quantity")
    wanted = [(line, pieces) for line, pieces in zip(facts.last_lines, said.quantities, strict=True) if pieces > 0]
    gone = next((line for line, _ in wanted if not line.active), None)
    if gone is not None:
        raise Invalid(f"{gone.description} is no longer sold: leave it at 0", field="quantity")
    lines = [
        ChargedLine(
            product_id=line.product_id,
            description=line.description,
            quantity=quantity,
            unit_price=Money(amount=line.unit_price, currency=facts.orders[-1].currency),
            tax_percent=line.tax_percent,
            discount_percent=line.discount_percent,
            unit=line.unit,
        )
        for line, quantity in wanted
    ]
    if not lines:
        raise Invalid("An order needs at least one line", field="quantity")
    return lines
