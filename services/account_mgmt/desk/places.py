"""Where the pages of this tier are, as a browser knows them."""

from __future__ import annotations

from typing import Any, Final

from services.chassis.http import allow

HERE: Final = "/accounts/desk/"
STAFF: list[Any] = [allow("account_manager", "supervisor")]
SUPERVISOR: list[Any] = [allow("supervisor")]


def customer_path(customer_id: str) -> str:
    """The desk with this customer's card on it."""
    return f"{HERE}customers/{customer_id}"


def invoice_path(invoice_id: str) -> str:
    """The page of an invoice."""
    return f"{HERE}invoices/{invoice_id}"


def contract_path(contract_id: str) -> str:
    """The page of a contract."""
    return f"{HERE}contracts/{contract_id}"
