"""Who may act for a customer."""

from __future__ import annotations

from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.repository import account_managers, work
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Forbidden


async def check_owner(conn: Connection, who: Principal, customer: Customer) -> None:
    """Only the customer's account manager (anyone, while there is none) or a supervisor. Raises Forbidden.

    While the account manager is away, so may the cover who was named, and whoever has the customer's open work.
    """
    owner = customer.account_manager
    if who.role == "supervisor" or owner in (None, who.person):
        return
    cover = await account_managers.cover_of_absent(conn, owner or "")
    if cover is not None and (cover == who.person or await work.is_doing(conn, customer.id, who.person)):
        return
    raise Forbidden("This customer has another account manager", code="not_owner")
