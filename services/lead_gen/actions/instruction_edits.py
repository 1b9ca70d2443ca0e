"""Instructions as a supervisor edits them."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.meanwhile import now_there, published_meanwhile
from services.chassis.staff import remember
from services.lead_gen.actions.instructions import add_instruction, change_instruction
from services.lead_gen.domain.instructions import Instruction, InstructionText
from services.lead_gen.repository import instructions
from services.lead_gen.schemas.instructions import NewInstruction

_MOST = 100


async def list_instructions(conn: Connection, q: str) -> Sequence[Instruction]:
    """Those in use that fit these words, the best first; without words, the last that were changed."""
    return await instructions.search(conn, q, _MOST) if q.strip() else await instructions.newest(conn, _MOST)


async def open_instruction(conn: Connection, instruction_id: str) -> Instruction:
    """One that is in use. Raises NotFound."""
    return await instructions.get(conn, instruction_id)


async def save_instruction(
    conn: Connection, instruction_id: str | None, new: NewInstruction, who: Principal, *, seen: str
) -> Instruction:
    """A new one, or the next version after the one that was `seen`. Raises NotFound, Conflict `changed_meanwhile`."""
    await remember(conn, who)
    if instruction_id is None:
        return await add_instruction(conn, new, who.person)
    now = await instructions.get(conn, instruction_id, lock=True)
    if str(now.version) != seen:
        notes = now_there(_fields(now), _fields(new))
        raise await published_meanwhile(conn, await instructions.last_writer(conn, now.id), now.version, notes=notes)
    return await change_instruction(conn, instruction_id, new, who.person)


def _fields(one: InstructionText | NewInstruction) -> dict[str, str]:
    """What a form shows of it in fields of their own."""
    return {"title": one.title, "text": one.text, "tags": ", ".join(one.tags)}
