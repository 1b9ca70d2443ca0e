"""What supervisors keep: policies, criteria, callers, shifts."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import ValidationError

from services.chassis.errors import Conflict, Invalid
from services.chassis.http import Conn, Id, Page, Pager, Who, allow, new_router
from services.lead_gen.domain.policy import Policy
from services.lead_gen.repository import reference
from services.lead_gen.schemas.callers import CallerView, NewCaller, NewShift, ShiftView
from services.lead_gen.schemas.campaigns import CriteriaView, NewCriteria
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


@router.post("/criteria", status_code=201, dependencies=SUPERVISOR, summary="A new version of selection criteria")
async def add_criteria(conn: Conn, who: Who, new: NewCriteria) -> CriteriaView:
    """The same name again is the next version."""
    return await reference.add_criteria(conn, new, who.person)


@router.get("/criteria", dependencies=STAFF, summary="Criteria of every name and version")
async def list_criteria(conn: Conn, pager: Pager) -> Page[CriteriaView]:
    """In order of creation."""
    found = await reference.criteria_page(conn, pager.limit + 1, pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda c: (c.created_at.isoformat(), c.id))


@router.post("/callers", status_code=201, dependencies=SUPERVISOR, summary="Add a caller")
async def add_caller(conn: Conn, new: NewCaller) -> CallerView:
    """`id` is the subject of the caller's token. 409 `duplicate` if it is taken."""
    caller = await reference.add_caller(conn, new)
    if caller is None:
        raise Conflict(f"There is already a caller {new.id}", code="duplicate", field="id")
    return caller


@router.get("/callers", dependencies=[allow("supervisor", "ops")], summary="Callers")
async def list_callers(conn: Conn, pager: Pager) -> Page[CallerView]:
    """In order of creation."""
    found = await reference.caller_page(conn, pager.limit + 1, pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda c: (c.created_at.isoformat(), c.id))


@router.post("/shifts", status_code=201, dependencies=SUPERVISOR, summary="Plan a shift")
async def add_shift(conn: Conn, new: NewShift) -> ShiftView:
    """Times need an offset."""
    if new.starts_at.tzinfo is None or new.ends_at.tzinfo is None:
        raise Invalid("The time needs an offset, such as +02:00", field="starts_at")
    if not await reference.exists(conn, "callers", new.caller_id):
        raise Invalid(f"There is no caller {new.caller_id}", field="caller_id")
    return await reference.add_shift(conn, new)


@router.get("/shifts", dependencies=STAFF, summary="Shifts")
async def list_shifts(conn: Conn, pager: Pager) -> Page[ShiftView]:
    """In order of planning."""
    found = await reference.shift_page(conn, pager.limit + 1, pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda s: (s.created_at.isoformat(), s.id))


@router.post("/shifts/{shift_id}/sign-on", dependencies=[allow("caller", "supervisor")], summary="The shift begins")
async def sign_on(conn: Conn, shift_id: Id) -> ShiftView:
    """The first time counts."""
    return await reference.sign(conn, shift_id, on=True)


@router.post("/shifts/{shift_id}/sign-off", dependencies=[allow("caller", "supervisor")], summary="The shift ends")
async def sign_off(conn: Conn, shift_id: Id) -> ShiftView:
    """Everything the caller holds goes back to the queue."""
    shift = await reference.sign(conn, shift_id, on=False)
    await reference.return_leases_of(conn, shift.caller_id)
    return shift
