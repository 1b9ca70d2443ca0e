"""What happened to an invoice, in one line of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.account_mgmt.domain.corrected import PutRight
from services.account_mgmt.domain.dunning import DunningDecision, DunningStep
from services.account_mgmt.domain.invoices import Invoice
from services.account_mgmt.domain.refunds import Refund

Kind = Literal["issued", "mail", "reminder", "decision", "payment", "credit", "refund", PutRight]


@dataclass(frozen=True)
class StoryEvent:
    """Something that happened; `what` is its record, `mail` what became of the mail that carried it."""

    at: datetime
    kind: Kind
    what: Any
    mail: Any = None


def story(
    invoice: Invoice,
    refunds: Sequence[Refund],
    steps: Sequence[DunningStep],
    mails: Sequence[Any],
    decisions: Sequence[DunningDecision] = (),
    *,
    put_right: Sequence[tuple[datetime, PutRight, Any]] = (),
) -> list[StoryEvent]:
    """Everything that happened, the newest first; a reminder and its mail are one event.

    `put_right` are corrections of its money: when, which, and their record.
    """
    carried = {one.key.rpartition(":")[2]: one for one in mails if one.purpose == "dunning"}
    told = {str(step.level) for step in steps}
    events = [
        StoryEvent(invoice.issued_at, "issued", invoice),
        *(StoryEvent(one.paid_at, "payment", one) for one in invoice.payments),
        *(StoryEvent(one.issued_at, "credit", one) for one in invoice.credit_notes),
        *(StoryEvent(one.made_at, "refund", one) for one in refunds),
        *(StoryEvent(at, kind, one) for at, kind, one in put_right),
        *(StoryEvent(one.at, "decision", one) for one in decisions),
        *(StoryEvent(one.at, "reminder", one, carried.get(str(one.level))) for one in steps),
        *(
            StoryEvent(one.created_at, "mail", one)
            for one in mails
            if one.purpose != "dunning" or one.key.rpartition(":")[2] not in told
        ),
    ]
    # Whatever the clocks say, nothing happens to an invoice before it is issued.
    return sorted(events, key=lambda one: (one.kind != "issued", one.at), reverse=True)
