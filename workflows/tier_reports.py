"""Reports to another tier: where a lead is now, a manager's answer, money. No tier waits for another's worker."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.activity_options import TO_CONVERSION, TO_LEAD_GEN
    from workflows.contracts.base import ContactCard, Tier
    from workflows.contracts.commission import MoneyEvent
    from workflows.contracts.conversion import ConversionActivities
    from workflows.contracts.lead_gen import LeadGenActivities, RegisterCustomer, RegisterUpdate, TakeAnswer


class Register:
    """Starts the reports of one workflow: to tier 1's register and callers, and to tier 2's commission ledger.

    Workflows that began before reports went by the outbox (ADR 15) still start them, and await them before they end;
    in the others, whoever writes the record reports it, and none of this does anything.
    """

    def __init__(self, key: str, number: int = 0, *, owes_reports: bool) -> None:
        self._key = key
        self._reports: list[workflow.ActivityHandle[Any]] = []
        self._owes_reports = owes_reports
        self.number = number

    def tell(self, lead_id: str, tier: Tier, stage: str, owner: str | None, workflow_id: str | None = None) -> None:
        """Where the lead is now; by default this workflow has it."""
        if not self._owes_reports:
            return
        key, at = self._next()
        update = RegisterUpdate(
            key=key,
            lead_id=lead_id,
            tier=tier,
            stage=stage,
            owner=owner,
            workflow_id=workflow_id or workflow.info().workflow_id,
            at=at,
        )
        self._reports.append(
            workflow.start_activity_method(
                LeadGenActivities.update_register, update, summary=f"Register: {stage}", **TO_LEAD_GEN
            )
        )

    def introduce(self, customer_id: str, contact: ContactCard, owner: str | None) -> None:
        """Make an existing customer known to the register."""
        if not self._owes_reports:
            return
        key, at = self._next()
        request = RegisterCustomer(
            key=key,
            customer_id=customer_id,
            contact=contact,
            owner=owner,
            workflow_id=workflow.info().workflow_id,
            at=at,
        )
        self._reports.append(
            workflow.start_activity_method(
                LeadGenActivities.register_customer, request, summary="Register: an existing customer", **TO_LEAD_GEN
            )
        )

    def answer(self, answer: TakeAnswer) -> None:
        """Pass a manager's answer on to the caller who asked."""
        if not self._owes_reports:
            return
        self._reports.append(
            workflow.start_activity_method(
                LeadGenActivities.take_answer, answer, summary="Answer to the caller's question", **TO_LEAD_GEN
            )
        )

    def money(self, event: MoneyEvent) -> None:
        """Tell tier 2's commission ledger what happened to an order's money."""
        if not self._owes_reports:
            return
        self._reports.append(
            workflow.start_activity_method(
                ConversionActivities.record_commission, event, summary=f"Commission: {event.kind}", **TO_CONVERSION
            )
        )

    async def told(self) -> None:
        """Wait until every report has arrived or was refused for good: that is seen by ops, and ends no care."""
        if self._reports:
            await asyncio.gather(*self._reports, return_exceptions=True)

    def _next(self) -> tuple[str, datetime]:
        """Key and time of the next report to the register.

        Two reports of one instant may arrive in any order, and the later counts: the number makes their times differ.
        """
        self.number += 1
        return f"{self._key}:register:{self.number}", workflow.now() + timedelta(microseconds=self.number)
