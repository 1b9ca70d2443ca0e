"""What tier 3 does for workflows. Each effect happens once per key, however often Temporal delivers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from temporalio import activity

from services.account_mgmt.actions import account_managers, customer_status, dunning, forecasts, history, nudges
from services.account_mgmt.actions import customers as accounts
from services.account_mgmt.repository import customers, products, suggestions
from services.chassis.db import Connection, Pool
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
from workflows.contracts.base import Done, Message
from workflows.contracts.catalogue import CataloguePage, ReadCatalogue
from workflows.contracts.conversion import OpenInbound, Reminded
from workflows.contracts.learning import FindRisks, FittedTiming, FoundRisks, LearnedPairs, LearnPairs, RunFit
from workflows.contracts.open_care import AdoptAccount, AdoptedAccount, ReadUnopened, Unopened

URGENT = 20
CATALOGUE_PAGE = 200
# Retries end after a week; a month is for whoever reads what happened.
_KEEP_EFFECTS = timedelta(days=30)


class Keyed(Protocol):
    """A request with the business key of its effect."""

    @property
    def key(self) -> str:
        """Made from business ids by the workflow."""


Request = TypeVar("Request", bound=Keyed)
Result = TypeVar("Result", bound=Message)


class Activities(AccountMgmtActivities):
    """Holds the pool; a transaction per activity."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def _once(
        self, request: Request, result: type[Result], do: Callable[[Connection, Request], Awaitable[Result]]
    ) -> Result:
        """Do it in a transaction, or give the answer of the earlier delivery."""
        async with self._pool.acquire() as conn, conn.transaction():
            if (done := await customers.earlier(conn, request.key, result)) is not None:
                return done
            return await customers.keep(conn, request.key, await do(conn, request))

    @activity.defn(name="account_mgmt.open_account")
    async def open_account(self, request: OpenAccount) -> OpenedAccount:
        """Create customer, first order and invoice, assign an account manager, plan the first nudge."""
        return await self._once(request, OpenedAccount, accounts.open_account)

    @activity.defn(name="account_mgmt.read_unopened")
    async def read_unopened(self, request: ReadUnopened) -> Unopened:
        """Read the next customers of an import whose care is to be opened."""
        async with self._pool.acquire() as conn:
            return await accounts.read_unopened(conn, request)

    @activity.defn(name="account_mgmt.adopt_account")
    async def adopt_account(self, request: AdoptAccount) -> AdoptedAccount:
        """Give a customer of before its account manager and its next nudge."""
        return await self._once(request, AdoptedAccount, accounts.adopt_account)

    @activity.defn(name="account_mgmt.open_nudge")
    async def open_nudge(self, request: OpenNudge) -> OpenedNudge:
        """Open the reorder reminder as work of the account manager."""
        return await self._once(request, OpenedNudge, nudges.open_nudge)

    @activity.defn(name="account_mgmt.escalate_nudge")
    async def escalate_nudge(self, request: EscalateNudge) -> Reminded:
        """Show an unanswered nudge to everybody of the tier, first in the list."""
        return await self._once(request, Reminded, nudges.escalate)

    @activity.defn(name="account_mgmt.remind_invoice")
    async def remind_invoice(self, request: RemindInvoice) -> RemindedInvoice:
        """Carry out one dunning step of an overdue invoice."""
        return await self._once(request, RemindedInvoice, dunning.remind)

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
        async with self._pool.acquire() as conn:
            done = await customers.earlier(conn, request.key, FittedTiming)
        if done is not None:
            return done
        # Computed outside of any transaction; done twice by two workers, the later forecasts stand.
        told = await forecasts.fit_all(self._pool)

        async def keep(conn: Connection, _request: RunFit) -> FittedTiming:
            _, policy = await customers.policy(conn)
            return FittedTiming(customers=told, next_at=datetime.now(UTC) + policy.fit_every)

        return await self._once(request, FittedTiming, keep)

    @activity.defn(name="account_mgmt.learn_pairs")
    async def learn_pairs(self, request: LearnPairs) -> LearnedPairs:
        """Count which products are bought by the same customers."""

        async def learn(conn: Connection, _: LearnPairs) -> LearnedPairs:
            return LearnedPairs(pairs=await suggestions.learn_pairs(conn))

        return await self._once(request, LearnedPairs, learn)

    @activity.defn(name="account_mgmt.find_risks")
    async def find_risks(self, request: FindRisks) -> FoundRisks:
        """Open work for customers who are about to be lost."""
        return await self._once(request, FoundRisks, customer_status.find_risks)

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


async def purge_effects(pool: Pool) -> int:
    """A sweep: forget answers that no retry can ask for any more."""
    async with pool.acquire() as conn:
        return await customers.purge_effects(conn, _KEEP_EFFECTS)
