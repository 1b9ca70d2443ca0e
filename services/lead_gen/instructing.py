"""Which instructions a caller is given with a lead."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.domain.situations import facts
from services.lead_gen.repository import instructions
from services.lead_gen.repository.leads import Lead
from services.lead_gen.schemas.instructions import InstructionLink

SHOWN = 3


async def for_lead(conn: Connection, lead: Lead) -> list[InstructionLink]:
    """The first that are meant for the lead's industry; none for a lead of which it is not known."""
    known = facts(industry=lead.industry)
    if not known:
        return []
    found = await instructions.proposed(conn, known, SHOWN)
    return [InstructionLink(id=instruction.id, title=instruction.title) for instruction in found]
