"""What tier 3 does for workflows. Each effect happens once per key, however often Temporal delivers it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from temporalio import activity

from services.account_mgmt.actions import account_managers, customer_status, dunning, forecasts, history, nudges
from services.account_mgmt.actions import customers as accounts
from services.account_mgmt.repository import customers, products, suggestions
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection, Pool
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
from workflows.contracts.fit_timing import FindRisks, FittedTiming, FoundRisks, LearnedPairs, LearnPairs, RunFit
from workflows.contracts.open_care import AdoptAccount, AdoptedAccount, ReadUnopened, Unopened

URGENT = 20
CATALOGUE_PAGE = 200
# Retries end after a week; a month is for whoever reads what happened.
_KEEP_EFFECTS = timedelta(days=30)


class Activities(AccountMgmtActivities):
    """Holds the pool; a transaction per activity."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @activity.defn(name="account_mgmt.open_account")
    async def open_account(self, request: OpenAccount) -> OpenedAccount:
        """Create customer, first order and invoice, assign an account manager, plan the first nudge."""
        return await once(self._pool, request.key, OpenedAccount, lambda conn: accounts.open_account(conn, request))

    @activity.defn(name="account_mgmt.read_unopened")
    async def read_unopened(self, request: ReadUnopened) -> Unopened:
        """Read the next customers of an import whose care is to be opened."""
        async with self._pool.acquire() as conn:
            return await accounts.read_unopened(conn, request)

    @activity.defn(name="account_mgmt.adopt_account")
    async def adopt_account(self, request: AdoptAccount) -> AdoptedAccount:
        """Give a customer of before its account manager and its next nudge."""
        return await once(self._pool, request.key, AdoptedAccount, lambda conn: accounts.adopt_account(conn, request))

    @activity.defn(name="account_mgmt.open_nudge")
    async def open_nudge(self, request: OpenNudge) -> OpenedNudge:
        """Open the reorder reminder as work of the account manager."""
        return await once(self._pool, request.key, OpenedNudge, lambda conn: nudges.open_nudge(conn, request))

    @activity.defn(name="account_mgmt.escalate_nudge")
    async def escalate_nudge(self, request: EscalateNudge) -> Reminded:
        """Show an unanswered nudge to everybody of the tier, first in the list."""
        return await once(self._pool, request.key, Reminded, lambda conn: nudges.escalate(conn, request))

    @activity.defn(name="account_mgmt.remind_invoice")
    async def remind_invoice(self, request: RemindInvoice) -> RemindedInvoice:
        """Carry out one dunning step of an overdue invoice."""
        return await once(self._pool, request.key, RemindedInvoice, lambda conn: dunning.remind(conn, request))

    @activity.defn(name="account_mgmt.open_inbound")
    async def open_inbound(self, request: OpenInbound) -> Done:
        """Open an inbound call as urgent work of the account manager, or of his cover."""
        facts = {"inbound_call_id": request.inbound_call_id, "note": request.note}
        async with self._pool.acquire() as conn, conn.transaction():
            await account_managers.open_work(
                conn, "inbound", key=request.key, customer_id=request.lead_id, priority=URGENT, facts=facts
            )
        return Done()

    @activity.defn(name="account_mgmt.close_customer")
    async def close_customer(self, request: CloseCustomer) -> Done:
        """End the care for a customer and cancel the open work; an opt-out only ends the nudges."""
        async with self._pool.acquire() as conn, conn.transaction():
            await accounts.close(conn, request)
        return Done()

    @activity.defn(name="account_mgmt.fit_timing")
    async def fit_timing(self, request: RunFit) -> FittedTiming:
        """Learn from all orders when customers buy next, and write it down for each."""
        if (done := await known(self._pool, request.key, FittedTiming)) is not None:
            return done
        # Computed outside of any transaction; done twice by two workers, the later forecasts stand.
        told = await forecasts.fit_all(self._pool)

        async def keep(conn: Connection) -> FittedTiming:
            policy = await policies.rules(conn)
            return FittedTiming(customers=told, next_at=datetime.now(UTC) + policy.fit_every)

        return await once(self._pool, request.key, FittedTiming, keep)

    @activity.defn(name="account_mgmt.learn_pairs")
    async def learn_pairs(self, request: LearnPairs) -> LearnedPairs:
        """Count which products are bought by the same customers."""

        async def learn(conn: Connection) -> LearnedPairs:
            return LearnedPairs(pairs=await suggestions.learn_pairs(conn))

        return await once(self._pool, request.key, LearnedPairs, learn)

    @activity.defn(name="account_mgmt.find_risks")
    async def find_risks(self, request: FindRisks) -> FoundRisks:
        """Open work for customers who are about to be lost."""
        return await once(self._pool, request.key, FoundRisks, lambda conn: customer_status.find_risks(conn, request))

    @activity.defn(name="account_mgmt.read_catalogue")
    async def read_catalogue(self, request: ReadCatalogue) -> CataloguePage:
        """Read what changed in the catalogue after a version."""
        async with self._pool.acquire() as conn:
            items = await products.changed_since(conn, request.since, CATALOGUE_PAGE + 1)
        shown = items[:CATALOGUE_PAGE]
        upto = shown[-1].version if shown else request.since
        return CataloguePage(items=shown, upto=upto, more=len(items) > CATALOGUE_PAGE)

    @activity.defn(name="account_mgmt.read_customer")
    async def read_customer(self, request: ReadCustomer) -> CustomerCard:
        """Read the card for a win-back, with the whole story."""
        async with self._pool.acquire() as conn:
            customer = await customers.get(conn, request.customer_id)
            return CustomerCard(
                contact=customer.contact,
                account_manager=customer.account_manager,
                won_by=await customers.won_by(conn, customer.id),
                history=await history.tell(conn, customer.id),
            )
