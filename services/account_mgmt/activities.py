"""What tier 3 does for workflows. Each effect happens once per key, however often Temporal delivers it."""

from __future__ import annotations

from temporalio import activity

from services.account_mgmt.actions import customers, forecasts, history, nudges, products, suggestions, work_assignment
from services.account_mgmt.actions.customer_status import find_risks
from services.account_mgmt.actions.dunning import NobodyToRemind, prepare_reminder, remind_of_invoice
from services.account_mgmt.actions.erasure import erase_person
from services.chassis.db import Pool
from services.chassis.effects import known, once
from workflows.contracts.account_mgmt import (
    AccountMgmtActivities,
    CloseCustomer,
    CustomerCard,
    EscalateNudge,
    OpenAccount,
    OpenedAccount,
    OpenedNudge,
    OpenNudge,
    ReadCustomer,
    RemindedInvoice,
    RemindInvoice,
)
from workflows.contracts.base import Done
from workflows.contracts.catalogue import CataloguePage, ReadCatalogue
from workflows.contracts.conversion import OpenInbound, Reminded
from workflows.contracts.erasure import ErasePerson
from workflows.contracts.fit_timing import FindRisks, FittedTiming, FoundRisks, LearnedPairs, LearnPairs, RunFit
from workflows.contracts.open_care import AdoptAccount, AdoptedAccount, ReadUnopened, Unopened


class Activities(AccountMgmtActivities):
    """Holds the pool; a transaction per activity."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @activity.defn(name="account_mgmt.open_account")
    async def open_account(self, request: OpenAccount) -> OpenedAccount:
        """Create customer, first order and invoice, assign an account manager, plan the first nudge."""
        return await once(self._pool, request.key, OpenedAccount, lambda conn: customers.open_account(conn, request))

    @activity.defn(name="account_mgmt.read_unopened")
    async def read_unopened(self, request: ReadUnopened) -> Unopened:
        """Read the next customers of an import whose care is to be opened."""
        async with self._pool.acquire() as conn:
            return await customers.read_unopened(conn, request)

    @activity.defn(name="account_mgmt.adopt_account")
    async def adopt_account(self, request: AdoptAccount) -> AdoptedAccount:
        """Give an imported customer an account manager and the next nudge."""
        return await once(self._pool, request.key, AdoptedAccount, lambda conn: customers.adopt_account(conn, request))

    @activity.defn(name="account_mgmt.open_nudge")
    async def open_nudge(self, request: OpenNudge) -> OpenedNudge:
        """Open the reorder reminder as work of the account manager."""
        return await once(self._pool, request.key, OpenedNudge, lambda conn: nudges.open_nudge(conn, request))

    @activity.defn(name="account_mgmt.escalate_nudge")
    async def escalate_nudge(self, request: EscalateNudge) -> Reminded:
        """Show an unanswered nudge to everybody of the tier, first in the list."""
        return await once(self._pool, request.key, Reminded, lambda conn: nudges.escalate_nudge(conn, request))

    @activity.defn(name="account_mgmt.remind_invoice")
    async def remind_invoice(self, request: RemindInvoice) -> RemindedInvoice:
        """Carry out one dunning step of an overdue invoice."""
        done = await known(self._pool, request.key, RemindedInvoice)
        if done is not None and not done.settled:
            return done
        # An answer of an earlier release that all was settled: the invoice has opened again since.
        key = request.key if done is None else f"{request.key}:again"
        ready = await prepare_reminder(self._pool, request)
        if ready.answer is not None:
            # Not kept: an invoice that opens again, or a pause that ends, is reminded of by this very step.
            return ready.answer
        try:
            return await once(self._pool, key, RemindedInvoice, lambda conn: remind_of_invoice(conn, request, ready))
        except NobodyToRemind:
            return RemindedInvoice(settled=True)

    @activity.defn(name="account_mgmt.open_inbound")
    async def open_inbound(self, request: OpenInbound) -> Done:
        """Open an inbound call as urgent work of the account manager, or of their cover."""
        async with self._pool.acquire() as conn, conn.transaction():
            await work_assignment.open_inbound_call(conn, request)
        return Done()

    @activity.defn(name="account_mgmt.close_customer")
    async def close_customer(self, request: CloseCustomer) -> Done:
        """End the care for a customer and cancel the open work; an opt-out only ends the nudges."""
        async with self._pool.acquire() as conn, conn.transaction():
            await customers.close_customer(conn, request)
        return Done()

    @activity.defn(name="account_mgmt.fit_timing")
    async def fit_timing(self, request: RunFit) -> FittedTiming:
        """Learn from all orders when customers buy next, and write it down for each."""
        if (done := await known(self._pool, request.key, FittedTiming)) is not None:
            return done
        count = await forecasts.fit_all(self._pool)
        return await once(self._pool, request.key, FittedTiming, lambda conn: forecasts.fitted(conn, count))

    @activity.defn(name="account_mgmt.learn_pairs")
    async def learn_pairs(self, request: LearnPairs) -> LearnedPairs:
        """Count which products are bought by the same customers."""
        return await once(self._pool, request.key, LearnedPairs, suggestions.learn_pairs)

    @activity.defn(name="account_mgmt.find_risks")
    async def find_risks(self, request: FindRisks) -> FoundRisks:
        """Open work for customers who are about to be lost."""
        return await once(self._pool, request.key, FoundRisks, lambda conn: find_risks(conn, request))

    @activity.defn(name="account_mgmt.read_catalogue")
    async def read_catalogue(self, request: ReadCatalogue) -> CataloguePage:
        """Read what changed in the catalogue after a version."""
        async with self._pool.acquire() as conn:
            return await products.read_catalogue(conn, request)

    @activity.defn(name="account_mgmt.read_customer")
    async def read_customer(self, request: ReadCustomer) -> CustomerCard:
        """Read the card for a win-back, with the whole history."""
        async with self._pool.acquire() as conn:
            return await history.read_win_back_card(conn, request.customer_id)

    @activity.defn(name="account_mgmt.erase_person")
    async def erase_person(self, request: ErasePerson) -> Done:
        """Erase a person from the customer's records; what the law makes us keep stays for its time."""
        return await once(self._pool, request.key, Done, lambda conn: erase_person(conn, request))
