"""The customer card, as of now."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.actions.ownership import may_act_for
from services.account_mgmt.domain.card import Card, CardFacts, build_card
from services.account_mgmt.repository import card
from services.chassis.auth import Principal
from services.chassis.contacts.masks import mask_card
from services.chassis.db import Connection


async def read_card(conn: Connection, who: Principal, customer_id: str) -> Card:
    """The working instruction for one customer; numbers in clear for whoever acts for them. Raises NotFound."""
    facts = await card.read(conn, customer_id)
    if not await may_act_for(conn, who, facts.id, facts.account_manager):
        facts = _masked(facts)
    return build_card(facts, datetime.now(UTC))


async def read_listed_card(conn: Connection, customer_id: str) -> Card:
    """The card as a list shows it, numbers masked. Raises NotFound."""
    return build_card(_masked(await card.read(conn, customer_id)), datetime.now(UTC))


def _masked(facts: CardFacts) -> CardFacts:
    people = [mask_card(person) for person in facts.people]
    return facts.model_copy(update={"contact": mask_card(facts.contact), "people": people})
