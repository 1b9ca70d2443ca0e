"""What tier 3 does for workflows. Each effect happens once per key, however often Temporal delivers it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from temporalio import activity

from services.account_mgmt import timing
from services.account_mgmt.domain.rhythm import working_time
from services.account_mgmt.repository import catalogue, customers, insight, sales
from services.account_mgmt.sales import take_order
from services.chassis import work_items
from services.chassis.db import Connection, Pool
from services.chassis.work_items import NewItem
from workflows.contracts.account_mgmt import (
    AccountMgmtActivities,
    CarePolicy,
    CloseCustomer,
    CustomerCard,
    EscalateNudge,
    FittedTiming,
    OpenAccount,
    OpenedAccount,
    OpenedNudge,
    OpenNudge,
    ReadCustomer,
    RemindedInvoice,
    RemindInvoice,
    RunFit,
)
from workflows.contracts.base import Done
from workflows.contracts.catalogue import CataloguePage, ReadCatalogue
from workflows.contracts.conversion import OpenInbound, Reminded

URGENT = 20
DUNNING = 10
NUDGE = 5

CATALOGUE_PAGE = 200


class Activities(AccountMgmtActivities):
    """Holds the pool; a transaction per activity."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @activity.defn(name="account_mgmt.open_account")
    async def open_account(self, request: OpenAccount) -> OpenedAccount:
        """Create customer, first order and invoice, assign an account manager, plan the first nudge."""
        async with self._pool.acquire() as conn, conn.transaction():
            if (done := await customers.earlier(conn, request.key, OpenedAccount)) is not None:
                return done
            version, policy = await customers.policy(conn)
            await customers.open_or_reopen(
                conn, request.customer_id, request.contact, request.segment, request.order.won_by
            )
            manager = await customers.assign(conn, request.customer_id)
            order, nudge_at = await take_order(
                conn,
                policy,
                customer_id=request.customer_id,
                lines=request.order.lines,
                source="sale",
                note=request.order.note,
                by=request.order.won_by,
                deal_id=request.order.deal_id,
            )
            opened = OpenedAccount(
                account_manager=manager,
                invoice_id=order.invoice.id,
                due_at=order.invoice.due_at,
                next_nudge_at=nudge_at,
                policy=CarePolicy(
                    version=version,
                    dunning_steps=len(policy.dunning_gaps),
                    max_escalations=policy.max_escalations,
                ),
            )
            return await customers.keep(conn, request.key, opened)

    @activity.defn(name="account_mgmt.open_nudge")
    async def open_nudge(self, request: OpenNudge) -> OpenedNudge:
        """Open the reorder reminder as work of the account manager."""
        async with self._pool.acquire() as conn, conn.transaction():
            if (done := await customers.earlier(conn, request.key, OpenedNudge)) is not None:
                return done
            customer = await customers.get(conn, request.customer_id, lock=True)
            _, policy = await customers.policy(conn)
            now = datetime.now(UTC)
            if customer.state not in ("active", "at_risk"):
                refused = OpenedNudge(refused=f"the customer is {customer.state.replace('_', ' ')}")
                return await customers.keep(conn, request.key, refused)
            last = await customers.last_nudge_at(conn, customer.id)
            if last is not None and last + policy.nudge_gap > now:
                again = working_time(policy, last + policy.nudge_gap)
                refused = OpenedNudge(look_again_at=again, refused="reminded a short while ago")
                return await customers.keep(conn, request.key, refused)
            answer_by = working_time(policy, now + policy.answer_within)
            item = await work_items.open_item(
                conn, _item("nudge", request.key, request.workflow_id, customer.id, NUDGE, customer.account_manager)
            )
            await insight.add_nudge(conn, item.id, customer.id, request.number, answer_by)
            await customers.nudged(conn, customer.id)
            return await customers.keep(conn, request.key, OpenedNudge(item_id=item.id, answer_by=answer_by))

    @activity.defn(name="account_mgmt.escalate_nudge")
    async def escalate_nudge(self, request: EscalateNudge) -> Reminded:
        """Show an unanswered nudge to everybody of the tier, first in the list."""
        async with self._pool.acquire() as conn, conn.transaction():
            if (done := await customers.earlier(conn, request.key, Reminded)) is not None:
                return done
            _, policy = await customers.policy(conn)
            await conn.execute(
                "UPDATE work_items SET assignee = NULL, priority = $2 WHERE id = $1 AND state IN ('open', 'leased')",
                request.item_id,
                NUDGE + request.level,
            )
            again = working_time(policy, datetime.now(UTC) + policy.answer_within)
            return await customers.keep(conn, request.key, Reminded(next_at=again))

    @activity.defn(name="account_mgmt.remind_invoice")
    async def remind_invoice(self, request: RemindInvoice) -> RemindedInvoice:
        """Carry out one dunning step of an overdue invoice."""
        async with self._pool.acquire() as conn, conn.transaction():
            if (done := await customers.earlier(conn, request.key, RemindedInvoice)) is not None:
                return done
            invoice = await sales.invoice(conn, request.invoice_id, lock=True)
            if invoice.state != "open":
                return await customers.keep(conn, request.key, RemindedInvoice(settled=True))
            customer = await customers.get(conn, request.customer_id)
            _, policy = await customers.policy(conn)
            await sales.dunned(conn, invoice.id, request.level)
            facts = {"invoice_id": invoice.id, "number": invoice.number, "level": request.level}
            await work_items.open_item(
                conn,
                _item(
                    "dunning", request.key, request.workflow_id, customer.id, DUNNING, customer.account_manager, facts
                ),
            )
            gap = policy.dunning_gaps[min(request.level, len(policy.dunning_gaps)) - 1]
            again = working_time(policy, datetime.now(UTC) + gap)
            return await customers.keep(conn, request.key, RemindedInvoice(next_at=again))

    @activity.defn(name="account_mgmt.open_inbound")
    async def open_inbound(self, request: OpenInbound) -> Done:
        """Open an inbound call as urgent work of the account manager."""
        async with self._pool.acquire() as conn, conn.transaction():
            customer = await customers.get(conn, request.lead_id)
            facts = {"inbound_call_id": request.inbound_call_id, "note": request.note}
            await work_items.open_item(
                conn,
                _item(
                    "inbound", request.key, request.workflow_id, customer.id, URGENT, customer.account_manager, facts
                ),
            )
        return Done()

    @activity.defn(name="account_mgmt.close_customer")
    async def close_customer(self, request: CloseCustomer) -> Done:
        """End the care for a customer and cancel the open work; an opt-out only ends the nudges."""
        async with self._pool.acquire() as conn, conn.transaction():
            kinds = ["nudge"] if request.stage == "opted_out" else None
            await work_items.cancel_for_lead(conn, request.customer_id, kinds=kinds, result=request.stage)
            await customers.set_state(conn, request.customer_id, request.stage)
            await customers.plan_nudge(conn, request.customer_id, None)
        return Done()

    @activity.defn(name="account_mgmt.fit_timing")
    async def fit_timing(self, request: RunFit) -> FittedTiming:
        """Learn from all orders when customers buy next, and write it down for each."""
        async with self._pool.acquire() as conn:
            done = await customers.earlier(conn, request.key, FittedTiming)
            _, policy = await customers.policy(conn)
        if done is not None:
            return done
        # Computed outside of any transaction; done twice by two workers, the later forecasts stand.
        told = await timing.fit_all(self._pool)
        async with self._pool.acquire() as conn, conn.transaction():
            if (done := await customers.earlier(conn, request.key, FittedTiming)) is not None:
                return done
            fitted = FittedTiming(customers=told, next_at=datetime.now(UTC) + policy.fit_every)
            return await customers.keep(conn, request.key, fitted)

    @activity.defn(name="account_mgmt.read_catalogue")
    async def read_catalogue(self, request: ReadCatalogue) -> CataloguePage:
        """Read what changed in the catalogue after a version."""
        async with self._pool.acquire() as conn:
            items = await catalogue.changed_since(conn, request.since, CATALOGUE_PAGE + 1)
        shown = items[:CATALOGUE_PAGE]
        upto = shown[-1].version if shown else request.since
        return CataloguePage(items=shown, upto=upto, more=len(items) > CATALOGUE_PAGE)

    @activity.defn(name="account_mgmt.read_customer")
    async def read_customer(self, request: ReadCustomer) -> CustomerCard:
        """Read the card for a win-back."""
        async with self._pool.acquire() as conn:
            customer = await customers.get(conn, request.customer_id)
            return CustomerCard(
                contact=customer.contact,
                account_manager=customer.account_manager,
                won_by=await customers.won_by(conn, customer.id),
                history=await _history(conn, customer.id),
            )


def _item(
    kind: str,
    key: str,
    workflow_id: str,
    customer_id: str,
    priority: int,
    manager: str | None,
    payload: Mapping[str, object] | None = None,
) -> NewItem:
    return NewItem(
        kind=kind,
        key=key,
        workflow_id=workflow_id,
        lead_id=customer_id,
        priority=priority,
        assignee=manager,
        payload=payload or {},
    )


async def _history(conn: Connection, customer_id: str) -> str:
    """The purchases in one line, for whoever wins the customer back."""
    bought = await insight.purchases(conn, customer_id)
    placed = await sales.placed_times(conn, customer_id)
    if not placed:
        return "never ordered"
    age = datetime.now(UTC) - placed[-1]
    what = ", ".join(f"{p.description} ({p.times}x)" for p in bought[:5])
    return f"{len(placed)} orders, the last {max(0, age // timedelta(days=1))} days ago: {what}"
