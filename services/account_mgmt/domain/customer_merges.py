"""Two customers who are one: which may be merged, what the one that stays takes over, until when it can be undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from services.account_mgmt.domain.billing import Billing
from services.account_mgmt.domain.customers import GONE, Customer
from services.chassis.contacts.tax_ids import same_tax_id
from services.chassis.errors import Conflict, Invalid
from services.chassis.records import Record
from services.chassis.sentences import said
from workflows.contracts.base import ContactCard

UNDOABLE = timedelta(days=30)
_GAPS = ("contact_name", "email", "region", "city", "industry", "size", "website", "tax_id")
_MOST_PHONES = 10


class Merge(Record):
    """One merge. `moved` is everything that it moved, by table, with what it changed of the two."""

    id: str
    kept: str
    gone: str
    moved: dict[str, Any]
    by: str
    at: datetime
    undone_by: str | None
    undone_at: datetime | None

    @property
    def undoable_until(self) -> datetime:
        """The last moment at which it can be undone."""
        return self.at + UNDOABLE

    @property
    def counts(self) -> dict[str, int]:
        """How many records of each kind moved."""
        return {name: len(rows) for name, rows in self.moved["rows"].items() if rows}


class MergePreview(Record):
    """What a merge would do: records that move, fields that are filled, and those where both say something else.

    `warnings` are to be read before: they say what somebody has to know, and stop nothing.
    """

    kept: Customer
    gone: Customer
    moves: dict[str, int]
    fills: list[str]
    differ: list[str]
    warnings: list[str]


def check_merge(kept: Customer, gone: Customer) -> None:
    """Raises Invalid for one and the same, Conflict (`merged`, `wrong_state`) for two that cannot be merged so."""
    if kept.id == gone.id:
        raise Invalid("These are one customer already", field="gone")
    if kept.merged_into or gone.merged_into:
        raise Conflict("One of the two was merged already", code="merged")
    if kept.state in GONE and gone.state not in GONE:
        raise Conflict("The one that is to stay has left: keep the other one", code="wrong_state",
                       detail={"state": kept.state})  # fmt: skip


def joined_card(kept: ContactCard, gone: ContactCard) -> ContactCard:
    """The card of the one that stays: its own, with the other's numbers behind and its gaps filled."""
    fills: dict[str, Any] = {
        name: getattr(gone, name) for name in _GAPS if getattr(gone, name) and not getattr(kept, name)
    }
    if not kept.timezone_known and gone.timezone_known:
        fills |= {"timezone": gone.timezone, "timezone_known": True}
    phones = list(dict.fromkeys([*kept.phones, *gone.phones]))[:_MOST_PHONES]
    return kept.model_copy(update={**fills, "phones": phones})


def joined_billing(kept: Billing, gone: Billing) -> Billing:
    """Whom invoices are made out to: an address is one whole, so it is taken over only where there is none."""
    if any(dict(kept).values()):
        return kept
    return gone


def differences(kept: Customer, gone: Customer) -> tuple[list[str], list[str]]:
    """(fields that are filled from the one that goes, fields where both say something else)."""
    names = ("company", *_GAPS, "language")
    one, other = kept.contact, gone.contact
    fills = [name for name in names if getattr(other, name) and not getattr(one, name)]
    differ = [
        name for name in names
        if getattr(one, name) and getattr(other, name) and getattr(one, name) != getattr(other, name)
    ]  # fmt: skip
    return fills, differ


def warnings(kept: Customer, gone: Customer, same_orders: int, manager: str | None) -> list[str]:
    """What somebody has to know before the two are merged; `manager` is the name of whoever looks after `gone`."""
    found = []
    if kept.contact.tax_id and gone.contact.tax_id and not same_tax_id(kept.contact.tax_id, gone.contact.tax_id):
        found.append(said("Their tax ids differ: are they really one company?"))
    if kept.account_manager != gone.account_manager:
        found.append(
            said(f"{manager} looks after the one that goes")
            if manager
            else said("Nobody looks after the one that goes")
        )
    if "opted_out" in (kept.state, gone.state) and kept.state != gone.state:
        found.append(said("One of them wants no reminders: nor does the customer that stays"))
    if same_orders:
        found.append(said(f"Imported orders with the same number at both are counted once: {same_orders}"))
    return found


def check_undo(merge: Merge, kept: Customer, now: datetime) -> None:
    """Raises Conflict: `wrong_state` if it was undone, `merged_further`, or `too_late`."""
    if merge.undone_at is not None:
        raise Conflict("This merge has been undone already", code="wrong_state")
    if kept.merged_into is not None:
        raise Conflict("The customer that stayed was merged into another one: undo that first", code="merged_further")
    if now > merge.undoable_until:
        raise Conflict(f"A merge can be undone for {UNDOABLE.days} days", code="too_late")
