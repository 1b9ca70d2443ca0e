"""Where the pages of this tier are, as a browser knows them."""

from __future__ import annotations

from typing import Any, Final

from services.chassis.http import allow

HERE: Final = "/accounts/desk/"
PORTFOLIO: Final = f"{HERE}portfolio"
AT_RISK: Final = f"{PORTFOLIO}/at-risk"
OVERDUE: Final = f"{PORTFOLIO}/overdue"
BANK: Final = f"{HERE}bank"
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


def manager_path(manager_id: str) -> str:
    """The page of an account manager's portfolio."""
    return f"{PORTFOLIO}/people/{manager_id}"


def statement_path(statement_id: str) -> str:
    """The page of a bank statement."""
    return f"{BANK}/{statement_id}"
