"""Contracts as the account desk shows them: a customer's in a list, and one on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from services.account_mgmt.actions.contract_lines import preview_of
from services.account_mgmt.actions.contracts import tag_of_agreed
from services.account_mgmt.actions.orders import price_lines
from services.account_mgmt.actions.ownership import may_act_for
from services.account_mgmt.domain.contracts import Contract, Period, Preview, priced_by_catalogue
from services.account_mgmt.domain.customers import GONE, Customer
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.money import totals
from services.account_mgmt.domain.order_drafts import ListedProduct
from services.account_mgmt.domain.tax_categories import Parties
from services.account_mgmt.repository import (
    contract_periods,
    contracts,
    customers,
    legal_entities,
    orders,
    products,
)
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError

_MOST = 30
NOBODY = "00000000-0000-0000-0000-000000000000"
_MOST_PERIODS = 12
COMING = 6


@dataclass(frozen=True)
class ShownContract:
    """A contract in the list of a customer, with what its next invoice comes to; none if that is not known."""

    contract: Contract
    total: Decimal | None


@dataclass(frozen=True)
class ContractPage:
    """A contract on its page, or a new one to be typed. `mine` says whether whoever reads may act for the customer."""

    customer: Customer
    mine: bool
    sellers: Sequence[LegalEntity]
    currency: str
    contract: Contract | None = None
    preview: Preview | None = None
    periods: Sequence[Period] = ()
    troubles: Sequence[Period] = field(default=())

    @property
    def seen(self) -> str:
        """The tag of what is agreed, with which the form is drawn."""
        return tag_of_agreed(self.contract) if self.contract else ""

    @property
    def entities(self) -> list[tuple[str, str]]:
        """Who may invoice: ids and names."""
        return [(one.id, one.name) for one in self.sellers]

    @property
    def is_gone(self) -> bool:
        """Whether the customer has left: nothing is agreed with them any more."""
        return self.customer.state in GONE


async def read_contracts(conn: Connection, customer_id: str) -> list[ShownContract]:
    """A customer's contracts: those that run first, then those that are paused, then those that have ended."""
    found = await contracts.page(conn, customer_id=customer_id, limit=_MOST, after=None)
    found.sort(key=lambda one: ("active", "paused", "ended").index(one.state))
    sums = await _sums(conn, [one for one in found if one.state != "ended"])
    return [ShownContract(one, sums.get(one.id)) for one in found]


async def _sums(conn: Connection, running: Sequence[Contract]) -> dict[str, Decimal]:
    """What the next invoice of each comes to; all are of one customer."""
    if not running:
        return {}
    billing = (await customers.get(conn, running[0].customer_id)).billing
    sellers = {one.id: one for one in await _sellers(conn)}
    sums, wanted = {}, {line.product_id for one in running for line in one.lines if line.product_id}
    prices = await products.prices_that_matter(conn, sorted(wanted)) if wanted else []
    for one in running:
        try:
            at = max(one.due_at(one.next_number), datetime.now(UTC))
            lines = one.lines if one.price_by == "fixed" else priced_by_catalogue(one.lines, prices, at)
            parties = Parties.of(sellers[one.entity], billing)
        except (DomainError, KeyError):
            continue
        sums[one.id] = totals(await price_lines(conn, lines, parties))[0]
    return sums


async def read_new_page(conn: Connection, who: Principal, customer_id: str) -> ContractPage:
    """A new contract to be typed, in the currency of the customer's latest order. Raises NotFound."""
    customer = await customers.get(conn, customer_id)
    last, sellers = await orders.latest(conn, customer_id), await _sellers(conn)
    currency = last.currency if last else (sellers[0].currency if sellers else "UAH")
    mine = await may_act_for(conn, who, customer.id, customer.account_manager)
    return ContractPage(customer, mine, sellers, currency)


async def read_contract_page(conn: Connection, who: Principal, contract_id: str) -> ContractPage:
    """One contract with its next invoices and what became of the latest dates. Raises NotFound."""
    contract = await contracts.get(conn, contract_id)
    customer = await customers.get(conn, contract.customer_id)
    return ContractPage(
        customer,
        await may_act_for(conn, who, customer.id, customer.account_manager),
        await _sellers(conn),
        contract.currency,
        contract,
        await preview_of(conn, contract, customer, COMING),
        await contract_periods.page(conn, contract_id, limit=_MOST_PERIODS, after=None),
        await contract_periods.in_trouble(conn, [contract_id]),
    )


async def find_products(conn: Connection, text: str) -> list[ListedProduct]:
    """What is sold by that number or name, the best match first."""
    # Whose and in which currency matters for the price alone, which is not shown.
    return await products.search(conn, text.strip(), currency="UAH", customer_id=NOBODY, limit=8)


async def _sellers(conn: Connection) -> list[LegalEntity]:
    return [one for one in await legal_entities.all_of_them(conn) if one.active]
