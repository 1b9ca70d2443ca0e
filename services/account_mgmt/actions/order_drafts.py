"""An order is put together line by line, priced as it stands, and sent: with its invoice, and the invoice by mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from typst import TypstError

from services.account_mgmt.actions.invoices import send_invoice
from services.account_mgmt.actions.nudges import answer_nudge
from services.account_mgmt.actions.orders import place_order
from services.account_mgmt.actions.ownership import check_owner, may_act_for
from services.account_mgmt.documents.labels import LANGUAGES, labels_of
from services.account_mgmt.domain.customers import GONE, Customer, check_active
from services.account_mgmt.domain.draft_extras import Extras, show_extras
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.mail_templates import language_of
from services.account_mgmt.domain.order_drafts import (
    MOST_LINES,
    Draft,
    DraftLine,
    ListedProduct,
    OrderDesk,
    ShownLine,
    TypedOrder,
    as_last_time,
    show_line,
    with_extra,
    without_extra,
)
from services.account_mgmt.domain.orders import InvoicedOrder, Order
from services.account_mgmt.domain.tax_categories import Parties, treatment
from services.account_mgmt.repository import (
    account_managers,
    customers,
    legal_entities,
    nudges,
    order_drafts,
    orders,
    products,
)
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas.nudges import NewNudgeOutcome
from services.account_mgmt.schemas.orders import NewOrder
from services.chassis.auth import Principal
from services.chassis.business_time import after
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid, NotFound
from workflows.contracts.account_mgmt import NudgeOutcome

_FOUND_AT_ONCE = 8


@dataclass(frozen=True)
class PlacedOrder:
    """An order that was sent; `mail_to` is where its invoice goes, `is_unprinted` that it could not be printed."""

    order: InvoicedOrder
    mail_to: str | None = None
    is_unprinted: bool = False


async def read_order_desk(conn: Connection, who: Principal, customer_id: str) -> OrderDesk:
    """The order that this person is putting together for the customer, with what it comes to now. Raises NotFound."""
    return await _desk(conn, who, await customers.get(conn, customer_id))


async def _desk(conn: Connection, who: Principal, customer: Customer) -> OrderDesk:
    draft = await order_drafts.find(conn, customer.id, who.person)
    last = await orders.latest(conn, customer.id)
    seller = await _seller(conn, last.currency if last else "")
    currency = last.currency if last else seller.currency if seller else ""
    barrier = await _barrier(conn, who, customer, seller)
    lines = await _shown(conn, customer, draft.lines, currency, last, seller)
    return OrderDesk(
        customer=customer,
        currency=currency,
        lines=lines,
        extras=_extras(customer, draft, lines, currency, seller),
        note=draft.note,
        last=last,
        seller=seller,
        due_at=await _due_at(conn, seller),
        barrier=barrier,
        manager=await account_managers.name_of(conn, customer.account_manager) if barrier == "not_owner" else None,
        undone=await orders.undone(conn, customer.id, currency, _MOST_UNDONE) if draft.lines else [],
    )


async def _due_at(conn: Connection, seller: LegalEntity | None) -> datetime:
    policy = await policies.rules(conn)
    return after(datetime.now(UTC), policy.payment_term, ZoneInfo(seller.timezone) if seller else policy.zone)


async def _seller(conn: Connection, currency: str) -> LegalEntity | None:
    try:
        return await legal_entities.choose(conn, None, currency)
    except NotFound:
        return None


async def _barrier(conn: Connection, who: Principal, customer: Customer, seller: LegalEntity | None) -> str:
    if who.is_ops:
        return "reads_only"
    if not await may_act_for(conn, who, customer.id, customer.account_manager):
        return "not_owner"
    if customer.state in GONE:
        return "left"
    return "" if seller else "no_seller"


async def _shown(
    conn: Connection,
    customer: Customer,
    lines: Sequence[DraftLine],
    currency: str,
    last: Order | None,
    seller: LegalEntity | None,
) -> list[ShownLine]:
    parties = Parties.of(seller, customer.billing) if seller else Parties("")
    ids = [line.product_id for line in lines if line.product_id]
    known = await products.listed(conn, ids, currency=currency, customer_id=customer.id)
    before = {line.product_id: line.piece_price for line in last.lines if line.product_id} if last else {}
    return [
        show_line(
            line,
            known.get(line.product_id or ""),
            language=customer.contact.language,
            currency=currency,
            parties=parties,
            before=before,
        )
        for line in lines
    ]


def _extras(
    customer: Customer, draft: Draft, lines: Sequence[ShownLine], currency: str, seller: LegalEntity | None
) -> Extras:
    if seller is None:
        return Extras()
    parties = Parties.of(seller, customer.billing)
    return show_extras(
        draft.allowance_charges,
        [line.priced for line in lines if line.priced],
        currency,
        labels_of(language_of(customer, seller, LANGUAGES))[1],
        lambda rate: treatment(rate, None, parties, as_offered=False),
    )


async def search_products(conn: Connection, customer_id: str, text: str) -> tuple[str, list[ListedProduct]]:
    """(currency, what is offered that fits the text) at the customer's prices, best match first. Raises NotFound."""
    await customers.get(conn, customer_id)
    last = await orders.latest(conn, customer_id)
    seller = None if last else await _seller(conn, "")
    currency = last.currency if last else seller.currency if seller else ""
    found = await products.search(conn, text.strip(), currency=currency, customer_id=customer_id, limit=_FOUND_AT_ONCE)
    return currency, found


