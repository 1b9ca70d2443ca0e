"""Tier 3: at risk, well again, gone, and another account manager, as the workflow hears of it."""

from __future__ import annotations

from typing import Any

from temporalio.client import WorkflowHandle

from tests.workflows.house import House
from tests.workflows.test_customer_care import pay
from workflows.contracts import account_mgmt as am
from workflows.contracts import search_attributes as sa
from workflows.contracts.base import DoNotCall, Tier
from workflows.contracts.conversion import HandOverReason, OfferDeal
from workflows.contracts.lead_gen import RegisterUpdate
from workflows.contracts.standing import AccountManagerChanged, OptedIn, Standing, StandingChanged
from workflows.customer_care.workflow import CustomerCare

Handle = WorkflowHandle[Any, Any]


async def stands(house: House, handle: Handle, standing: Standing, reason: str) -> None:
    answer = StandingChanged(**await house.answer("am-1"), standing=standing, reason=reason)
    for _ in range(2):
        await handle.signal(CustomerCare.standing_changed, answer)


async def test_a_customer_at_risk_is_shown_so_in_the_register_and_in_searches(house: House) -> None:
    handle = await house.start_care()
    await pay(house, handle)
    await stands(house, handle, "at_risk", "buys less than before")
    await house.lead_gen.nth(RegisterUpdate, 2)
    await stands(house, handle, "active", "complaint settled")
    await house.lead_gen.nth(RegisterUpdate, 3)
    told = sorted(house.lead_gen.of(RegisterUpdate), key=lambda one: one.at)
    assert [(one.tier, one.stage) for one in told] == [
        (Tier.ACCOUNT_MGMT, stage) for stage in ("active", "at_risk", "active")
    ]
    shown = (await handle.describe()).typed_search_attributes
    assert shown.get(sa.LEAD_STAGE) == "active"


async def test_an_order_that_ends_the_worry_says_so(house: House) -> None:
    handle = await house.start_care()
    await pay(house, handle)
    await stands(house, handle, "at_risk", "a complaint")
    later = {"due_at": await house.later(days=14), "next_nudge_at": await house.later(days=44)}
    placed = am.OrderPlaced(**await house.answer(), order_id="o-2", invoice_id="i-2", stage="active", **later)
    await handle.signal(CustomerCare.order_placed, placed)
    told = [await house.lead_gen.nth(RegisterUpdate, n) for n in (1, 2, 3)]
    # They may arrive in any order; the register goes by their times.
    assert len({one.at for one in told}) == 3
    assert [one.stage for one in sorted(told, key=lambda one: one.at)] == ["active", "at_risk", "active"]


async def test_a_customer_who_leaves_outside_of_a_nudge_goes_to_tier_2_too(house: House) -> None:
    handle = await house.start_care()
    await pay(house, handle)
    await stands(house, handle, "lost", "the customer left after a complaint")
    result = await handle.result()
    assert (result.stage, result.reason) == ("lost", "the customer left after a complaint")
    offer = await house.conversion.nth(OfferDeal)
    assert (offer.hand_over.reason, offer.hand_over.sticky_manager) == (HandOverReason.WIN_BACK, "manager-1")


async def test_who_wants_to_hear_nothing_is_not_won_back(house: House) -> None:
    handle = await house.start_care()
    await pay(house, handle)
    await handle.signal(CustomerCare.do_not_call, DoNotCall(**await house.answer()))
    await stands(house, handle, "at_risk", "a complaint")
    await stands(house, handle, "lost", "the customer left")
    assert (await handle.result()).stage == "lost"
    assert not house.conversion.of(OfferDeal)
    assert [close.stage for close in house.account_mgmt.of(am.CloseCustomer)] == ["opted_out", "lost"]
    assert "at_risk" not in [told.stage for told in house.lead_gen.of(RegisterUpdate)]


async def test_who_wants_reminders_again_gets_them_again(house: House) -> None:
    handle = await house.start_care()
    await pay(house, handle)
    await handle.signal(CustomerCare.do_not_call, DoNotCall(**await house.answer()))
    await house.pass_time(days=40)
    assert not house.account_mgmt.of(am.OpenNudge)
    again = OptedIn(**await house.answer("am-1"), next_nudge_at=await house.later(days=5, hours=1))
    await handle.signal(CustomerCare.opted_in, again)
    await house.pass_time(days=6)
    await house.account_mgmt.nth(am.OpenNudge)
    shown = (await handle.describe()).typed_search_attributes
    assert shown.get(sa.LEAD_STAGE) == "active"


async def test_another_account_manager_is_known_everywhere_also_after_years(house: House) -> None:
    handle = await house.start_care()
    await pay(house, handle)
    changed = AccountManagerChanged(**await house.answer("boss"), account_manager="larysa")
    await handle.signal(CustomerCare.account_manager_changed, changed)
    told = await house.lead_gen.nth(RegisterUpdate, 2)
    assert told.owner == "larysa"
    shown = (await handle.describe()).typed_search_attributes
    assert shown.get(sa.OWNER) == "larysa"
