"""The rota: weekly hours of callers, exceptions to them, and the shifts that follow."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from services.chassis.http import Conn, Id, Moment, Page, Who, allow, if_match, new_router, tagged
from services.lead_gen.actions.kinds import ROTA_LINE
from services.lead_gen.actions.rota import add_pattern, planned_between, put_exception, remove_pattern
from services.lead_gen.repository import rota
from services.lead_gen.schemas.rota import ExceptionView, NewException, NewPattern, PatternView, PlannedView

router: APIRouter = new_router(tags=["shifts"])
SUPERVISOR = [allow("supervisor")]
STAFF = [allow("supervisor", "caller", "ops")]


@router.post("/rota", status_code=201, dependencies=SUPERVISOR, summary="Add weekly hours of a caller")
async def post_pattern(conn: Conn, new: NewPattern) -> PatternView:
    """Shifts of the next two weeks are planned at once, later ones as time goes on."""
    return PatternView.of(await add_pattern(conn, new))


@router.get("/rota", dependencies=STAFF, summary="The rota")
async def list_patterns(conn: Conn, caller_id: str | None = None) -> Page[PatternView]:
    """By caller and weekday."""
    return Page(items=PatternView.of_all(await rota.patterns(conn, caller_id)), next=None)


async def _line(conn: Conn, pattern_id: Id) -> PatternView:
    return PatternView.of(await rota.pattern(conn, pattern_id))


@router.delete(
    "/rota/{pattern_id}",
    dependencies=[*SUPERVISOR, if_match(_line, ROTA_LINE, "pattern_id")],
    summary="Remove a line from the rota",
)
async def delete_pattern(conn: Conn, pattern_id: Id) -> PatternView:
    """Its shifts that have not begun go with it."""
    return PatternView.of(await remove_pattern(conn, pattern_id))


@router.post(
    "/rota/exceptions", status_code=201, dependencies=SUPERVISOR, summary="Add a day off, or a day with other hours"
)
async def post_exception(conn: Conn, who: Who, new: NewException) -> ExceptionView:
    """It replaces the weekly hours of that day. Callbacks that fall on a day off go to the pool."""
    return ExceptionView.of(await put_exception(conn, new, who))


@router.get("/rota/exceptions", dependencies=STAFF, summary="Exceptions to the rota")
async def list_exceptions(conn: Conn, caller_id: str | None = None) -> Page[ExceptionView]:
    """By day, from a month ago on."""
    return Page(items=ExceptionView.of_all(await rota.exceptions(conn, caller_id)), next=None)


@router.get("/rota/plan", dependencies=STAFF, summary="Who works when, according to the rota")
async def planned(
    conn: Conn,
    begins: Annotated[Moment, Query(alias="from")],
    ends: Annotated[Moment, Query(alias="to")],
) -> Page[PlannedView]:
    """Shifts that begin between `from` and `to`, two months at most."""
    found = await planned_between(conn, begins, ends)
    return Page(items=[PlannedView.of(one) for one in found], next=None)


# After the routes beside it, or their names would be taken for ids.
@router.get("/rota/{pattern_id}", dependencies=[*STAFF, tagged()], summary="One line of the rota")
async def get_pattern(conn: Conn, pattern_id: Id) -> PatternView:
    """Whose hours, on which day."""
    return await _line(conn, pattern_id)
