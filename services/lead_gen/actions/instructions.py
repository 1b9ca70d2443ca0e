"""Which instructions a caller is given with a lead, and what tier 2 adds to them."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.events import publish
from services.lead_gen.domain.situations import facts
from services.lead_gen.repository import answers, instructions
from services.lead_gen.repository.leads import Lead
from services.lead_gen.schemas.instructions import InstructionLink, NewInstruction
from workflows.contracts.lead_gen import TakeAnswer

SHOWN = 3
LONGEST_TITLE = 200
FROM_TIER_2 = "answered by tier 2"


async def for_lead(conn: Connection, lead: Lead) -> list[InstructionLink]:
    """The first that are meant for the lead's industry; none for a lead of which it is not known."""
    known = facts(industry=lead.industry)
    if not known:
        return []
    found = await instructions.proposed(conn, known, SHOWN)
    return [InstructionLink(id=instruction.id, title=instruction.title) for instruction in found]


async def take_answer(conn: Connection, told: TakeAnswer) -> None:
    """Keep tier 2's answer to a hard question, once per key; published, it is an instruction from now on."""
    if not await answers.add(conn, told):
        return
    if told.publish:
        title = told.question if len(told.question) <= LONGEST_TITLE else told.question[: LONGEST_TITLE - 1] + "…"
        new = NewInstruction(title=title, text=told.answer, tags=[FROM_TIER_2], situations=["outcome:hard_question"])
        added = await instructions.add(conn, new, told.answered_by)
        await answers.published(conn, told.key, added.id)
        await publish(conn, "instruction_saved", instruction_id=added.id, version=added.version)
    await publish(conn, "question_answered", lead_id=told.lead_id)
