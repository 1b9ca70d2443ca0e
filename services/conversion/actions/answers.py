"""The answer to a hard question, and its way back to the callers' instructions."""

from __future__ import annotations

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.sentences import said
from services.conversion.actions.deals import Step, now, policy_of, take_step
from services.conversion.domain.deals import Deal
from services.conversion.domain.policy import StepKind
from services.conversion.repository import published_answers
from workflows.contracts.conversion import AnsweredQuestion, Stage


async def answer_question(conn: Connection, deal: Deal, who: Principal, text: str, *, publish: bool) -> Deal:
    """Answer the deal's question, or answer it anew. Raises Conflict `no_question` if none was asked."""
    if deal.question is None:
        raise Conflict("nobody has asked a question about this deal", code="no_question")
    at = now()
    policy = await policy_of(conn, deal)
    if publish:
        await published_answers.publish(
            conn,
            deal_id=deal.id,
            lead_id=deal.lead_id,
            question=deal.question,
            answer=text,
            by=who.person,
            at=at,
        )
    step = Step(
        kind="answer",
        what="question answered",
        text=text,
        towards=Stage.INFORMING,
        next_action=said("ask whether the answer helped"),
        next_action_at=policy.next_step(StepKind.INFORMED, at),
        data={"question": deal.question, "published": publish},
        answered=AnsweredQuestion(question=deal.question, answer=text, publish=publish),
        changes={"question_answered_at": deal.question_answered_at or at},
    )
    return await take_step(conn, deal, who, step)
