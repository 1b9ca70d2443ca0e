"""Tier 1: call a lead until somebody is reached and an outcome decides, or the cadence is exhausted.

A call that is due later is a row with `not_before`, opened ahead: callers keep calling while Temporal is
away. The workflow holds a timer where a promise was made (a callback), and decides after every answer.
"""

from __future__ import annotations

import asyncio

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from workflows.activity_options import LOCAL
    from workflows.contracts import ids
    from workflows.contracts.base import Answer, Cancel, DoNotCall, InboundCall
    from workflows.contracts.conversion import ConversionWorkflow, HandedOver, HandOver, HandOverReason
    from workflows.contracts.lead_gen import (
        UNREACHED,
        CallAnswered,
        CallbackLate,
        CallOutcome,
        CloseLead,
        ColdCallInput,
        ColdCallResult,
        LeadGenActivities,
        OpenCall,
        OpenedCall,
        PrepareHandOver,
    )
    from workflows.deadlines import when
    from workflows.inbox import Inbox, Listener
    from workflows.relay import hand_to_conversion, tell_conversion
    from workflows.visibility import Shown, Story


PASSES_ON = "passes-on-what-came-late"
TRIES_THE_OTHER = "a-wrong-number-is-no-try"


@workflow.defn(name="ColdCall")
class ColdCall(Listener):
    """Carries one lead through cold calling, and hands it to tier 2 or closes it."""

    @workflow.init
    def __init__(self, start: ColdCallInput) -> None:
        self._lead = start
        self._me = ids.cold_call(start.lead_id)
        # A lead that returns after its rest is called under the same workflow id: the round makes its keys new.
        self._round = f"{self._me}:{start.round}"
        self._inbox = Inbox()
        self._story = Story(f"Cold call, campaign {start.campaign_name or start.campaign_id}")
        self._shown = Shown()
        self._calls = 0
        self._unreached = 0

    @workflow.run
    async def run(self, start: ColdCallInput) -> ColdCallResult:
        """Call, listen, and decide: retry by the cadence, call back, hand over, or close."""
        try:
            end = await self._call_until_decided(start.policy.max_attempts)
            # What arrived while this ended is not lost: no await stands between the last look and the return.
            while not self._inbox.empty and workflow.patched(PASSES_ON):
                end = await self._pass_on(end)
            return end
        except (asyncio.CancelledError, FailureError) as error:
            if not is_cancelled_exception(error):
                raise
            await self._close("cancelled", "cancelled by ops")
            raise

    async def _call_until_decided(self, max_attempts: int) -> ColdCallResult:
        last: CallAnswered | None = None
        while self._unreached < max_attempts:
            call = await self._open_call(last)
            if call.refused:
                return await self._close(call.refused, "the ledger forbids this call")
            answer = await self._listen(call)
            if not isinstance(answer, CallAnswered):
                return await self._leave(answer)
            if (end := await self._decide(answer)) is not None:
                return end
            last = answer
        return await self._close("resting", f"nobody reached in {self._unreached} calls", rest=True)

    async def _pass_on(self, end: ColdCallResult) -> ColdCallResult:
        """An answer that came too late for the calling: tier 2 hears of it, or begins with it. The end as it is now."""
        answer, lead_id = self._inbox.take(), self._lead.lead_id
        with_tier_2 = end.stage == "handed_over"
        match answer:
            case CallAnswered(outcome=CallOutcome.INTERESTED):
                return await self._hand_over(HandOverReason.INTERESTED, number=answer.attempt)
            case CallAnswered(outcome=CallOutcome.HARD_QUESTION):
                return await self._hand_over(HandOverReason.HARD_QUESTION, number=answer.attempt)
            case CallAnswered(outcome=CallOutcome.DO_NOT_CALL) if with_tier_2:
                no = DoNotCall(event_id=answer.event_id, at=answer.at, by=answer.by, reason="asked not to be called")
                await tell_conversion(lead_id, ConversionWorkflow.do_not_call, no)
            case InboundCall() if not with_tier_2 or not await tell_conversion(
                lead_id, ConversionWorkflow.inbound_called, answer
            ):
                return await self._leave(answer)
            case DoNotCall() if with_tier_2:
                await tell_conversion(lead_id, ConversionWorkflow.do_not_call, answer)
            case Cancel() if with_tier_2:
                await tell_conversion(lead_id, ConversionWorkflow.cancel, answer)
            case DoNotCall():
                return await self._close("do_not_call", answer.reason, again=answer.event_id)
        return end

    async def _open_call(self, last: CallAnswered | None) -> OpenedCall:
        self._calls += 1
        request = OpenCall(
            key=ids.key(self._round, "call", self._calls),
            lead_id=self._lead.lead_id,
            campaign_id=self._lead.campaign_id,
            workflow_id=self._me,
            attempt=self._calls,
            policy_version=self._lead.policy.version,
            after=last.outcome if last else None,
            after_at=last.at if last else None,
            callback_at=last.callback_at if last else None,
            assignee=last.by if last and last.personal else None,
        )
        call = await workflow.execute_local_activity_method(
            LeadGenActivities.open_call, request, summary=f"Open call {self._calls}", **LOCAL
        )
        if call.not_before:
            self._story.tell(f"Call {self._calls} is in the callers' queue, due {when(call.not_before)}")
            self._shown.show(next_action_at=call.not_before, attempts=self._calls - 1, overdue=False)
        return call

    async def _listen(self, call: OpenedCall) -> Answer:
        """Wait for this call's outcome, or for whatever ends the cold calling from outside."""
        deadline = call.late_at
        while True:
            answer = await self._inbox.next(deadline, f"Callback promised for {when(call.not_before)} is late")
            if answer is None:
                await self._raise_late(call)
                deadline = None
            elif not isinstance(answer, CallAnswered) or answer.attempt == self._calls:
                return answer

    async def _raise_late(self, call: OpenedCall) -> None:
        late = CallbackLate(
            key=ids.key(self._round, "late", self._calls), item_id=call.item_id or "", lead_id=self._lead.lead_id
        )
        await workflow.execute_local_activity_method(
            LeadGenActivities.callback_late, late, summary="Late callback goes to the whole shift", **LOCAL
        )
        self._story.tell("The promised callback is late: it is now first for the whole shift")
        self._shown.show(overdue=True)

    async def _decide(self, answer: CallAnswered) -> ColdCallResult | None:
        """What an outcome means: an end, or None to call again."""
        self._story.tell(f"Call {answer.attempt} by {answer.by}: {answer.outcome.replace('_', ' ')}")
        match answer.outcome:
            case CallOutcome.INTERESTED:
                return await self._hand_over(HandOverReason.INTERESTED)
            case CallOutcome.HARD_QUESTION:
                return await self._hand_over(HandOverReason.HARD_QUESTION)
            case CallOutcome.NOT_INTERESTED:
                return await self._close("not_interested", answer.reason)
            case CallOutcome.DO_NOT_CALL:
                return await self._close("do_not_call", "asked not to be called")
            case CallOutcome.WRONG_NUMBER if not answer.other_number_left:
                return await self._close("wrong_number", "no working number left")
        # A number that was wrong is no try of the company's other one, which is due at once.
        wrong = answer.outcome is CallOutcome.WRONG_NUMBER and not workflow.patched(TRIES_THE_OTHER)
        if answer.outcome in UNREACHED or wrong:
            self._unreached += 1
        return None

    async def _leave(self, answer: Answer) -> ColdCallResult:
        """Something from outside ends the cold calling."""
        match answer:
            case InboundCall():
                self._story.tell("The lead called us: straight to tier 2")
                return await self._hand_over(HandOverReason.INBOUND, answer)
            case DoNotCall():
                return await self._close("do_not_call", answer.reason)
            case Cancel():
                return await self._close("cancelled", answer.reason)
        raise AssertionError(f"no rule for {type(answer).__name__}")

    async def _hand_over(
        self, reason: HandOverReason, inbound: InboundCall | None = None, number: int | None = None
    ) -> ColdCallResult:
        """Start tier 2 with the whole story; if it already runs (an inbound call was faster), tell it.

        `number` is of an answer that came after the end: its hand-over is another one than the first.
        """
        pack = await workflow.execute_local_activity_method(
            LeadGenActivities.prepare_hand_over,
            PrepareHandOver(lead_id=self._lead.lead_id),
            summary="Collect the contact card and the calls' story",
            **LOCAL,
        )
        hand_over = HandOver(
            id=self._round if number is None else f"{self._round}:{number}",
            contact=pack.contact,
            reason=reason,
            question=pack.question,
            needs=pack.needs,
            wished_meeting=pack.wished_meeting,
            story=pack.story,
            campaign_id=self._lead.campaign_id,
            campaign_name=self._lead.campaign_name,
            segment=self._lead.segment,
            sourced_by=pack.sourced_by,
            products=pack.products,
            promised_by=pack.promised_by,
            inbound_call_id=inbound.inbound_call_id if inbound else None,
        )
        answer = HandedOver(event_id=f"{hand_over.id}:handed-over", at=workflow.now(), by=self._me, hand_over=hand_over)
        await hand_to_conversion(hand_over, answer)
        self._story.tell(f"Handed over to tier 2: {reason.replace('_', ' ')}")
        return ColdCallResult(stage="handed_over", attempts=self._calls, reason=reason)

    async def _close(
        self, stage: str, reason: str | None, rest: bool = False, again: str | None = None
    ) -> ColdCallResult:
        """Close the lead in tier 1; `again` names what closes it another way after it was closed."""
        request = CloseLead(
            key=f"{self._round}:close:{again}" if again else f"{self._round}:close",
            lead_id=self._lead.lead_id,
            workflow_id=self._me,
            stage=stage,
            reason=reason,
            rest=rest,
            policy_version=self._lead.policy.version,
        )
        await workflow.execute_local_activity_method(
            LeadGenActivities.close_lead, request, summary=f"Close: {stage.replace('_', ' ')}", **LOCAL
        )
        self._story.tell(f"Closed: {stage.replace('_', ' ')}")
        return ColdCallResult(stage=stage, attempts=self._calls, reason=reason)

    @workflow.signal
    def call_answered(self, answer: CallAnswered) -> None:
        """A caller's outcome."""
        self._inbox.put(answer)
