"""Two customers who are one: shown what a merge would do, merged, and taken apart again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.account_mgmt.actions.customer_status import follow_concerns
from services.account_mgmt.actions.customers import end_reminders
from services.account_mgmt.actions.next_nudge import plan_next_nudge
from services.account_mgmt.actions.ownership import check_may_act
from services.account_mgmt.actions.register import report_alias, report_status
from services.account_mgmt.actions.workflow_starts import care_start, debt_start
from services.account_mgmt.domain.customer_merges import (
    Merge,
    MergePreview,
    check_merge,
    check_undo,
    differences,
    joined_billing,
    joined_card,
    warnings,
)
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.repository import (
    account_managers,
    customer_changes,
    customer_merges,
    customers,
    erasure,
    people,
    supervisors,
)
from services.account_mgmt.repository.policies import policies
from services.chassis import outbox, work_items
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.events import publish
from workflows.contracts import ids
from workflows.contracts.account_mgmt import CustomersMerged

_ENDED = ("nudge", "risk")
"""Work of the care that ends: the other care asks by itself."""


async def preview_merge(conn: Connection, who: Principal, kept_id: str, gone_id: str) -> MergePreview:
    """What a merge would do; nothing changes. Raises as `merge_customers`."""
    kept, gone = await customers.get(conn, kept_id), await customers.get(conn, gone_id)
    await _check(conn, who, kept, gone)
    fills, differ = differences(kept, gone)
    same = await customer_merges.same_orders(conn, kept_id, gone_id)
    manager = await account_managers.name_of(conn, gone.account_manager)
    return MergePreview(
        kept=kept, gone=gone, moves=await customer_merges.counts(conn, gone_id), fills=fills, differ=differ,
        warnings=warnings(kept, gone, same, manager),
    )  # fmt: skip


async def merge_customers(conn: Connection, who: Principal, kept_id: str, gone_id: str) -> Merge:
    """Everything of `gone` becomes `kept`'s, whose care goes on; the other's passes late answers on and ends.

    For supervisors, and for whoever acts for both. Raises NotFound; Forbidden (`not_owner`); Invalid (`gone`);
    Conflict (`merged`, `erased`, `wrong_state`).
    """
    # In the order of ids, so that two merges never wait for each other.
    held = {one: await customers.get(conn, one, lock=True) for one in sorted({kept_id, gone_id})}
    kept, gone = held[kept_id], held[gone_id]
    await _check(conn, who, kept, gone)
    start = await care_start(conn, gone.id)
    await work_items.cancel_for_lead(conn, gone.id, kinds=_ENDED, result="merged")
    takes = await customer_merges.owed(conn, gone.id)
    rows = await customer_merges.move(conn, gone.id, kept.id)
    before: dict[str, Any] = {
        "contact": kept.contact.model_dump(mode="json"),
        "billing": dict(kept.billing),
        "state": gone.state,
    }
    await _join(conn, who, kept, gone)
    before["made"] = await _keep_their_contact(conn, kept, gone)
    await customer_merges.mark(conn, gone.id, kept.id, "cancelled")
    merge_id = await customer_merges.add(
        conn, kept=kept.id, gone=gone.id, moved={"rows": rows, **before}, by=who.person
    )
    now, at = datetime.now(UTC), f"merge:{merge_id}"
    told = CustomersMerged(event_id=f"{at}:gone", at=now, by=who.person, into=kept.id)
    await outbox.signal(conn, ids.customer(gone.id), "merged", told, start=start, when_missing="drop")
    joined = await customers.get(conn, kept.id)
    opted_out = gone.state == "opted_out" and joined.may_be_nudged
    if opted_out:
        await end_reminders(conn, joined, "the customer it was merged with had opted out", who.person)
    told = CustomersMerged(event_id=f"{at}:kept", at=now, by=who.person, takes=takes)
    await _tell(conn, joined, told, replan=joined.may_be_nudged and not opted_out)
    await follow_concerns(conn, await customers.get(conn, kept.id), who.person, event_id=at)
    await report_alias(conn, gone.id, joined, event_id=at)
    return await customer_merges.get(conn, merge_id)


async def _check(conn: Connection, who: Principal, kept: Customer, gone: Customer) -> None:
    await check_may_act(conn, who, kept)
    await check_may_act(conn, who, gone)
    check_merge(kept, gone)
    await _check_not_erased(conn, kept, gone)


async def _check_not_erased(conn: Connection, *both: Customer) -> None:
    for one in both:
        if await erasure.is_erased(conn, one.id):
            raise Conflict("One of the two was erased", code="erased")


async def _join(conn: Connection, who: Principal, kept: Customer, gone: Customer) -> None:
    """Write the card of the one that stays, with what the other knew better."""
    contact, billing = joined_card(kept.contact, gone.contact), joined_billing(kept.billing, gone.billing)
    await customers.write(conn, kept.id, contact=contact, billing=billing)
    changes = {
        name: (getattr(kept.contact, name), getattr(contact, name))
        for name in type(contact).model_fields
        if getattr(kept.contact, name) != getattr(contact, name)
    }
    if changes:
        await customer_changes.add(conn, kept.id, who.person, changes)


async def _keep_their_contact(conn: Connection, kept: Customer, gone: Customer) -> list[str]:
    """Whom one talked to at the other record is one of the people there from now on; the ids of who was added."""
    name, known = gone.contact.contact_name, await people.of_customer(conn, kept.id)
    names = {one.casefold() for one in (kept.contact.contact_name or name or "", *(one.name for one in known))}
    if not name or name.casefold() in names:
        return []
    theirs = {"name": name, "role": "", "phones": gone.contact.phones, "email": gone.contact.email, "language": None}
    return [str((await people.add(conn, kept.id, {**theirs, "note": ""})).id)]


async def _tell(conn: Connection, customer: Customer, told: CustomersMerged, *, replan: bool) -> None:
    """Tell a care that goes on; with `replan`, its next reminder follows the orders that are the customer's now."""
    next_at = await plan_next_nudge(conn, await policies.rules(conn), customer) if replan else None
    told = told.model_copy(update={"next_nudge_at": next_at})
    # The care of somebody who had left has ended, unless they owed: their debts open it again.
    start = await (debt_start if told.takes else care_start)(conn, customer.id)
    await outbox.signal(conn, ids.customer(customer.id), "merged", told, start=start, when_missing="drop")
    await publish(conn, "customer.changed", customer_id=customer.id)


