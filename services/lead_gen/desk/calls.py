"""The call desk: sign on, the next lead, how the call ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from services.chassis.http import Conn, Id, Who, allow
from services.chassis.web.door import page_router, web_of
from services.chassis.web.formats import zone_of
from services.lead_gen.actions import shifts
from services.lead_gen.actions.calls import call_desk, extend_lease, lease_next_call, release_lease, report_and_go_on
from services.lead_gen.desk.forms import HeldForm, OutcomeForm
from services.lead_gen.domain.calls import CallDesk
from services.lead_gen.domain.scripts import path_fault

HERE = "/lead-gen/desk/"
CALLER: list[Any] = [allow("caller")]
Path = Annotated[list[str], Query(default_factory=list, max_length=300)]

router: APIRouter = page_router()


def _back(*, nothing: bool = False) -> Response:
    # A page that is loaded again must not send its form again.
    return RedirectResponse(f"{HERE}?nothing=1" if nothing else HERE, status_code=303)


@router.get("/", dependencies=CALLER)
async def desk(request: Request, conn: Conn, who: Who, path: Path, nothing: bool = False) -> Response:
    """The whole desk, in the state its caller is in; `path` is how far they are in the script."""
    now = datetime.now(UTC)
    found = await call_desk(conn, who.person, now)
    zone = zone_of(found.call.lead.timezone) if found.call else None
    return web_of(request).pages.answer(
        request,
        "call_desk.j2",
        desk=found,
        state=_state(found, now),
        zone=zone,
        path=_walked(found, path),
        nothing=nothing,
    )


def _walked(found: CallDesk, path: list[str]) -> list[str]:
    """The nodes that were passed, the present one last; from the start again if these do not follow each other."""
    script = found.call.script if found.call else None
    if script is None:
        return []
    return path if path and path_fault(script.start, script.nodes, path) is None else [script.start]


def _state(found: CallDesk, now: datetime) -> str:
    """call, break, before (a shift that has not begun), signed_off (one that has) or ready."""
    if found.call is not None:
        return "call"
    if found.shift is None or found.shift.is_on:
        return "break" if found.shift is not None and found.shift.break_since else "ready"
    return "signed_off" if found.shift.starts_at <= now else "before"


@router.post("/next", dependencies=CALLER)
async def next_lead(conn: Conn, who: Who) -> Response:
    """Lease the next lead, or say that nothing is due."""
    await lease_next_call(conn, who.person, None)
    found = await call_desk(conn, who.person, datetime.now(UTC))
    return _back(nothing=found.call is None)


@router.post("/outcome", dependencies=CALLER)
async def outcome(conn: Conn, who: Who, form: Annotated[OutcomeForm, Form()]) -> Response:
    """Record how the call ended; the next lead comes in the same transaction."""
    await report_and_go_on(conn, form.item_id, form.told(), who.person)
    return _back()


@router.post("/keep", dependencies=CALLER)
async def keep(conn: Conn, who: Who, form: Annotated[HeldForm, Form()]) -> Response:
    """Hold the lead a little longer."""
    await extend_lease(conn, form.item_id, who.person, form.token)
    return _back()


@router.post("/return", dependencies=CALLER)
async def give_back(conn: Conn, who: Who, form: Annotated[HeldForm, Form()]) -> Response:
    """Return the lead to the queue."""
    await release_lease(conn, form.item_id, who.person, form.token)
    return _back()


@router.post("/shifts/{shift_id}/sign-on", dependencies=CALLER)
async def sign_on(conn: Conn, who: Who, shift_id: Id) -> Response:
    """The shift begins."""
    await shifts.sign_on(conn, shift_id, who.person)
    return _back()


@router.post("/shifts/{shift_id}/sign-off", dependencies=CALLER)
async def sign_off(conn: Conn, who: Who, shift_id: Id) -> Response:
    """The shift ends; everything goes back to the queue."""
    await shifts.sign_off(conn, shift_id, who.person)
    return _back()


@router.post("/shifts/{shift_id}/break", dependencies=CALLER)
async def begin_break(conn: Conn, who: Who, shift_id: Id) -> Response:
    """A break begins; the lead in hand goes back to the queue."""
    await shifts.begin_break(conn, shift_id, who.person)
    return _back()


@router.post("/shifts/{shift_id}/resume", dependencies=CALLER)
async def end_break(conn: Conn, who: Who, shift_id: Id) -> Response:
    """Back to work."""
    await shifts.end_break(conn, shift_id, who.person)
    return _back()
