"""Instructions: maintained by supervisors, given to callers with a lead, and judged by whether they helped."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.events import publish
from services.lead_gen.domain.instructions import Instruction, InstructionText, distinct, facts
from services.lead_gen.domain.leads import Lead
from services.lead_gen.repository import calls, instructions, shifts
from services.lead_gen.schemas.instructions import NewInstruction

SHOWN = 3
# Questions come again, and so do their answers: enough to have some left without the repetitions.
_MORE = 8 * SHOWN


async def add_instruction(conn: Connection, new: NewInstruction, by: str) -> Instruction:
    """Write an instruction for situations that the script does not cover."""
    added = await instructions.add(conn, InstructionText.of(new), by)
    await _published(conn, added)
    return added


async def change_instruction(conn: Connection, instruction_id: str, new: NewInstruction, by: str) -> Instruction:
    """Write the next version. Raises NotFound."""
    await instructions.get(conn, instruction_id, lock=True)
    changed = await instructions.change(conn, instruction_id, InstructionText.of(new), by)
    await _published(conn, changed)
    return changed


async def say_anew(conn: Connection, earlier: Instruction, text: str, by: str) -> Instruction:
    """Write the next version of an instruction that the caller has locked: another text, all else as it is."""
    if text == earlier.text:
        return earlier
    kept = InstructionText(title=earlier.title, text=text, tags=earlier.tags, situations=earlier.situations)
    changed = await instructions.change(conn, earlier.id, kept, by)
    await _published(conn, changed)
    return changed


async def _published(conn: Connection, saved: Instruction) -> None:
    await publish(conn, "instruction_saved", instruction_id=saved.id, version=saved.version)


async def archive_instruction(conn: Connection, instruction_id: str) -> Instruction:
    """Take it out of use; doing so again changes nothing. Raises NotFound."""
    await instructions.get(conn, instruction_id, lock=True, archived=True)
    archived = await instructions.archive(conn, instruction_id)
    await publish(conn, "instruction_archived", instruction_id=archived.id)
    return archived


async def instruction_helped(conn: Connection, instruction_id: str, caller: str, item_id: str | None) -> Instruction:
    """Count that it helped: once per caller and call, or once a day if no call is named.

    Raises NotFound, Invalid `item_id` for somebody else's call.
    """
    await instructions.get(conn, instruction_id)
    if item_id is not None and not await calls.is_of(conn, item_id, caller):
        raise Invalid("This call is not yours", field="item_id")
    return await instructions.helped(conn, instruction_id, caller, item_id)


async def instructions_at(
    conn: Connection, lead: Lead, *, node: str | None, kind: str | None, outcome: str | None
) -> list[Instruction]:
    """What fits this moment of a call best: the step of the script, the outcome being told, the lead's industry.

    Where less than `SHOWN` fits, the newest instructions come after it. What says the same comes once.
    """
    objection = node if kind == "objection" else None
    known = facts(node=node, industry=lead.industry, objection=objection, outcome=outcome)
    found: list[Instruction] = [*await instructions.proposed(conn, known, _MORE)] if known else []
    if len(distinct(found)) < SHOWN:
        found += await instructions.newest(conn, _MORE)
    return distinct(found)[:SHOWN]


async def find_instructions(conn: Connection, q: str) -> list[Instruction]:
    """What callers find by these words, the best first."""
    return distinct(await instructions.search(conn, q, _MORE))[: 2 * SHOWN]


async def new_since(conn: Connection, caller: str) -> datetime | None:
    """From when on an instruction is new to this caller: the end of their last shift. Nothing is in a first one."""
    return await shifts.last_end(conn, caller)


async def instructions_for(conn: Connection, lead: Lead) -> list[Instruction]:
    """The first instructions for the lead's industry; none if its industry is unknown."""
    known = facts(industry=lead.industry)
    return [*await instructions.proposed(conn, known, SHOWN)] if known else []
