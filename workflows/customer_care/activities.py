"""The durable steps of customer care: each is one activity under one business key."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
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
    from workflows.options import LOCAL


@dataclass(frozen=True)
class Steps:
    """The steps of one customer; `me` is the workflow's id, `life` also says which opening this care began with."""

    start: CustomerCareInput
    me: str
    life: str

    async def open_account(self, order: WonOrder) -> OpenedAccount:
        """The customer, its account manager, the order and its invoice."""
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
        """The account manager and the next nudge of a customer of before."""
        request = AdoptAccount(key=f"{self.me}:adopt", workflow_id=self.me, customer_id=self.start.customer_id)
        return await workflow.execute_local_activity_method(
            AccountMgmtActivities.adopt_account, request, summary="Take over an imported customer", **LOCAL
        )

    async def open_inbound(self, call: InboundCall, number: int) -> None:
        """Urgent work of the account manager."""
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
        """The customer on the list of its account manager, or the reason why not now."""
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
        """The supervisor sees a nudge that nobody answered."""
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
        """What tier 2 must know of a customer that left: contact, story, and who won it before."""
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
        """One step of dunning."""
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
