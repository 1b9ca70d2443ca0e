"""The activities that a conversion asks of its tier, each under a business key of its own."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.activity_options import LOCAL
    from workflows.contracts import ids
    from workflows.contracts.base import InboundCall
    from workflows.contracts.conversion import (
        AddHandOver,
        AnsweredQuestion,
        CloseDeal,
        ConversionActivities,
        DealMoved,
        EscalateOffer,
        HandOver,
        OfferDeal,
        OfferedDeal,
        OfferEscalated,
        OfferWithdrawn,
        OpenInbound,
        PlaybookStepDone,
        RemindDeal,
        Reminded,
        RunPlaybookStep,
        Stage,
        WithdrawOffer,
    )
    from workflows.contracts.lead_gen import TakeAnswer


@dataclass(frozen=True)
class Activities:
    """The activities for one lead; `me` is the workflow's id, `life` also says which hand-over it began with."""

    lead_id: str
    me: str
    life: str

    async def offer(self, number: int, hand_over: HandOver, excluded: list[str], *, to_supervisor: bool) -> OfferedDeal:
        """Offer the lead to the manager whom routing chooses, or to the supervisor."""
        request = OfferDeal(
            key=ids.key(self.life, "offer", number),
            workflow_id=self.me,
            number=number,
            hand_over=hand_over,
            excluded=excluded,
            to_supervisor=to_supervisor,
        )
        summary = f"Offer {number} to {'the supervisor' if to_supervisor else 'a manager'}"
        return await workflow.execute_local_activity_method(
            ConversionActivities.offer_deal, request, summary=summary, **LOCAL
        )

    async def withdraw(self, number: int, item_id: str) -> OfferWithdrawn:
        """Take back an offer that nobody answered in time, unless somebody just has."""
        request = WithdrawOffer(key=ids.key(self.life, "withdraw", number), item_id=item_id)
        return await workflow.execute_local_activity_method(
            ConversionActivities.withdraw_offer, request, summary=f"Offer {number} expired", **LOCAL
        )

    async def escalate(self, number: int, item_id: str) -> OfferEscalated:
        """Remind the supervisor of a lead that nobody has taken."""
        request = EscalateOffer(key=ids.key(self.life, "escalate", number), item_id=item_id)
        return await workflow.execute_local_activity_method(
            ConversionActivities.escalate_offer, request, summary="Nobody has taken it: remind the supervisor", **LOCAL
        )

    async def remind(self, number: int, deal_id: str, level: int, *, stale: bool) -> Reminded:
        """Remind the manager, then the supervisor, of a step that is overdue or of a deal that stands still."""
        request = RemindDeal(key=ids.key(self.life, "remind", number), deal_id=deal_id, level=level, stale=stale)
        what = "The deal stands still" if stale else "Next step is overdue"
        return await workflow.execute_local_activity_method(
            ConversionActivities.remind_deal, request, summary=f"{what}: reminder {level}", **LOCAL
        )

    async def run_playbook(self, number: int, deal_id: str) -> PlaybookStepDone:
        """Carry out the playbook's step that is due now."""
        request = RunPlaybookStep(key=ids.key(self.life, "playbook", number), deal_id=deal_id)
        return await workflow.execute_local_activity_method(
            ConversionActivities.run_playbook_step, request, summary=f"Playbook, step {number}", **LOCAL
        )

    async def open_inbound(self, call: InboundCall, number: int) -> None:
        """Open the lead's call as urgent work of its manager."""
        request = OpenInbound(
            key=ids.key(self.life, "inbound", number),
            workflow_id=self.me,
            inbound_call_id=call.inbound_call_id,
            lead_id=self.lead_id,
            note=call.note,
        )
        await workflow.execute_local_activity_method(
            ConversionActivities.open_inbound, request, summary="The lead called", **LOCAL
        )

    async def add_hand_over(self, hand_over: HandOver, number: int) -> None:
        """Add tier 1's story, which came late, to the deal's record."""
        request = AddHandOver(key=ids.key(self.life, "hand-over", number), lead_id=self.lead_id, hand_over=hand_over)
        await workflow.execute_local_activity_method(
            ConversionActivities.add_hand_over, request, summary="Add the calls' story to the deal", **LOCAL
        )

    async def close(self, reason: str, register_stage: str, again: str | None = None) -> None:
        """Close the deal's record, which nobody in tier 2 has done, and let the register hear of it.

        `again` names what closes it another way after it was closed.
        """
        request = CloseDeal(
            key=f"{self.life}:close:{again}" if again else f"{self.life}:close", lead_id=self.lead_id,
            stage=Stage.LOST, reason=reason, register_stage=register_stage,
        )  # fmt: skip
        await workflow.execute_local_activity_method(
            ConversionActivities.close_deal, request, summary=f"Close the deal: {reason}", **LOCAL
        )

    def answer_for_the_caller(self, moved: DealMoved, answered: AnsweredQuestion) -> TakeAnswer:
        """What tier 1 hears of an answered question."""
        return TakeAnswer(
            key=moved.event_id,
            lead_id=self.lead_id,
            question=answered.question,
            answer=answered.answer,
            publish=answered.publish,
            answered_by=moved.by,
            answered_at=moved.at,
        )
