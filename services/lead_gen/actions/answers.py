"""Tier 2's answers to hard questions: kept for the caller who asked, and published for all if the manager wishes."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.events import publish
from services.lead_gen.actions.instructions import add_instruction
from services.lead_gen.domain.answers import title_of
from services.lead_gen.repository import answers, leads
from services.lead_gen.schemas.instructions import NewInstruction
from workflows.contracts.base import Done
from workflows.contracts.lead_gen import TakeAnswer

FROM_TIER_2 = "answered by tier 2"


async def take_answer(conn: Connection, told: TakeAnswer) -> Done:
    """Keep an answer, once per key; a published one becomes an instruction."""
    if await leads.is_erased(conn, told.lead_id) or not await answers.add(conn, told):
        return Done()
    if told.publish:
        new = NewInstruction(
            title=title_of(told.question),
            text=told.answer,
            tags=[FROM_TIER_2],
            situations=["outcome:hard_question"],
        )
        added = await add_instruction(conn, new, told.answered_by)
        await answers.published(conn, told.key, added.id)
    await publish(conn, "question_answered", lead_id=told.lead_id)
    return Done()
