"""A month of commission for the payroll: a line per person and currency."""

from __future__ import annotations

import csv
import io

from services.conversion.domain.commission_ledger import MonthStatement

_AMOUNTS = (
    "opening", "accrued", "clawed_back", "vested", "closing", "adjusted", "payable", "brought_forward",
    "carried_forward",
)  # fmt: skip


def payroll_csv(statement: MonthStatement) -> str:
    """The file's text, with amounts in whole cents."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["month", "currency", "person", *_AMOUNTS])
    for balance in statement.balances:
        amounts = [f"{getattr(balance, name):.2f}" for name in _AMOUNTS]
        # A person's id begins with a letter or a digit, so that no cell of these can be a formula.
        writer.writerow([statement.month, balance.currency, balance.person, *amounts])
    return file.getvalue()
