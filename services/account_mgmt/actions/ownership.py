"""Who may act for a customer: one rule, asked by everything that writes on a customer, an invoice or an order."""

from __future__ import annotations

from collections.abc import Collection

from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.repository import account_managers, customer_merges, customers, supervisors, work
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Forbidden


async def check_registered(conn: Connection, who: Principal) -> None:
    """An account manager is who is registered and works here; with the role alone one is nobody. Raises Forbidden."""
    if who.role == "account_manager" and not await account_managers.works_here(conn, who.person):
        raise Forbidden("You are not registered as an account manager here", code="not_owner")


async def check_owner(conn: Connection, who: Principal, customer: Customer) -> None:
    """`check_may_act`, for a record that was not merged. Raises Forbidden; Conflict (`merged`) naming who they are."""
    await check_may_act(conn, who, customer)
    await check_not_merged(conn, customer)


async def check_may_act(conn: Connection, who: Principal, customer: Customer) -> None:
    """Only the customer's account manager (any of them, while there is none) or a supervisor. Raises Forbidden.

    Whoever is not registered as an account manager, or no longer works as one, is nobody.

    While the account manager is away, so may the cover who was named, and whoever has the customer's open work.
    """
    if not await may_act_for(conn, who, customer.id, customer.account_manager):
        raise Forbidden("This customer has another account manager", code="not_owner")
    await remember_name(conn, who)


async def remember_name(conn: Connection, who: Principal) -> None:
    """A supervisor who acts is called by name wherever it is shown who did something."""
    if who.role == "supervisor" and who.name != who.person:
        await supervisors.remember(conn, who.person, who.name)


async def check_not_merged(conn: Connection, customer: Customer) -> None:
    """Nothing is written on a record that was merged. Raises Conflict (`merged`) with the `customer_id` that stayed."""
    if customer.merged_into is None:
        return
    theirs = await customers.get(conn, await customer_merges.survivor(conn, customer.id))
    raise Conflict(
        f"They were merged into {theirs.contact.company}: what is new belongs there", code="merged",
        detail={"customer_id": theirs.id, "company": theirs.contact.company},
    )  # fmt: skip


async def may_act_for(conn: Connection, who: Principal, customer_id: str, owner: str | None) -> bool:
    """The rule of `check_owner`, which also decides who sees the customer's numbers."""
    if who.role == "supervisor":
        return True
    if who.is_ops or not await account_managers.works_here(conn, who.person):
        return False
    if owner in (None, who.person):
        return True
    cover = await account_managers.cover_of_absent(conn, owner or "")
    return cover is not None and (cover == who.person or await work.is_doing(conn, customer_id, who.person))


async def check_owner_of_invoices(conn: Connection, who: Principal, invoice_ids: Collection[str]) -> None:
    """`check_owner` for the customers of these invoices; ids of none are left to whoever reads them."""
    for customer in await customers.of_invoices(conn, invoice_ids):
        await check_owner(conn, who, customer)