async def _open_draft(conn: Connection, who: Principal, customer_id: str, typed: TypedOrder) -> Draft:
    """The draft with what was typed, held. Raises NotFound, Forbidden (`not_owner`)."""
    await check_owner(conn, who, await customers.get(conn, customer_id))
    return typed.on(await order_drafts.find(conn, customer_id, who.person, lock=True))


async def change_draft(
    conn: Connection, who: Principal, customer_id: str, typed: TypedOrder, act: str = "keep", what: str = ""
) -> str:
    """Keep what was typed, and carry out one act: `keep`, `add`, `remove`, `last`, `clear`, `extra` or `drop`.

    `what` is the line to remove, the product to add by its number or the best match, the sort of discount or charge to
    add (`extra`), or the place of the one to take out (`drop`). The key of the line that was
    added, which may have been there already; empty if nothing fits. Raises NotFound; Forbidden (`not_owner`); Conflict
    (`full`, `never_ordered`); Invalid for another act.
    """
    draft = await _open_draft(conn, who, customer_id, typed)
    # Kept before anything can be refused: a refusal is shown with what was typed.
    await order_drafts.keep(conn, customer_id, who.person, draft)
    added, lines = "", list(draft.lines)
    match act:
        case "keep":
            return ""
        case "add":
            added, lines = await _with_product(conn, customer_id, lines, what.strip())
        case "remove":
            lines = [line for line in lines if line.key != what]
        case "last":
            lines = await _with_last_order(conn, customer_id, lines)
        case "clear":
            await order_drafts.drop(conn, customer_id, who.person)
            return ""
        case "extra" | "drop":
            changed = with_extra(draft, what) if act == "extra" else without_extra(draft, what)
            await order_drafts.keep(conn, customer_id, who.person, changed)
            return ""
        case _:
            raise Invalid("There is no such act", field="act")
    await order_drafts.keep(conn, customer_id, who.person, draft.model_copy(update={"lines": lines}))
    return added


async def _with_product(
    conn: Connection, customer_id: str, lines: list[DraftLine], text: str
) -> tuple[str, list[DraftLine]]:
    """(key of its line, the lines with it); the key is empty if nothing fits."""
    found = (await search_products(conn, customer_id, text))[1] if text else []
    key = next((one.id for one in found if one.price is not None), "")
    if not key or any(line.key == key for line in lines):
        return key, lines
    return key, _bounded([*lines, DraftLine(key=key, product_id=key)])


