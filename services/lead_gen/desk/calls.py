"""The call desk: the next lead, the script, how the call ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from services.chassis.errors import Conflict, DomainError, Invalid
from services.chassis.http import Conn, Who, allow
from services.chassis.web.door import page_router, web_of
from services.chassis.web.pages import Reader
from services.lead_gen.actions.call_drafts import drop_empty, keep_draft, undo_for_desk, walked_path
from services.lead_gen.actions.call_outcomes import report_and_go_on
from services.lead_gen.actions.callbacks import picked_time
from services.lead_gen.actions.calls import extend_lease, next_for_desk, release_lease
from services.lead_gen.desk.forms import HeldForm, OutcomeForm, StepForm, TypedForm
from services.lead_gen.desk.shown import FORMS, Shown, after_act, show
from services.lead_gen.domain.window import clock_of

CALLER: list[Any] = [allow("caller")]
_LOST = ("stale_lease", "already_closed")

router: APIRouter = page_router()


@router.get("/", dependencies=CALLER)
async def desk(
    request: Request,
    conn: Conn,
    who: Who,
    opened: Annotated[str, Query(alias="open", max_length=40)] = "",
    nothing: bool = False,
) -> Response:
    """The whole desk, in the state its caller is in; `open` is the outcome whose form stands in the middle."""
    return await show(request, conn, who.person, Shown(opened=opened if opened in FORMS else "", asked=nothing))


@router.post("/next", dependencies=CALLER)
async def next_lead(request: Request, conn: Conn, who: Who) -> Response:
    """Lease the next lead, or say what is due when."""
    found = await next_for_desk(conn, who.person)
    return await after_act(request, conn, who.person, Shown(asked=not found))


@router.post("/step", dependencies=CALLER)
async def step(request: Request, conn: Conn, who: Who, form: Annotated[StepForm, Form()]) -> Response:
    """Go through the script, or open the form of an outcome; what was typed is kept on the way."""
    try:
        await keep_draft(conn, form.item_id, who.person, form.typed(), go=form.go)
    except Conflict:  # it was reported in another window: what they have now is shown
        return await after_act(request, conn, who.person, Shown())
    opened = form.go if form.go in FORMS else ""
    return await after_act(request, conn, who.person, Shown(part="step", opened=opened, about=form.item_id))


@router.post("/draft", dependencies=CALLER)
async def draft(request: Request, conn: Conn, who: Who, form: Annotated[TypedForm, Form()]) -> Response:
    """Keep what was typed; nothing changes on the page, unless the lead was lost."""
    try:
        await keep_draft(conn, form.item_id, who.person, form.typed())
    except Conflict:  # it was reported a moment ago, and needs no draft any more
        return Response(status_code=204)
    return await after_act(request, conn, who.person, Shown(part="saved", about=form.item_id))


@router.post("/callback", dependencies=CALLER)
async def callback(request: Request, conn: Conn, who: Who, form: Annotated[TypedForm, Form()]) -> Response:
    """In words what will happen with the callback that is picked at this moment."""
    now = datetime.now(UTC)
    picked = await picked_time(conn, who.person, form.timezone, form.callback() or now, now)
    return web_of(request).pages.answer(
        request, "parts/when.j2", picked=picked, zone=clock_of(form.timezone), typed={"personal": form.personal}
    )


@router.post("/outcome", dependencies=CALLER)
async def outcome(request: Request, conn: Conn, who: Who, form: Annotated[OutcomeForm, Form()]) -> Response:
    """Record how the call ended; the next lead comes in the same transaction and the same answer."""
    walked = await walked_path(conn, form.item_id, who.person)
    try:
        told = form.told(walked or ())
        await report_and_go_on(conn, form.item_id, told, who.person, web_of(request).undo_time)
    except (Conflict, Invalid) as error:
        return await _refused(request, conn, who.person, form, error, had_draft=walked is not None)
    return await after_act(request, conn, who.person, Shown(asked=True))


async def _refused(
    request: Request, conn: Conn, caller: str, form: OutcomeForm, error: DomainError, *, had_draft: bool
) -> Response:
    """The same form with what was typed and what is wrong; of a lost call, what was typed is kept for later."""
    if error.code not in _LOST:
        opened = form.outcome.value if form.outcome.value in FORMS else ""
        shown = Shown(part="step", opened=opened, refused=error, typed=form.typed())
        return await show(request, conn, caller, shown)
    if not had_draft:
        raise error
    await keep_draft(conn, form.item_id, caller, form.typed())
    return await after_act(request, conn, caller, Shown())


@router.post("/undo", dependencies=CALLER)
async def undo(request: Request, conn: Conn, who: Who, form: Annotated[HeldForm, Form()]) -> Response:
    """Take the last outcome back: the same lead again, with what was written."""
    undone = await undo_for_desk(conn, form.item_id, who.person)
    said = web_of(request).pages.text("parts/undone.j2", Reader.of(request), {"undone": undone}).strip()
    return await after_act(request, conn, who.person, Shown(said=said))


@router.get("/look", dependencies=CALLER)
async def look(request: Request, conn: Conn, who: Who, item: Annotated[str, Query(max_length=64)] = "") -> Response:
    """What a page asks when it hears of a change, or its lease is over: the lease as it is now, or the state after."""
    return await show(request, conn, who.person, Shown(part="lease", about=item))


@router.post("/keep", dependencies=CALLER)
async def keep(request: Request, conn: Conn, who: Who, form: Annotated[HeldForm, Form()]) -> Response:
    """Hold the lead a little longer."""
    await extend_lease(conn, form.item_id, who.person, form.token)
    return await after_act(request, conn, who.person, Shown(part="lease", about=form.item_id))


@router.post("/return", dependencies=CALLER)
async def give_back(request: Request, conn: Conn, who: Who, form: Annotated[HeldForm, Form()]) -> Response:
    """Return the lead to the queue."""
    await release_lease(conn, form.item_id, who.person, form.token)
    await drop_empty(conn, who.person)
    return await after_act(request, conn, who.person, Shown())
