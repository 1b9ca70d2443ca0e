"""Tier 2's answers to hard questions: kept for the caller who asked, and published for all if the manager wishes."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.events import publish
from services.lead_gen.actions.instructions import add_instruction, say_anew
from services.lead_gen.domain.answers import title_of
from services.lead_gen.repository import answers, leads
from services.lead_gen.schemas.instructions import NewInstruction
from workflows.contracts import ids
from workflows.contracts.base import Done
from workflows.contracts.lead_gen import TakeAnswer

FROM_TIER_2 = "answered by tier 2"


async def take_answer(conn: Connection, told: TakeAnswer) -> Done:
    """Keep an answer, once per key; a published one becomes its question's instruction, or its next version."""
    if await leads.is_erased(conn, told.lead_id) or not await answers.add(conn, told):
        return Done()
    if told.publish:
        await _publish(conn, told)
    await publish(conn, "question_answered", lead_id=told.lead_id)
    return Done()


async def _publish(conn: Connection, told: TakeAnswer) -> None:
    """The answer becomes the question's instruction: its next version, unless a newer answer was faster."""
    key = ids.question(told.question)
    known = await answers.instruction_of(conn, key, told.question)
    if known is None:
        new = NewInstruction(
            title=title_of(told.question),
            text=told.answer,
            tags=[FROM_TIER_2],
            situations=["outcome:hard_question"],
        )
        known = await add_instruction(conn, new, told.answered_by)
    else:
        newest = await answers.answered_at(conn, known.id)
        if newest is None or newest <= told.answered_at:
            await say_anew(conn, known, told.answer, told.answered_by)
    await answers.published(conn, told.key, known.id, key)
