"""Who a customer is, edited: the record, its audit, what mails and the register go by."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from services.account_mgmt.actions.customers import plan_anew
from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.actions.register import report_contact
from services.account_mgmt.domain.customer_edit import Edited, edited
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.recognition import keys_of_customer, own_tax_ids, spelt
from services.account_mgmt.repository import customer_changes, customers, erasure, imports
from services.account_mgmt.schemas.customers import CustomerChange
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.edits import tag_of
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.chassis.mail import readdress_mails, withdraw_mails
from services.chassis.mail.addresses import carry_stop


async def read_to_edit(conn: Connection, who: Principal, customer_id: str) -> tuple[Customer, str]:
    """The customer, and the tag of what an edit is about. Raises NotFound, Forbidden (`not_owner`)."""
    customer = await customers.get(conn, customer_id)
    await check_owner(conn, who, customer)
    return customer, _tag(customer)


def _tag(customer: Customer) -> str:
    shown = (customer.contact.model_dump(mode="json"), customer.billing.model_dump(mode="json"), customer.segment)
    return tag_of(shown)


async def change_customer(
    conn: Connection, who: Principal, customer_id: str, change: CustomerChange, *, seen: str = "",
    worked_out: Collection[str] = (),
) -> Customer:  # fmt: skip
    """Write down what is known better; nothing new changes nothing. `seen` is the tag of what a form was drawn with,
    and `worked_out` names what is to follow from where they are: `language`, `timezone`.

    Raises NotFound; Forbidden (`not_owner`); Conflict (`erased`), (`changed_meanwhile`), (`duplicate`) naming the
    customer who has this tax id; Invalid with the field.
    """
    customer = await customers.get(conn, customer_id, lock=True)
    await check_owner(conn, who, customer)
    if await erasure.is_erased(conn, customer_id):
        raise Conflict("The customer was erased", code="erased")
    if seen and seen != _tag(customer):
        raise Conflict("Somebody edited this customer meanwhile: open the form again", code="changed_meanwhile")
    after = edited(customer, change.given(), worked_out)
    if not after.changes:
        return customer
    await _check_free(conn, customer, after)
    await customers.write(conn, customer_id, contact=after.contact, billing=after.billing)
    await customers.change(conn, customer_id, remind_by=change.remind_by, segment=change.segment)
    change_id = await customer_changes.add(conn, customer_id, who.person, after.changes)
    await _follow(conn, who, customer, after, change_id)
    await publish(conn, "customer.changed", customer_id=customer_id)
    return await customers.get(conn, customer_id)


async def _check_free(conn: Connection, customer: Customer, after: Edited) -> None:
    """Raises Conflict (`duplicate`) on a tax id that became theirs and is another customer's already."""
    had = set(own_tax_ids(customer.contact, customer.billing).values())
    for field, tax_id in own_tax_ids(after.contact, after.billing).items():
        for owner in await imports.owners(conn, spelt([f"t:{tax_id}"])) if tax_id not in had else []:
            if owner != customer.id:
                raise Conflict(
                    "Another customer has this tax id: merge the two if they are one", code="duplicate", field=field,
                    detail={"customer_id": owner},
                )  # fmt: skip


async def _follow(conn: Connection, who: Principal, customer: Customer, after: Edited, change_id: str) -> None:
    """What goes by the card goes by the new one: recognition, mails that wait, the register, the next reminder."""
    was, now = customer.contact, after.contact
    keys = keys_of_customer(now, after.billing)
    await imports.forget_keys(conn, customer.id, set(keys_of_customer(was, customer.billing)) - set(keys))
    await imports.remember_keys(conn, customer.id, keys)
    if "email" in after.changes:
        if was.email and now.email:
            await readdress_mails(conn, customer.id, was.email, now.email)
            await carry_stop(conn, was.email, now.email, customer.id)
        elif was.email:
            await withdraw_mails(conn, customer.id, to=was.email, why="the customer has no address any more")
    if {"timezone", "phones", "billing.country"} & after.changes.keys():
        moved = customer.model_copy(update={"contact": now, "billing": after.billing})
        await plan_anew(conn, moved, who.person, event_id=change_id)
    if after.of_card:
        fresh = customer.model_copy(update={"contact": now})
        await report_contact(conn, fresh, after.of_card, who.person, event_id=change_id, at=datetime.now(UTC))