async def undo_merge(conn: Connection, who: Principal, merge_id: str) -> Merge:
    """Take two customers apart again: what was moved goes back, and later records stay with the one that was kept.

    Somebody who was opted out by it stays opted out. Raises NotFound; Forbidden (`not_owner`); Conflict
    (`wrong_state`, `merged_further`, `too_late`, `erased`).
    """
    merge = await customer_merges.get(conn, merge_id, lock=True)
    held = {one: await customers.get(conn, one, lock=True) for one in sorted((merge.kept, merge.gone))}
    kept, gone = held[merge.kept], held[merge.gone]
    await check_may_act(conn, who, kept)
    await check_may_act(conn, who, gone)
    now = datetime.now(UTC)
    check_undo(merge, kept, now)
    await _check_not_erased(conn, kept, gone)
    rows = merge.moved["rows"]
    leaves = [one.invoice_id for one in await customer_merges.owed(conn, kept.id, rows.get("invoices", []))]
    await customer_merges.move(conn, kept.id, gone.id, only=rows)
    await people.forget(conn, merge.moved.get("made", []))
    await _part(conn, kept, gone, merge)
    await customer_merges.mark(conn, gone.id, None, merge.moved["state"])
    await customer_merges.mark_undone(conn, merge_id, who.person)
    at = f"merge:{merge_id}:undone"
    told = CustomersMerged(event_id=f"{at}:kept", at=now, by=who.person, leaves=leaves)
    await _tell(conn, await customers.get(conn, kept.id), told, replan=kept.may_be_nudged)
    back = CustomersMerged(event_id=f"{at}:gone", at=now, by=who.person, apart=True,
                           takes=await customer_merges.owed(conn, gone.id))  # fmt: skip
    parted = await customers.get(conn, gone.id)
    await _tell(conn, parted, back, replan=parted.may_be_nudged)
    await report_status(conn, gone.id, parted.state, parted.account_manager, event_id=at)
    for one in (kept.id, gone.id):
        await follow_concerns(conn, await customers.get(conn, one), who.person, event_id=f"{at}:{one}")
    return await customer_merges.get(conn, merge_id)


async def last_merge(conn: Connection, customer_id: str, now: datetime) -> Merge | None:
    """The latest merge into this customer that can still be undone, `by` as people call them."""
    found = await customer_merges.page(conn, customer_id, limit=100, after=None)
    open_ones = [one for one in found if one.kept == customer_id and not one.undone_at and now <= one.undoable_until]
    if not open_ones:
        return None
    by = open_ones[-1].by
    return open_ones[-1].model_copy(update={"by": (await supervisors.names_of_staff(conn)).get(by, "")})


async def _part(conn: Connection, kept: Customer, gone: Customer, merge: Merge) -> None:
    """What the merge has filled in goes out again, unless somebody has changed it since."""
    was = kept.contact.model_validate(merge.moved["contact"])
    joined = joined_card(was, gone.contact)
    taken = {
        name: getattr(was, name)
        for name in type(was).model_fields
        if getattr(joined, name) != getattr(was, name) and getattr(kept.contact, name) == getattr(joined, name)
    }
    billing = type(kept.billing).model_validate(merge.moved["billing"])
    billing = billing if kept.billing == joined_billing(billing, gone.billing) else kept.billing
    await customers.write(conn, kept.id, contact=kept.contact.model_copy(update=taken), billing=billing)
