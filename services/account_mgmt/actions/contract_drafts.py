"""How a contract would go that is still being typed, new or changed: checked as it would be, and nothing is written."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.actions.contract_lines import preview_of
from services.account_mgmt.actions.contracts import changed_by, values_of
from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.domain.contracts import Contract, Preview, check_state
from services.account_mgmt.repository import contracts, customers, legal_entities
from services.account_mgmt.schemas.contracts import ContractChange, NewContract
from services.chassis.auth import Principal
from services.chassis.db import Connection, new_id


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
