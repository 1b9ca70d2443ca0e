"""What is open on an invoice, as SQL: the same as `open_amount` of the domain, for lists and sums of many."""

from __future__ import annotations

from typing import Final

_OWED: Final = "greatest(least(0.00, {i}.paid - {i}.refunded), {i}.total - {i}.credited - {i}.written_off)"


def owed(invoices: str = "i") -> str:
    """What is still to be paid of an invoice that is not void; negative: too much was. `invoices` is the table's alias.

    Asks for no state, so that sums over what is open are read from an index alone.
    """
    return f"({_OWED.format(i=invoices)} - {invoices}.paid + {invoices}.refunded)"


def open_amount(invoices: str = "i") -> str:
    """What is still to be paid of any invoice; negative: too much was."""
    owed_now = f"CASE WHEN {invoices}.state = 'void' THEN 0.00 ELSE {_OWED.format(i=invoices)} END"
    return f"({owed_now} - {invoices}.paid + {invoices}.refunded)"
