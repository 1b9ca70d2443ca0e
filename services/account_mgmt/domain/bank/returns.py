"""Which payment the bank took back: recognised by what its entry says, never guessed from the amount alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.account_mgmt.domain.bank.numbers import invoices_in, short_in
from services.account_mgmt.domain.bank.transfers import Transfer
from services.chassis.records import Record

_SHORTEST = 6
"""A shorter reference stands in too many texts to name anything."""


class ReturnedPayment(Record):
    """A payment that may have been taken back; `accounts` are those that its customer paid from.

    `transfer_id` is the transfer that brought it and payments of other invoices with it, if that was taken back.
    """

    payment_id: str
    invoice_id: str
    number: str
    customer_id: str
    reference: str
    paid_at: datetime
    payer_iban: str
    purpose: str
    bank_reference: str
    accounts: list[str]
    transfer_id: str | None = None


def returned_by(entry: Transfer, payments: Sequence[ReturnedPayment], entities: Sequence[str]) -> list[ReturnedPayment]:
    """The payments of this amount that the entry may take back, by the strongest sign that any of them has.

    A sign is a reference of the payment in the entry, then its invoice's number, then the account that it came from.
    One payment alone is recognised; several are left to a person.
    """
    text = f"{entry.reference} {entry.purpose}".upper()
    named = set(invoices_in(entry.purpose, entities)).union(*short_in(entry.purpose, entities))
    signs = (
        [one for one in payments if _is_named(one, text)],
        [one for one in payments if one.number in named],
        [one for one in payments if entry.payer_iban and entry.payer_iban in (one.payer_iban, *one.accounts)],
    )
    return next((found for found in signs if found), [])


def returned_transfer(
    entry: Transfer, parts: Sequence[ReturnedPayment], entities: Sequence[str]
) -> tuple[list[ReturnedPayment], bool]:
    """The payments of a transfer of this amount that paid several invoices, and whether no other may be meant.

    `parts` are the payments of all such transfers; the signs are those of `returned_by`.
    """
    named = returned_by(entry, parts, entities)
    transfers = {one.transfer_id for one in named}
    if len(transfers) != 1:
        return named, False
    return [one for one in parts if one.transfer_id in transfers], True


def _is_named(payment: ReturnedPayment, text: str) -> bool:
    references = {payment.reference, payment.bank_reference} - {""}
    return any(len(one) >= _SHORTEST and one.upper() in text.split() for one in references)
