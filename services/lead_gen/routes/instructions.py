"""Instructions: written by supervisors, found and judged by callers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from services.chassis.errors import Invalid, PreconditionFailed, PreconditionRequired
from services.chassis.events import publish
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from services.lead_gen.domain.situations import facts
from services.lead_gen.repository import calls, instructions
from services.lead_gen.schemas.instructions import InstructionView, NewHelp, NewInstruction, ProposedInstruction

router: APIRouter = new_router(tags=["instructions"])
SUPERVISOR = [allow("supervisor")]
STAFF = [allow("supervisor", "caller", "ops")]
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=100, description="The ETag that was read.")]
Fact = Annotated[str | None, Query(max_length=100)]


def _tagged(response: Response, instruction: InstructionView) -> InstructionView:
    response.headers["ETag"] = f'"{instruction.version}"'
    return instruction


@router.post("/instructions", status_code=201, dependencies=SUPERVISOR, summary="Write an instruction")
async def add_instruction(conn: Conn, who: Who, new: NewInstruction, response: Response) -> InstructionView:
    """For situations that the script does not cover."""
    instruction = await instructions.add(conn, new, who.person)
    await publish(conn, "instruction_saved", instruction_id=instruction.id, version=instruction.version)
    return _tagged(response, instruction)


@router.get("/instructions", dependencies=STAFF, summary="Search the instructions")
async def list_instructions(
    conn: Conn, pager: Pager, q: Annotated[str | None, Query(max_length=200)] = None
) -> Page[InstructionView]:
    """With `q` the best match first, one page; without, all in order of creation.

    Beginnings of words are enough, in every language; a word in the title counts more than one in the text; when
    nothing matches, the likest words are taken for what was mistyped. Archived ones are not found.
    """
    if q is not None:
        return Page(items=await instructions.search(conn, q, pager.limit), next=None)
    found = await instructions.page(conn, pager.limit + 1, pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda i: (i.created_at.isoformat(), i.id))


@router.get("/instructions/proposed", dependencies=STAFF, summary="Instructions for a situation")
async def propose_instructions(
    conn: Conn,
    node: Fact = None,
    industry: Fact = None,
    objection: Fact = None,
    outcome: Fact = None,
    limit: Annotated[int, Query(ge=1, le=20)] = 5,
) -> Page[ProposedInstruction]:
    """Those that most facts of the situation fit, then those that helped most often; none that fits no fact."""
    known = facts(node=node, industry=industry, objection=objection, outcome=outcome)
    return Page(items=await instructions.proposed(conn, known, limit), next=None)


@router.get("/instructions/{instruction_id}", dependencies=STAFF, summary="One instruction")
async def get_instruction(conn: Conn, instruction_id: Id, response: Response) -> InstructionView:
    """With its `ETag`, which a change must name. 404 when there is none in use."""
    return _tagged(response, await instructions.get(conn, instruction_id))


@router.put("/instructions/{instruction_id}", dependencies=SUPERVISOR, summary="Change an instruction")
async def change_instruction(
    conn: Conn, who: Who, instruction_id: Id, new: NewInstruction, response: Response, if_match: IfMatch = None
) -> InstructionView:
    """The next version; earlier ones are kept. `If-Match` names the version that was read, or `*`.

    428 `precondition_required` without it; 412 `precondition_failed` when somebody else has changed it since.
    """
    if if_match is None:
        raise PreconditionRequired("Say with If-Match which version you have read", field="If-Match")
    earlier = await instructions.get(conn, instruction_id, lock=True)
    if if_match.strip() != "*" and f'"{earlier.version}"' not in [tag.strip() for tag in if_match.split(",")]:
        raise PreconditionFailed(
            f"Somebody has changed it since: it is at version {earlier.version} now",
            field="If-Match",
            detail={"version": earlier.version},
        )
    instruction = await instructions.change(conn, instruction_id, new, who.person)
    await publish(conn, "instruction_saved", instruction_id=instruction.id, version=instruction.version)
    return _tagged(response, instruction)


@router.post("/instructions/{instruction_id}/archive", dependencies=SUPERVISOR, summary="Take an instruction away")
async def archive_instruction(conn: Conn, instruction_id: Id) -> InstructionView:
    """It is found and proposed no more; a second time changes nothing."""
    await instructions.get(conn, instruction_id, lock=True, archived=True)
    instruction = await instructions.archive(conn, instruction_id)
    await publish(conn, "instruction_archived", instruction_id=instruction.id)
    return instruction


@router.post("/instructions/{instruction_id}/helped", dependencies=[allow("caller")], summary="It helped")
async def instruction_helped(conn: Conn, who: Who, instruction_id: Id, body: NewHelp | None = None) -> InstructionView:
    """Counts once per caller and call, or once a day where no call is named; what helped is proposed first."""
    await instructions.get(conn, instruction_id)
    item_id = body.item_id if body else None
    if item_id is not None and not await calls.is_of(conn, item_id, who.person):
        raise Invalid("This is no call of yours", field="item_id")
    return await instructions.helped(conn, instruction_id, who.person, item_id)
