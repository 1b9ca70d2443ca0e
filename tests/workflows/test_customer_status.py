"""Tier 3: a customer is at risk, well again or lost, opts out and in, and gets another account manager."""

from __future__ import annotations

from typing import Any

from temporalio.client import WorkflowHandle

from tests.workflows.test_customer_care import pay
from tests.workflows.tiers import Tiers
from workflows.contracts import account_mgmt as am
from workflows.contracts import search_attributes as sa
from workflows.contracts.base import DoNotCall
from workflows.contracts.conversion import HandOverReason, OfferDeal
from workflows.contracts.customer_status import (
    AccountManagerChanged,
    CustomerStatus,
    CustomerStatusChanged,
    NudgeMoved,
    OptedIn,
)
from workflows.customer_care.workflow import CustomerCare

Handle = WorkflowHandle[Any, Any]


async def changes_to(tiers: Tiers, handle: Handle, standing: CustomerStatus, reason: str) -> None:
    answer = CustomerStatusChanged(**await tiers.answer("am-1"), standing=standing, reason=reason)
    for _ in range(2):
        await handle.signal(CustomerCare.standing_changed, answer)


async def test_searches_show_a_customer_at_risk(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle)
    await changes_to(tiers, handle, "at_risk", "buys less than before")
    await tiers.shows(handle, stage="at_risk")
    await changes_to(tiers, handle, "active", "complaint settled")
    await tiers.shows(handle, stage="active")


async def test_an_order_ends_the_risk(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle)
    await changes_to(tiers, handle, "at_risk", "a complaint")
    await tiers.shows(handle, stage="at_risk")
    later = {"due_at": await tiers.later(days=14), "next_nudge_at": await tiers.later(days=44)}
    placed = am.OrderPlaced(**await tiers.answer(), order_id="o-2", invoice_id="i-2", stage="active", **later)
    await handle.signal(CustomerCare.order_placed, placed)
    await tiers.shows(handle, stage="active")


async def test_a_customer_who_leaves_outside_of_a_nudge_goes_to_tier_2_too(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle)
    await changes_to(tiers, handle, "lost", "the customer left after a complaint")
    result = await handle.result()
    assert (result.stage, result.reason) == ("lost", "the customer left after a complaint")
    offer = await tiers.conversion.nth(OfferDeal)
    assert (offer.hand_over.reason, offer.hand_over.sticky_manager) == (HandOverReason.WIN_BACK, "manager-1")


async def test_a_customer_who_opted_out_is_not_won_back(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle)
    await handle.signal(CustomerCare.do_not_call, DoNotCall(**await tiers.answer()))
    await changes_to(tiers, handle, "at_risk", "a complaint")
    await changes_to(tiers, handle, "lost", "the customer left")
    assert (await handle.result()).stage == "lost"
    assert not tiers.conversion.of(OfferDeal)
    # A signal in the moment of the end makes Temporal ask again; the key makes it one effect.
    closed = {close.key: close.stage for close in tiers.account_mgmt.of(am.CloseCustomer)}
    assert list(closed.values()) == ["opted_out", "lost"]


async def test_a_customer_who_opts_in_again_is_reminded_again(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle)
    await handle.signal(CustomerCare.do_not_call, DoNotCall(**await tiers.answer()))
    await tiers.pass_time(days=40)
    assert not tiers.account_mgmt.of(am.OpenNudge)
    again = OptedIn(**await tiers.answer("am-1"), next_nudge_at=await tiers.later(days=5, hours=1))
    await handle.signal(CustomerCare.opted_in, again)
    await tiers.pass_time(days=6)
    await tiers.account_mgmt.nth(am.OpenNudge)
    shown = (await handle.describe()).typed_search_attributes
    assert shown.get(sa.LEAD_STAGE) == "active"


async def test_a_reminder_comes_at_the_time_that_an_edit_has_moved_it_to(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle)
    moved = NudgeMoved(**await tiers.answer("am-1"), next_nudge_at=await tiers.later(days=60))
    await handle.signal(CustomerCare.nudge_moved, moved)
    await tiers.pass_time(days=50)
    assert not tiers.account_mgmt.of(am.OpenNudge)
    await tiers.pass_time(days=11)
    await tiers.account_mgmt.nth(am.OpenNudge)


async def test_another_account_manager_is_known_everywhere_also_after_years(tiers: Tiers) -> None:
    handle = await tiers.start_care()
    await pay(tiers, handle)
    changed = AccountManagerChanged(**await tiers.answer("boss"), account_manager="larysa")
    await handle.signal(CustomerCare.account_manager_changed, changed)
    await tiers.shows(handle, owner="larysa")
