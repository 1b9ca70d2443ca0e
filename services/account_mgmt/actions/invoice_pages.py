"""An invoice with everything that happened to it, what comes next, and what this person may do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.account_mgmt.actions.corrections import Corrections, read_corrections
from services.account_mgmt.actions.invoice_documents import read_full_invoice
from services.account_mgmt.actions.ownership import may_act_for
from services.account_mgmt.documents import e_invoice
from services.account_mgmt.domain.corrected import corrected
from services.account_mgmt.domain.dunning import DunningDecision, DunningStep, NextReminder, next_reminder, ways_to
from services.account_mgmt.domain.invoice_story import StoryEvent, story
from services.account_mgmt.domain.invoices import FullInvoice
from services.account_mgmt.domain.refunds import Refund
from services.account_mgmt.repository import account_managers, dunning, refunds, supervisors
from services.account_mgmt.repository.policies import policies
from services.chassis.auth import Principal
from services.chassis.contacts.masks import mask_email
from services.chassis.db import Connection
from services.chassis.mail.rows import MailNews, news_of

_MOST_MAILS = 50


@dataclass(frozen=True)
class InvoicePage:
    """An invoice and its story. `may_act` is whether this person, of this `role`, may change anything about it.

    `rests` is whether reminders rest now; `people` are names of those who work here by their ids. `manager` is the
    name of whoever looks after the customer, for those who may not.
    """

    full: FullInvoice
    refunds: Sequence[Refund]
    steps: Sequence[DunningStep]
    decisions: Sequence[DunningDecision]
    mails: Sequence[MailNews]
    next: NextReminder | None
    corrections: Corrections
    may_act: bool
    role: str
    manager: str | None
    people: dict[str, str]
    rests: bool

    @property
    def story(self) -> list[StoryEvent]:
        """What happened, the newest first."""
        put_right = corrected(self.full.invoice, self.corrections.moves, self.corrections.write_offs)
        return story(self.full.invoice, self.refunds, self.steps, self.mails, self.decisions, put_right=put_right)

    @property
    def lacks(self) -> list[str]:
        """What it does not say and an e-invoice must, in words for whoever looks at the page."""
        return [one.partition(" (PATCH")[0] for one in e_invoice.missing(self.full.document)]

    @property
    def note_options(self) -> list[tuple[str, str]]:
        """The invoice's credit notes as choices, (id, number)."""
        return [(one.id, one.number) for one in self.full.invoice.credit_notes]


async def read_invoice_page(conn: Connection, who: Principal, invoice_id: str) -> InvoicePage:
    """The invoice's page; mail addresses in clear for whoever acts for the customer. Raises NotFound."""
    full = await read_full_invoice(conn, invoice_id)
    buyer = full.buyer
    may_act = await may_act_for(conn, who, buyer.id, buyer.account_manager)
    mails = await news_of(conn, buyer.id, invoice_id, _MOST_MAILS)
    taken = await dunning.steps(conn, invoice_id)
    return InvoicePage(
        full=full,
        refunds=await refunds.of_invoice(conn, invoice_id),
        steps=taken,
        decisions=await dunning.decisions(conn, invoice_id),
        people=await supervisors.names_of_staff(conn),
        rests=full.invoice.paused_until is not None and full.invoice.paused_until > datetime.now(UTC),
        mails=mails if may_act else [_masked(one) for one in mails],
        next=next_reminder(await policies.rules(conn), full.invoice, taken, **ways_to(buyer)),
        corrections=await read_corrections(conn, who, full.invoice),
        may_act=may_act,
        role=who.role,
        manager=None if may_act else await account_managers.name_of(conn, buyer.account_manager),
    )


def _masked(mail: MailNews) -> MailNews:
    return mail.model_copy(update={"recipient": mask_email(mail.recipient), "last_error": None})
