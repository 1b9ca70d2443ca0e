"""The beginning and the end of the house's care for a customer."""

from __future__ import annotations

from services.account_mgmt.actions import account_managers
from services.account_mgmt.actions.orders import plan, take_order
from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.repository import customers, imports
from services.account_mgmt.repository.policies import policies
from services.chassis import work_items
from services.chassis.contacts.identity import keys_of
from services.chassis.db import Connection
from services.chassis.mail import withdraw_mails
from workflows.contracts.account_mgmt import CloseCustomer, OpenAccount, OpenedAccount
from workflows.contracts.base import ContactCard
from workflows.contracts.care_policy import CarePolicy
from workflows.contracts.open_care import AdoptAccount, AdoptedAccount, ImportedCustomer, ReadUnopened, Unopened

_WINDOW_SECONDS = 10
"""So many seconds' worth of customers may be on their way at once."""
_PATIENCE = 5.0


async def open_account(conn: Connection, request: OpenAccount) -> OpenedAccount:
    """A customer just won, or one that comes home: account manager, first order with its invoice, first nudge."""
    version, policy = await policies.current(conn)
    won = request.order
    await customers.open_or_reopen(conn, request.customer_id, request.contact, request.segment, won.won_by)
    if request.contact is not None:
        await imports.remember_keys(conn, request.customer_id, recognised_by(request.contact))
    keeper = await account_managers.assign(conn, request.customer_id)
    order, nudge_at = await take_order(
        conn,
        policy,
        customer_id=request.customer_id,
        lines=won.lines,
        source="sale",
        note=won.note,
        by=won.won_by,
        deal_id=won.deal_id,
    )
    return OpenedAccount(
        account_manager=keeper,
        invoice_id=order.invoice.id,
        due_at=order.invoice.due_at,
        next_nudge_at=nudge_at,
        policy=_care_policy(version, policy),
    )


def recognised_by(contact: ContactCard) -> list[str]:
    """What an import recognises this customer by: `p:` phone, `t:` tax id, `e:` e-mail."""
    keys = keys_of(tax_id=contact.tax_id, email=contact.email, website=None)
    return [*keys, *(f"p:{phone}" for phone in contact.phones)]


async def read_unopened(conn: Connection, request: ReadUnopened) -> Unopened:
    """The next customers of an import: a second's worth, and none while too many of them are on their way."""
    policy = await policies.rules(conn)
    per_second = policy.care_starts_per_second
    most = max(1, round(per_second))
    if await imports.on_their_way(conn, request.import_id, request.after) >= most * _WINDOW_SECONDS:
        return Unopened(full=True, pause=_PATIENCE)
    found = await imports.unopened(conn, request.import_id, request.after, most)
    return Unopened(
        customers=[ImportedCustomer(customer_id=customer_id, segment=segment) for customer_id, segment in found],
        pause=max(1.0, 1 / per_second),
    )


async def adopt_account(conn: Connection, request: AdoptAccount) -> AdoptedAccount:
    """A customer of before: its account manager, and the next nudge by its own rhythm."""
    version, policy = await policies.current(conn)
    keeper = await account_managers.assign(conn, request.customer_id)
    nudge_at = await plan(conn, policy, request.customer_id)
    await imports.opened(conn, request.customer_id)
    customer = await customers.get(conn, request.customer_id)
    return AdoptedAccount(
        account_manager=keeper,
        next_nudge_at=nudge_at,
        contact=customer.contact,
        policy=_care_policy(version, policy),
    )


def _care_policy(version: int, policy: Policy) -> CarePolicy:
    return CarePolicy(version=version, dunning_steps=len(policy.dunning_gaps), max_escalations=policy.max_escalations)


async def close(conn: Connection, request: CloseCustomer) -> None:
    """End the care and cancel the open work; an opt-out only ends the nudges."""
    if request.stage == "opted_out":
        await opt_out(conn, request.customer_id)
        return
    await work_items.cancel_for_lead(conn, request.customer_id, result=request.stage)
    await withdraw_mails(conn, request.customer_id)
    await customers.set_state(conn, request.customer_id, request.stage)
    await customers.plan_nudge(conn, request.customer_id, None)


async def opt_out(conn: Connection, customer_id: str) -> None:
    """No nudges from now on, also none that is on its way by mail."""
    await work_items.cancel_for_lead(conn, customer_id, kinds=["nudge", "risk"], result="opted_out")
    await withdraw_mails(conn, customer_id, purpose="nudge")
    await customers.set_state(conn, customer_id, "opted_out")
    await customers.plan_nudge(conn, customer_id, None)
