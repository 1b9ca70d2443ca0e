"""The settings of tier 1: every editor with its version in force, and where an inbound call would go."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.chassis.errors import Invalid
from services.chassis.http import Conn, allow
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors
from services.lead_gen.actions.inbound_calls import where_to
from services.lead_gen.actions.settings import read_settings

READERS: list[Any] = [allow("supervisor", "ops")]
_REGION = "UA"

router: APIRouter = page_router("/desk/settings")


@router.get("", dependencies=READERS)
async def settings_page(request: Request, conn: Conn) -> Response:
    """What can be decided here, and who decided it last."""
    return web_of(request).pages.answer(request, "settings.j2", last=await read_settings(conn))


@router.get("/inbound", dependencies=READERS)
async def inbound_page(
    request: Request, conn: Conn, number: Annotated[str, Query(alias="from", max_length=40)] = ""
) -> Response:
    """Where a call from this number would go, and why. Nothing is written."""
    context: dict[str, Any] = {"number": number, "route": None, "lead": None, "errors": {}}
    try:
        if number.strip():
            context["lead"], context["route"] = await where_to(conn, number, _REGION)
    except Invalid as error:
        context["errors"] = field_errors(error)
    return web_of(request).pages.answer(request, "inbound_try.j2", **context)
