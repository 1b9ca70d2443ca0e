"""Calls that come in: who is calling now, and a form for whoever's own telephone rings."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.chassis.http import Conn, Who, allow
from services.chassis.web.door import page_router, web_of
from services.lead_gen.actions.inbound_calls import look_up_caller, ringing_at
from services.lead_gen.schemas.inbound_calls import NewInboundCall

CALLER: list[Any] = [allow("caller")]
READERS: list[Any] = [allow("caller", "supervisor")]

router: APIRouter = page_router()


class WhoCallsForm(BaseModel):
    """The number on the display of the telephone."""

    model_config = ConfigDict(extra="ignore")

    number: str = Field(min_length=3, max_length=40)


@router.get("/ringing", dependencies=READERS)
async def ringing(request: Request, conn: Conn, who: Who) -> Response:
    """Who is calling now, and to whom they are put through."""
    return web_of(request).pages.answer(request, "ringing_calls.j2", calls=await ringing_at(conn, who.person))


@router.get("/who-calls", dependencies=CALLER)
async def ask(request: Request) -> Response:
    """Somebody calls this caller's own telephone: what is their number?"""
    return web_of(request).pages.answer(request, "who_calls.j2", taken=None, lead=None)


@router.post("/who-calls", dependencies=CALLER)
async def tell(request: Request, conn: Conn, who: Who, form: Annotated[WhoCallsForm, Form()]) -> Response:
    """Who it is and to whom to put them through; whoever has the lead is told, as by the switchboard."""
    call = NewInboundCall.model_validate({"from": form.number, "note": "called a caller's own telephone"})
    taken, lead = await look_up_caller(conn, call, who.person)
    return web_of(request).pages.answer(request, "who_calls.j2", taken=taken, lead=lead)
