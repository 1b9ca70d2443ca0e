"""Answers that come in while a deal ends: a customer's go to tier 3, a lead's begin its next life here."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.contracts.account_mgmt import CustomerCareWorkflow
    from workflows.contracts.base import Answer, Cancel, DoNotCall, InboundCall
    from workflows.contracts.conversion import HandedOver, HandOver, HandOverReason
    from workflows.conversion.activities import Activities
    from workflows.inbox import Inbox
    from workflows.relay import tell_customer_care

PASSES_ON = "passes-on-what-came-late"


@dataclass(frozen=True)
class LateAnswers:
    """What is left in the inbox of a lead's conversion when its deal has ended."""

    lead_id: str
    inbox: Inbox
    activities: Activities

    async def pass_on(self, ended: HandOver, owner: str | None, *, won: bool) -> HandOver | None:
        """Empty the inbox. The hand-over with which the lead's next life here begins, if one does.

        `ended` began the life that is over. None means that the inbox is empty, and no await stands between that
        look and the workflow's end.
        """
        while not self.inbox.empty and workflow.patched(PASSES_ON):
            answer = self.inbox.take()
            if answer is None or began_with(ended, answer) or (won and await self._tell_tier_3(answer)):
                continue
            match answer:
                case HandedOver():
                    return answer.hand_over
                case InboundCall():
                    return _called(ended, owner, answer)
                case DoNotCall() if not won:
                    await self.activities.close(answer.reason, "do_not_call", again=answer.event_id)
        return None

    async def _tell_tier_3(self, answer: Answer) -> bool:
        """Give the customer's account manager what the lead or ops wanted. False if care has ended."""
        match answer:
            case InboundCall():
                return await tell_customer_care(self.lead_id, CustomerCareWorkflow.inbound_called, answer)
            case HandedOver():
                return await tell_customer_care(self.lead_id, CustomerCareWorkflow.inbound_called, _call_of(answer))
            case DoNotCall():
                return await tell_customer_care(self.lead_id, CustomerCareWorkflow.do_not_call, answer)
            case Cancel():
                return await tell_customer_care(self.lead_id, CustomerCareWorkflow.cancel, answer)
        return False


def began_with(ended: HandOver, answer: Answer) -> bool:
    """Whether this life began with the very same call."""
    return isinstance(answer, InboundCall) and answer.inbound_call_id == ended.inbound_call_id


def _called(ended: HandOver, owner: str | None, call: InboundCall) -> HandOver:
    """The hand-over of a lead that called after its deal had ended."""
    changes = {
        "id": call.event_id, "reason": HandOverReason.INBOUND, "inbound_call_id": call.inbound_call_id,
        "sticky_manager": owner, "question": None,
    }  # fmt: skip
    return ended.model_copy(update=changes)


def _call_of(answer: HandedOver) -> InboundCall:
    """A hand-over of somebody who is a customer already, as the account manager gets it."""
    return InboundCall(
        event_id=answer.event_id, at=answer.at, by=answer.by, inbound_call_id=answer.hand_over.id,
        note=answer.hand_over.question or answer.hand_over.needs,
    )  # fmt: skip
