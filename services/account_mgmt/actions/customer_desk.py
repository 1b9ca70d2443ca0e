"""One customer as the desk shows them, as of now."""

from __future__ import annotations

from collections.abc import Sequence

from services.account_mgmt.actions.card import read_card
from services.account_mgmt.actions.ownership import may_act_for
from services.account_mgmt.domain.customer_desk import CustomerDesk, CustomerFacts
from services.account_mgmt.domain.money import DEFAULT_CURRENCY
from services.account_mgmt.domain.repeat_order import Repeat, repeat
from services.account_mgmt.repository import customer_desk, customer_merges, products
from services.chassis.auth import Principal
from services.chassis.db import Connection


async def current_id(conn: Connection, customer_id: str) -> str:
    """The customer whom this one was merged into, or the same: where a link from before a merge leads."""
    return await customer_merges.survivor(conn, customer_id)


async def read_customer(conn: Connection, who: Principal, customer_id: str) -> CustomerDesk:
    """The card with what stands around it; numbers in clear for whoever may act for them. Raises NotFound."""
    card = await read_card(conn, who, customer_id)
    facts = await customer_desk.facts(conn, customer_id)
    mine = await may_act_for(conn, who, customer_id, card.who["account_manager"])
    names = {one.product_id: one.description for one in card.bought if one.product_id}
    told = {*(one.product_id for one in card.offer), *(one.product_id for one in facts.refused)}
    names_by_language = await products.names_by_language(conn, told)
    return CustomerDesk(
        id=customer_id, card=card, facts=facts, mine=mine, names=names, names_by_language=names_by_language
    )


async def read_repeat(conn: Connection, customer_id: str, typed: Sequence[str]) -> Repeat:
    """What the latest order comes to in the quantities that were typed, line by line. Raises NotFound."""
    return repeat_of(await customer_desk.facts(conn, customer_id), typed)


def repeat_of(facts: CustomerFacts, typed: Sequence[str] | None = None) -> Repeat:
    """What the latest order comes to in these quantities, or as it was."""
    as_it_was = [f"{line.quantity:f}" for line in facts.last_lines]
    currency = facts.orders[-1].currency if facts.orders else DEFAULT_CURRENCY
    return repeat(facts.last_lines, currency, as_it_was if typed is None else typed)
