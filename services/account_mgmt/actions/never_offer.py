"""Products that a customer never wants to be offered again."""

from __future__ import annotations

from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.domain.never_offer import Refusal
from services.account_mgmt.repository import customers, never_offer, products
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.events import publish


async def never_offer_again(
    conn: Connection, who: Principal, customer_id: str, product_id: str, reason: str | None
) -> list[Refusal]:
    """Record that a product is never offered to this customer again; everything that is not.

    Raises NotFound, Forbidden (`not_owner`), Invalid for an unknown product.
    """
    await check_owner(conn, who, await customers.get(conn, customer_id))
    if not await products.known(conn, [product_id]):
        raise Invalid(f"There is no product {product_id}", field="product_id")
    await never_offer.add(conn, customer_id, product_id, reason, who.person)
    await publish(conn, "customer.changed", customer_id=customer_id)
    return await never_offer.of_customer(conn, customer_id)


async def allow_again(conn: Connection, who: Principal, customer_id: str, product_id: str) -> None:
    """The product may be offered to this customer again. Raises NotFound, Forbidden (`not_owner`)."""
    await check_owner(conn, who, await customers.get(conn, customer_id))
    await never_offer.remove(conn, customer_id, product_id)
    await publish(conn, "customer.changed", customer_id=customer_id)
