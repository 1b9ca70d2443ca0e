"""A contract that is still being typed, new or changed: how it would go, checked as it would be. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from services.account_mgmt.actions.contract_lines import preview_of
from services.account_mgmt.actions.contracts import changed_by, values_of
from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.domain.contracts import Contract, Preview, check_state
from services.account_mgmt.domain.line_charges import ChargedLine
from services.account_mgmt.repository import contracts, customers, legal_entities, products
from services.account_mgmt.schemas.contracts import ContractChange, NewContract
from services.chassis.auth import Principal
from services.chassis.currencies import check_amount
from services.chassis.db import Connection, new_id
from services.chassis.errors import Invalid
from workflows.contracts.base import Money


@dataclass(frozen=True)
class TypedLine:
    """A line as somebody typed it. A product brings its name and its price, unless others were typed.

    `old` is the line that stood in its place, which keeps whatever the form has no field for.
    """

    product_id: str | None
    description: str
    quantity: Decimal
    unit_price: Decimal | None
    old: ChargedLine | None = None


async def complete_lines(
    conn: Connection, customer_id: str, typed: Sequence[TypedLine], currency: str
) -> list[ChargedLine]:
    """The lines with what the catalogue knows of them. Raises NotFound; Invalid with the field."""
    customer = await customers.get(conn, customer_id)
    wanted = [line.product_id for line in typed if line.product_id]
    listed = await products.listed(conn, wanted, currency=currency, customer_id=customer_id) if wanted else {}
    found = []
    for n, line in enumerate(typed):
        product = listed.get(line.product_id or "")
        if line.product_id and product is None:
            raise Invalid(f"There is no product {line.product_id}", field=f"lines[{n}].product_id")
        price = line.unit_price if line.unit_price is not None or product is None else product.price
        if price is None:
            raise Invalid("What does it cost?", field=f"lines[{n}].unit_price")
        description = line.description or (product.name_in(customer.contact.language) if product else "")
        if not description:
            raise Invalid("A few words are needed here", field=f"lines[{n}].description")
        found.append(_line(line, description, Money(amount=price, currency=currency), n))
    if not found:
        raise Invalid("What is it for? One line at least", field="lines[0].description")
    return found


def _line(line: TypedLine, description: str, price: Money, n: int) -> ChargedLine:
    try:
        check_amount(price.amount, price.currency)
    except ValueError as error:
        raise Invalid(f"{error}", field=f"lines[{n}].unit_price") from None
    told = {"product_id": line.product_id, "description": description, "quantity": line.quantity, "unit_price": price}
    kept = line.old.model_dump() if line.old and line.old.product_id == line.product_id else {}
    return ChargedLine.model_validate({**kept, **told})


async def preview_new(conn: Connection, who: Principal, customer_id: str, new: NewContract, most: int) -> Preview:
    """The next invoices of a contract that is not made yet. Raises as `make_contract` does."""
    customer = await customers.get(conn, customer_id)
    await check_owner(conn, who, customer)
    now = datetime.now(UTC)
    values = await values_of(conn, customer, new, now)
    seller = await legal_entities.get(conn, values["entity"])
    draft = Contract.of(
        {
            **values, "id": new_id(), "customer_id": customer_id, "state": "active", "reason": None, "issued": 0,
            "next_number": 1, "zone": seller.timezone, "created_by": who.person, "created_at": now, "updated_at": now,
        }
    )  # fmt: skip
    return await preview_of(conn, draft, customer, most)


async def preview_change(conn: Connection, who: Principal, contract_id: str, to: ContractChange, most: int) -> Preview:
    """The next invoices of a contract as it would be changed. Raises as `change_contract` does."""
    contract = await contracts.get(conn, contract_id)
    customer = await customers.get(conn, contract.customer_id)
    await check_owner(conn, who, customer)
    check_state(contract, "active", "paused")
    changed = await changed_by(conn, contract, customer, to)
    return await preview_of(conn, Contract.of({**dict(contract), **changed}), customer, most)
