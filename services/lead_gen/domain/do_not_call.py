"""The do-not-call ledger: what holds now, and every change of it."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record


class Withdrawal(Record):
    """A withdrawal of consent. Scope `company` covers every number of the company, `phone` one number."""

    scope: str = "phone"
    basis: str | None = None
    proof: str | None = None


class LedgerEntry(Record):
    """An entry of the ledger. It stays when it is lifted, with the time of lifting."""

    id: str
    phone: str
    scope: str
    basis: str | None
    proof: str | None
    by: str
    at: datetime
    withdrawn_at: datetime | None


class LedgerChange(Record):
    """One change of a number's entry, as it was made."""

    action: str
    scope: str
    basis: str | None
    proof: str | None
    by: str
    at: datetime