async def _with_last_order(conn: Connection, customer_id: str, lines: list[DraftLine]) -> list[DraftLine]:
    """The lines of the latest order, then those that were there and are not among them."""
    last = await orders.latest(conn, customer_id)
    if last is None:
        raise Conflict("They have not ordered anything yet", code="never_ordered")
    taken = as_last_time(last)
    known = {line.key for line in taken}
    return _bounded([*taken, *(line for line in lines if line.key not in known)])


_MOST_UNDONE = 5
"""Undone orders among which one chooses what a new one corrects: whoever corrects an older one does so by REST."""


def _bounded(lines: list[DraftLine]) -> list[DraftLine]:
    if len(lines) > MOST_LINES:
        raise Conflict(f"An order that is put together here has at most {MOST_LINES} lines", code="full")
    return lines


async def order_from_draft(
    conn: Connection,
    who: Principal,
    customer_id: str,
    typed: TypedOrder,
    *,
    seen: Decimal,
    by_mail: bool,
    corrects: str | None = None,
) -> PlacedOrder:
    """Place the order that was put together, and send its invoice, all of it or nothing.

    `seen` is the total that was confirmed, `corrects` the order that this one writes anew. Raises NotFound; Forbidden
    (`not_owner`); Conflict (`empty`, `changed` for another total than the one seen, `wrong_state`); Invalid for a line
    and for `corrects`.
    """
    customer = await customers.get(conn, customer_id, lock=True)
    draft = await _open_draft(conn, who, customer_id, typed)
    await order_drafts.keep(conn, customer_id, who.person, draft)
    desk = await _desk(conn, who, customer)
    _check_ready(desk, seen)
    order = await _place(conn, who, desk, corrects)
    await order_drafts.drop(conn, customer_id, who.person)
    if not by_mail or not desk.mail_to:
        return PlacedOrder(order)
    try:
        # Printed while the counter of the numbers is held: others who invoice wait for some tens of milliseconds, and
        # nobody ever has an invoice whose mail was lost on the way.
        await send_invoice(conn, who, order.invoice.id, None)
    except (TypstError, ValueError):
        return PlacedOrder(order, is_unprinted=True)
    return PlacedOrder(order, mail_to=desk.mail_to)


async def _place(conn: Connection, who: Principal, desk: OrderDesk, corrects: str | None) -> InvoicedOrder:
    """The order is what they said to the open reminder, if there is one; else, or if it corrects one, it is its own."""
    lines, note, extras = desk.order_lines(), desk.note.strip() or None, desk.extras.asked
    item_id = None if corrects else await nudges.open_of(conn, desk.customer.id)
    if item_id is None:
        new = NewOrder(lines=lines, allowance_charges=extras, note=note, corrects=corrects)
        return await place_order(conn, who, desk.customer.id, new)
    outcome = NewNudgeOutcome(outcome=NudgeOutcome.ORDERED, lines=lines, allowance_charges=extras, note=note)
    order = (await answer_nudge(conn, who, item_id, outcome)).order
    assert order is not None  # noqa: S101 - whoever answers with lines gets an order
    return order


def _check_ready(desk: OrderDesk, seen: Decimal) -> None:
    if desk.barrier == "no_seller":
        raise Conflict("There is no legal entity that invoices; a supervisor adds one", code="no_seller")
    check_active(desk.customer)
    if not desk.lines:
        raise Conflict("There is nothing in this order yet", code="empty")
    wrong = next((line for line in desk.lines if line.fault), None)
    if wrong is not None:
        raise Invalid(f"{wrong.description} is not right yet", field=f"quantity.{wrong.key}")
    if any(one.fault for one in desk.extras.shown):
        raise Invalid("A discount or a charge is not right yet", field="extra_value")
    if desk.total != seen:
        raise Conflict(f"It comes to {desk.total} {desk.currency} now; look again, then order", code="changed")
