"""Customers who are made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.account_mgmt.actions.workflow_starts import adoption_of
from services.account_mgmt.domain.billing import Billing
from services.account_mgmt.domain.customer_edit import CARD, HOME, read_billing, read_card
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.recognition import WORDS, keys_of_customer, own_tax_ids, spelt
from services.account_mgmt.domain.whereabouts import place_of_customer
from services.account_mgmt.repository import account_managers, customers, imports
from services.account_mgmt.schemas.customers import NewCustomer
from services.chassis import outbox
from services.chassis.auth import Principal
from services.chassis.contacts.companies import Party, same_company
from services.chassis.contacts.number_places import place_of_number
from services.chassis.contacts.tax_ids import country_of_tax_id
from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.events import publish
from workflows.contracts.base import ContactCard


async def add_customer(conn: Connection, who: Principal, new: NewCustomer) -> Customer:
    """Write a customer, and start their care. An account manager makes them for themselves.

    Raises Forbidden (`not_owner`) for whoever is not registered; Conflict (`duplicate`) naming the customer who has
    one of the numbers, the tax id, or the e-mail and the name; Invalid with the field.
    """
    manager = await _manager(conn, who, new.account_manager)
    customer_id = new_id()
    card, billing = _read(customer_id, new)
    keys = keys_of_customer(card, billing)
    if not keys:
        raise Invalid("Give a number, an e-mail or a tax id: else nobody would recognise them", field="phones")
    await imports.hold_keys(conn, keys)
    await _check_new(conn, card, billing, keys, new.not_the_same_as)
    await customers.add(
        conn, customer_id, contact=card, billing=billing, segment=new.segment or "", account_manager=manager,
        remind_by=new.remind_by or "call",
    )  # fmt: skip
    await imports.remember_keys(conn, customer_id, keys)
    start = adoption_of(customer_id, new.segment or "")
    await outbox.start(conn, start, event_id=f"customer-made:{customer_id}")
    await publish(conn, "customer.changed", customer_id=customer_id)
    return await customers.get(conn, customer_id)


async def _manager(conn: Connection, who: Principal, wanted: str | None) -> str | None:
    """Who looks after them: whom a supervisor names, or whoever makes them. Raises Forbidden, Invalid."""
    if who.role == "supervisor":
        if wanted is not None and not await account_managers.works_here(conn, wanted):
            raise Invalid("This is not an active account manager", field="account_manager")
        return wanted
    if not await account_managers.works_here(conn, who.person):
        raise Forbidden("Only account managers make customers", code="not_owner")
    if wanted not in (None, who.person):
        raise Forbidden("Only a supervisor gives customers to somebody else", code="not_owner")
    return who.person


def _read(customer_id: str, new: NewCustomer) -> tuple[ContactCard, Billing]:
    given = new.given()
    billing = Billing(**(given.get("billing") or {}))
    country = billing.country or new.default_region or country_of_tax_id(new.tax_id or "") or HOME
    typed = {name: value for name, value in given.items() if name in CARD and (value or name == "company")}
    fields: dict[str, Any] = read_card(typed, country, new.default_region)
    said = {**fields, **({"country": billing.country} if billing.country else {})}
    place_of_customer(said, fields.get("phones", []), country)
    said.pop("country", None)
    card = ContactCard(lead_id=customer_id, **said)
    if not billing.country and (first := _country_told(card)):
        billing = billing.model_copy(update={"country": first})
    return card, read_billing(billing, card, changed=frozenset(Billing.model_fields))


def _country_told(card: ContactCard) -> str | None:
    """The country that the tax id or the first number tells."""
    own = country_of_tax_id(card.tax_id or "")
    return own or next((place_of_number(phone).country for phone in card.phones), None)


async def _check_new(
    conn: Connection, card: ContactCard, billing: Billing, keys: Sequence[str], not_the_same_as: str | None
) -> None:
    """Raises Conflict (`duplicate`) if this may be a customer whom we have."""
    mine = _party(card, billing)
    for key, owner in await imports.owners_by_key(conn, keys):
        if owner == not_the_same_as:
            continue
        known = await customers.get(conn, owner)
        theirs = _party(known.contact, known.billing)
        taxed = bool(mine.tax_ids and theirs.tax_ids)
        # By hand a number is enough to ask: whoever types can say that they are two. An address alone is not.
        if same_company(mine, theirs) or (key[0] == "p" and not taxed):
            raise Conflict(
                f"{known.contact.company} is a customer already, with this {WORDS[key[0]]}", code="duplicate",
                field={"p": "phones", "e": "email"}.get(key[0]) or _field_of(key, card, billing),
                detail={"customer_id": owner, "company": known.contact.company},
            )  # fmt: skip


def _field_of(key: str, card: ContactCard, billing: Billing) -> str:
    """Where the tax id of this key was typed."""
    typed = own_tax_ids(card, billing)
    return next((field for field, tax_id in typed.items() if key in spelt([f"t:{tax_id}"])), "tax_id")


def _party(card: ContactCard, billing: Billing) -> Party:
    return Party(card.company, frozenset(own_tax_ids(card, billing).values()))
