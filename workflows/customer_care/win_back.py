"""A customer who left: tier 2 gets it back as a warm lead, and every call of a former customer too."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.contracts import ids
    from workflows.contracts.base import InboundCall, Tier
    from workflows.contracts.conversion import ConversionWorkflow, HandedOver, HandOver, HandOverReason
    from workflows.customer_care.account import Account
    from workflows.relay import hand_to_conversion, tell_conversion


async def win_back(account: Account, reason: str) -> None:
    """Hand the customer to tier 2 with the whole story, unless they opted out."""
    if account.state.stage == "opted_out":
        await account.close("lost", reason)
        return
    await _hand_to_tier_2(account, await account.activities.win_back(account.state.nudge_number))


async def put_through(account: Account, call: InboundCall) -> None:
    """A former customer called: whoever wins them back gets the call, and so begins if nobody does."""
    account.story.tell("The former customer called: tier 2 has the call")
    if await tell_conversion(account.customer_id, ConversionWorkflow.inbound_called, call):
        return
    hand_over = await account.activities.win_back(account.state.nudge_number)
    changes = {"id": call.event_id, "reason": HandOverReason.INBOUND, "inbound_call_id": call.inbound_call_id}
    await _hand_to_tier_2(account, hand_over.model_copy(update=changes))


async def _hand_to_tier_2(account: Account, hand_over: HandOver) -> None:
    customer_id = account.customer_id
    account.set(stage="lost", nudge_at=None, nudge_item=None, nudge_answer_by=None)
    account.register.tell(
        customer_id, Tier.CONVERSION, hand_over.reason, hand_over.sticky_manager, ids.conversion(customer_id)
    )
    answer = HandedOver(event_id=f"{hand_over.id}:handed-over", at=workflow.now(), by=account.me, hand_over=hand_over)
    if not await hand_to_conversion(hand_over, answer):
        account.story.tell("Tier 2 already has this lead, and hears that it comes back")
