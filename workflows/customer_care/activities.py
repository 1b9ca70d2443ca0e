"""The activities that customer care asks of its tier, each under a business key of its own."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.activity_options import LOCAL
    from workflows.contracts import ids
    from workflows.contracts.account_mgmt import (
        AccountMgmtActivities,
        CloseCustomer,
        CustomerCareInput,
        EscalateNudge,
        OpenAccount,
        OpenedAccount,
        OpenedNudge,
        OpenNudge,
        ReadCustomer,
        RemindedInvoice,
        RemindInvoice,
    )
    from workflows.contracts.base import InboundCall
    from workflows.contracts.conversion import HandOver, HandOverReason, OpenInbound, Reminded, WonOrder
    from workflows.contracts.open_care import AdoptAccount, AdoptedAccount


@dataclass(frozen=True)
class Activities:
    """The activities for one customer; `me` is the workflow's id, `life` also says which deal opened the account."""

    start: CustomerCareInput
    me: str
    life: str

    async def open_account(self, order: WonOrder) -> OpenedAccount:
        """Create the customer with its first order and invoice, and assign an account manager."""
        request = OpenAccount(
            key=f"{self.me}:{order.deal_id}:open",
            workflow_id=self.me,
            customer_id=self.start.customer_id,
            contact=self.start.contact,
            order=order,
            segment=self.start.segment,
        )
        return await workflow.execute_local_activity_method(
            AccountMgmtActivities.open_account, request, summary="Open the account, first order and invoice", **LOCAL
        )

    async def adopt_account(self) -> AdoptedAccount:
        """Give an existing customer its account manager and its next nudge."""
        request = AdoptAccount(key=f"{self.me}:adopt", workflow_id=self.me, customer_id=self.start.customer_id)
        return await workflow.execute_local_activity_method(
            AccountMgmtActivities.adopt_account, request, summary="Take over an imported customer", **LOCAL
        )

    async def open_inbound(self, call: InboundCall, number: int) -> None:
        """Open the customer's call as urgent work of the account manager."""
        request = OpenInbound(
            key=ids.key(self.life, "inbound", number),
            workflow_id=self.me,
            inbound_call_id=call.inbound_call_id,
            lead_id=self.start.customer_id,
            note=call.note,
        )
        await workflow.execute_local_activity_method(
            AccountMgmtActivities.open_inbound, request, summary="The customer called", **LOCAL
        )

    async def close(self, stage: str, reason: str) -> None:
        """Close the customer's record."""
        request = CloseCustomer(
            key=f"{self.life}:close:{stage}", customer_id=self.start.customer_id, stage=stage, reason=reason
        )
        await workflow.execute_local_activity_method(
            AccountMgmtActivities.close_customer, request, summary=f"{stage.replace('_', ' ')}", **LOCAL
        )

    async def open_nudge(self, number: int) -> OpenedNudge:
        """Put the customer on the list of its account manager, or hear why not now."""
        request = OpenNudge(
            key=ids.key(self.life, "nudge", number),
            workflow_id=self.me,
            customer_id=self.start.customer_id,
            number=number,
        )
        return await workflow.execute_local_activity_method(
            AccountMgmtActivities.open_nudge, request, summary=f"Open reorder nudge {number}", **LOCAL
        )

    async def escalate_nudge(self, number: int, item_id: str, level: int) -> Reminded:
        """Show the supervisor a nudge that nobody answered."""
        request = EscalateNudge(
            key=ids.key(self.life, f"nudge:{number}:escalate", level),
            customer_id=self.start.customer_id,
            item_id=item_id,
            level=level,
        )
        return await workflow.execute_local_activity_method(
            AccountMgmtActivities.escalate_nudge, request, summary=f"Unanswered nudge: escalation {level}", **LOCAL
        )

    async def win_back(self, number: int) -> HandOver:
        """Collect what tier 2 must know of a customer who left: contact, story, and who won them before."""
        card = await workflow.execute_local_activity_method(
            AccountMgmtActivities.read_customer,
            ReadCustomer(customer_id=self.start.customer_id),
            summary="Collect the card for the win-back",
            **LOCAL,
        )
        return HandOver(
            id=f"{self.life}:win-back:{number}",
            contact=card.contact,
            reason=HandOverReason.WIN_BACK,
            needs=card.history or None,
            segment=self.start.segment,
            sticky_manager=card.won_by,
        )

    async def remind_invoice(self, invoice_id: str, level: int) -> RemindedInvoice:
        """Take one step of dunning."""
        request = RemindInvoice(
            key=ids.key(self.me, f"dunning:{invoice_id}", level),
            workflow_id=self.me,
            customer_id=self.start.customer_id,
            invoice_id=invoice_id,
            level=level,
        )
        return await workflow.execute_local_activity_method(
            AccountMgmtActivities.remind_invoice, request, summary=f"Invoice overdue: dunning step {level}", **LOCAL
        )
