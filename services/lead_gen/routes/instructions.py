"""Instructions: written by supervisors, found and judged by callers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.chassis.http import Conn, Id, Page, Pager, Who, allow, if_match, new_router, tagged
from services.lead_gen.actions.instructions import (
    add_instruction,
    archive_instruction,
    change_instruction,
    instruction_helped,
)
from services.lead_gen.actions.kinds import INSTRUCTION
from services.lead_gen.domain.instructions import Instruction, facts
from services.lead_gen.repository import instructions
from services.lead_gen.schemas.instructions import InstructionView, NewHelp, NewInstruction, ProposedInstruction

router: APIRouter = new_router(tags=["instructions"])
SUPERVISOR = [allow("supervisor")]
STAFF = [allow("supervisor", "caller", "ops")]
Fact = Annotated[str | None, Query(max_length=100)]


def _tagged(response: Response, instruction: Instruction) -> InstructionView:
    response.headers["ETag"] = f'"{instruction.version}"'
    return InstructionView.of(instruction)


@router.post("/instructions", status_code=201, dependencies=SUPERVISOR, summary="Write an instruction")
async def post_instruction(conn: Conn, who: Who, new: NewInstruction, response: Response) -> InstructionView:
    """For situations that the script does not cover."""
    return _tagged(response, await add_instruction(conn, new, who.person))


@router.get("/instructions", dependencies=STAFF, summary="Search the instructions")
async def list_instructions(
    conn: Conn, pager: Pager, q: Annotated[str | None, Query(max_length=200)] = None
) -> Page[InstructionView]:
    """With `q`, one page with the best match first; without it, all in order of creation.

    Beginnings of words are enough, in any language; a match in the title counts more than one in the text. If nothing
    matches, mistyped words are replaced by the most similar ones. Archived instructions are not found.
    """
    if q is not None:
        return Page(items=InstructionView.of_all(await instructions.search(conn, q, pager.limit)), next=None)
    found = await instructions.page(conn, pager.limit + 1, pager.time_and_id())
    return Page.of(InstructionView.of_all(found), pager.limit, key=lambda i: (i.created_at.isoformat(), i.id))


@router.get("/instructions/proposed", dependencies=STAFF, summary="Instructions for a situation")
async def propose_instructions(
    conn: Conn,
    node: Fact = None,
    industry: Fact = None,
    objection: Fact = None,
    outcome: Fact = None,
    limit: Annotated[int, Query(ge=1, le=20)] = 5,
) -> Page[ProposedInstruction]:
    """The ones that match most facts of the situation come first, then those that helped most often."""
    known = facts(node=node, industry=industry, objection=objection, outcome=outcome)
    found = await instructions.proposed(conn, known, limit)
    return Page(items=ProposedInstruction.of_all(found), next=None)


@router.get("/instructions/{instruction_id}", dependencies=[*STAFF, tagged("version")], summary="One instruction")
async def get_instruction(conn: Conn, instruction_id: Id) -> InstructionView:
    """With its `ETag`, which a change must name. 404 if it does not exist or is archived."""
    return InstructionView.of(await instructions.get(conn, instruction_id))


@router.put(
    "/instructions/{instruction_id}",
    dependencies=[
        *SUPERVISOR,
        if_match(get_instruction, INSTRUCTION, "instruction_id", member="version", required=True),
    ],
    summary="Change an instruction",
)
async def put_instruction(conn: Conn, who: Who, instruction_id: Id, new: NewInstruction) -> InstructionView:
    """The next version; earlier ones are kept. `If-Match` names the version that was read, or `*`.

    428 `precondition_required` without it; 412 `precondition_failed` when somebody else has changed it since.
    """
    return InstructionView.of(await change_instruction(conn, instruction_id, new, who.person))


@router.post(
    "/instructions/{instruction_id}/archive",
    dependencies=[*SUPERVISOR, if_match(get_instruction, INSTRUCTION, "instruction_id", member="version")],
    summary="Archive an instruction",
)
async def archive(conn: Conn, instruction_id: Id) -> InstructionView:
    """It is no longer found or proposed. Archiving it again changes nothing."""
    return InstructionView.of(await archive_instruction(conn, instruction_id))


@router.post(
    "/instructions/{instruction_id}/helped", dependencies=[allow("caller")], summary="Say that an instruction helped"
)
async def helped(conn: Conn, who: Who, instruction_id: Id, body: NewHelp | None = None) -> InstructionView:
    """Counts once per caller and call, or once a day if no call is named. What helped most is proposed first."""
    item_id = body.item_id if body else None
    return InstructionView.of(await instruction_helped(conn, instruction_id, who.person, item_id))
