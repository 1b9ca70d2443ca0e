"""The signals by which people's answers reach customer care. All each does is put the answer into the inbox."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.contracts.account_mgmt import (
        CustomersMerged,
        InvoicePaid,
        InvoiceReopened,
        InvoiceVoided,
        MoneyMoved,
        NudgeAnswered,
        OrderPlaced,
        WonAgain,
    )
    from workflows.contracts.customer_status import AccountManagerChanged, CustomerStatusChanged, NudgeMoved, OptedIn
    from workflows.inbox import Listener


class CareListener(Listener):
    """The signals of tier 3."""

    @workflow.signal
    def won_again(self, answer: WonAgain) -> None:
        """Another sale of tier 2."""
        self._inbox.put(answer)

    @workflow.signal
    def order_placed(self, answer: OrderPlaced) -> None:
        """A new order."""
        self._inbox.put(answer)

    @workflow.signal
    def invoice_paid(self, answer: InvoicePaid) -> None:
        """A payment arrived."""
        self._inbox.put(answer)

    @workflow.signal
    def invoice_reopened(self, answer: InvoiceReopened) -> None:
        """What was paid on an invoice was undone."""
        self._inbox.put(answer)

    @workflow.signal
    def invoice_voided(self, answer: InvoiceVoided) -> None:
        """An invoice was voided."""
        self._inbox.put(answer)

    @workflow.signal
    def merged(self, answer: CustomersMerged) -> None:
        """Two customers are one, or are taken apart again."""
        self._inbox.put(answer)

    @workflow.signal
    def money_moved(self, answer: MoneyMoved) -> None:
        """Money was given back or credited."""
        self._inbox.put(answer)

    @workflow.signal
    def nudge_answered(self, answer: NudgeAnswered) -> None:
        """What came of a nudge."""
        self._inbox.put(answer)

    @workflow.signal
    def standing_changed(self, answer: CustomerStatusChanged) -> None:
        """At risk, well again, or lost."""
        self._inbox.put(answer)

    @workflow.signal
    def opted_in(self, answer: OptedIn) -> None:
        """Reminders are welcome again."""
        self._inbox.put(answer)

    @workflow.signal
    def nudge_moved(self, answer: NudgeMoved) -> None:
        """The nudge that is planned falls due at another time."""
        self._inbox.put(answer)

    @workflow.signal
    def account_manager_changed(self, answer: AccountManagerChanged) -> None:
        """Another account manager looks after the customer."""
        self._inbox.put(answer)
