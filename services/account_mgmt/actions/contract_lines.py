"""What stands on the invoices of a contract: its lines with their dates and prices, and how the next ones will look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.account_mgmt.actions.orders import price_lines
from services.account_mgmt.domain.contract_texts import fill, words_of
from services.account_mgmt.domain.contracts import MOST_MISSED, ComingInvoice, Contract, Preview, priced_by_catalogue
from services.account_mgmt.domain.customers import Customer, check_active
from services.account_mgmt.domain.legal_entities import LegalEntity
from services.account_mgmt.domain.line_charges import ChargedLine
from services.account_mgmt.domain.money import PricedLine
from services.account_mgmt.domain.order_drafts import ListedProduct
from services.account_mgmt.domain.products import Price
from services.account_mgmt.domain.tax_categories import Parties
from services.account_mgmt.repository import contracts, customers, legal_entities, products
from services.chassis.db import Connection
from services.chassis.errors import Conflict, DomainError


@dataclass(frozen=True)
class Terms:
    """A contract with everything that its invoices are made of."""

    contract: Contract
    customer: Customer
    seller: LegalEntity
    listed: Mapping[str, ListedProduct]
    prices: Sequence[Price]

    def lines_at(self, at: datetime) -> Sequence[ChargedLine]:
        """The lines at the prices of a moment. Raises Conflict with the reason why there is no invoice."""
        check_active(self.customer)
        if not self.seller.active:
            raise Conflict(f"{self.seller.name} does not invoice any more", code="no_seller")
        for line in self.contract.lines:
            if line.product_id and not (line.product_id in self.listed and self.listed[line.product_id].active):
                raise Conflict(f"{line.product_id} is not sold any more", code="inactive")
        if self.contract.price_by == "fixed":
            return self.contract.lines
        return priced_by_catalogue(self.contract.lines, self.prices, at)

    def texts(self, number: int) -> list[str]:
        """What each line says of this date. Raises Conflict (`unfit`)."""
        words = words_of(self.contract, number, self.customer.contact.language)
        return [_filled(line.description, words) for line in self.contract.lines]


def _filled(text: str, words: Mapping[str, str]) -> str:
    try:
        return fill(text, words)
    except ValueError as error:
        raise Conflict(f"{text[:40]}: {error}", code="unfit") from None


async def read_terms(conn: Connection, contract: Contract, customer: Customer) -> Terms:
    """Seller, products and prices of a contract, as of now. Raises NotFound."""
    wanted = [line.product_id for line in contract.lines if line.product_id]
    listed = await products.listed(conn, wanted, currency=contract.currency, customer_id=customer.id) if wanted else {}
    by_catalogue = contract.price_by == "catalogue"
    prices = await products.prices_that_matter(conn, wanted) if wanted and by_catalogue else []
    return Terms(contract, customer, await legal_entities.get(conn, contract.entity), listed, prices)


async def lines_of_date(
    conn: Connection, contract: Contract, customer: Customer, number: int, at: datetime
) -> list[ChargedLine]:
    """The lines of one date's invoice. Raises Conflict with the reason why it cannot be issued."""
    terms = await read_terms(conn, contract, customer)
    texts = terms.texts(number)
    lines = zip(terms.lines_at(at), texts, strict=True)
    return [line.model_copy(update={"description": text}) for line, text in lines]


async def read_preview(conn: Connection, contract_id: str, most: int) -> Preview:
    """The next invoices of a contract, and the dates that have passed while it was paused. Raises NotFound."""
    contract = await contracts.get(conn, contract_id)
    return await preview_of(conn, contract, await customers.get(conn, contract.customer_id), most)


async def preview_of(conn: Connection, contract: Contract, customer: Customer, most: int) -> Preview:
    """The next invoices of a contract that may not be written yet; what was missed comes apart while it is paused."""
    now, printer = datetime.now(UTC), _Printer(conn, await read_terms(conn, contract, customer))
    missed = contract.missed(now, MOST_MISSED + 1) if contract.state == "paused" else []
    coming = [number for number in contract.coming(most + 1 + len(missed)) if number not in missed]
    return Preview(
        currency=contract.currency,
        coming=[await printer.invoice(number, now) for number in coming[:most]],
        missed=[await printer.invoice(number, now) for number in missed],
        has_more=len(coming) > most,
    )


class _Printer:
    """Makes the next invoices; lines at the same prices are worked out once."""

    def __init__(self, conn: Connection, terms: Terms) -> None:
        self._conn = conn
        self._terms = terms
        self._parties = Parties.of(terms.seller, terms.customer.billing)
        self._priced: dict[str, list[PricedLine]] = {}

    async def invoice(self, number: int, now: datetime) -> ComingInvoice:
        """One date's invoice as it would be; one that is late is issued now, and has the prices of now."""
        contract = self._terms.contract
        begins, ends = contract.period_of(number)
        at = contract.due_at(number)
        facts = {"number": number, "on_day": begins, "at": at, "begins_on": begins, "ends_on": ends}
        try:
            texts, lines = self._terms.texts(number), self._terms.lines_at(max(at, now))
        except DomainError as error:
            return ComingInvoice(**facts, lines=[], problem=error.message)
        prices = " ".join(str(line.unit_price.amount) for line in lines)
        if prices not in self._priced:
            self._priced[prices] = await price_lines(self._conn, lines, self._parties)
        priced = zip(self._priced[prices], texts, strict=True)
        return ComingInvoice(**facts, lines=[line.model_copy(update={"description": text}) for line, text in priced])
