"""Where the pages of this tier are, as a browser knows them."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Depends

from services.account_mgmt.actions.ownership import remember_name
from services.chassis.http import Conn, Who, allow


async def _remembered(conn: Conn, who: Who) -> None:
    await remember_name(conn, who)


HERE: Final = "/accounts/desk/"
PORTFOLIO: Final = f"{HERE}portfolio"
AT_RISK: Final = f"{PORTFOLIO}/at-risk"
OVERDUE: Final = f"{PORTFOLIO}/overdue"
BANK: Final = f"{HERE}bank"
STAFF: list[Any] = [allow("account_manager", "supervisor")]
SUPERVISOR: list[Any] = [allow("supervisor")]
SUPERVISION: list[Any] = [allow("supervisor", "ops")]
"""Whoever reads the settings; ops changes none."""
SETTERS: list[Any] = [allow("supervisor"), Depends(_remembered)]
"""Whoever changes settings, and is called by name where it is shown who did."""
SETTINGS: Final = f"{HERE}settings"


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
