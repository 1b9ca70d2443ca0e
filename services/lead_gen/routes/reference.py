"""What supervisors keep: policies, scripts, instructions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ValidationError

from services.chassis.errors import Invalid
from services.chassis.http import Conn, Page, Pager, Who, allow, new_router
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.scripts import ScriptBody
from services.lead_gen.repository import reference
from services.lead_gen.schemas.campaigns import (
    InstructionView,
    NewInstruction,
    NewScript,
    ScriptView,
)
from services.lead_gen.schemas.reports import NewPolicy, PolicyView

router: APIRouter = new_router(tags=["reference"])
SUPERVISOR = [allow("supervisor")]
STAFF = [allow("supervisor", "caller", "ops")]


@router.get("/policies", dependencies=[allow("supervisor", "ops")], summary="Policies, the current one first")
async def list_policies(conn: Conn) -> Page[PolicyView]:
    """Every version; leads under way keep theirs."""
    return Page(items=await reference.policies(conn), next=None)


@router.post("/policies", status_code=201, dependencies=SUPERVISOR, summary="A new version of the policy")
async def add_policy(conn: Conn, who: Who, new: NewPolicy) -> PolicyView:
    """What is left out keeps its default. 422 names the field that cannot be right."""
    try:
        policy = Policy.model_validate(new.body)
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(first["msg"], field=".".join(["body", *map(str, first["loc"])])) from None
    return await reference.add_policy(conn, policy, who.person)


@router.post("/scripts", status_code=201, dependencies=SUPERVISOR, summary="A new version of a script")
async def add_script(conn: Conn, who: Who, new: NewScript) -> ScriptView:
    """422 when a node is never reached or a branch never ends."""
    try:
        ScriptBody(start=new.start, nodes=new.nodes)
    except ValidationError as error:
        raise Invalid(error.errors()[0]["msg"].removeprefix("Value error, "), field="nodes") from None
    return await reference.add_script(conn, new, who.person)


@router.get("/scripts", dependencies=STAFF, summary="Scripts of every name and version")
async def list_scripts(conn: Conn, pager: Pager) -> Page[ScriptView]:
    """In order of creation."""
    found = await reference.script_page(conn, pager.limit + 1, pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda s: (s.created_at.isoformat(), s.id))


@router.post("/instructions", status_code=201, dependencies=SUPERVISOR, summary="Write an instruction")
async def add_instruction(conn: Conn, who: Who, new: NewInstruction) -> InstructionView:
    """For situations that the script does not cover."""
    return await reference.add_instruction(conn, new, who.person)


@router.get("/instructions", dependencies=STAFF, summary="Search the instructions")
async def list_instructions(
    conn: Conn, pager: Pager, q: Annotated[str | None, Query(max_length=200)] = None
) -> Page[InstructionView]:
    """With `q` the best match first, one page; without, all in order of creation."""
    found = await reference.instruction_page(conn, q, pager.limit + (q is None), pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda i: (i.created_at.isoformat(), i.id))
