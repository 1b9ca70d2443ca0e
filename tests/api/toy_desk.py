"""A desk small enough to see the ground of all desks through it: one page of notes, and the form that writes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated

import httpx
from fastapi import FastAPI, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.chassis.api import create_app
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from services.chassis.http import Conn
from services.chassis.settings import Settings
from services.chassis.web.desk import Desk
from services.chassis.web.door import page_router, web_of
from tests.api import toy
from tests.fixtures.http import token
from workflows.contracts.base import Tier

HERE = "/lead-gen/desk/"
router = page_router()


class NoteForm(BaseModel):
    """A note, as its form sends it."""

    text: str = Field(max_length=60)
    size: int = 0


async def _page(request: Request, conn: Connection) -> Response:
    notes = await conn.fetch("select text from notes order by created_at, id")
    return web_of(request).pages.answer(
        request, "notice.j2", title="Notes", text=", ".join(row["text"] for row in notes), icon_name="check", act=None,
        request_id="",
    )  # fmt: skip


@router.get("/")
async def read(request: Request, conn: Conn) -> Response:
    """Every note."""
    return await _page(request, conn)


@router.post("/notes")
async def write(request: Request, conn: Conn, form: Annotated[NoteForm, Form()]) -> Response:
    """Write one."""
    if form.text == "taken":
        raise Conflict("this was written before")
    if form.text == "wrong":
        raise Invalid("must say something", field="text")
    await toy.insert(conn, form.text, form.size)
    return await web_of(request).after(request, HERE, partial(_page, request, conn), said="Kept.")


@router.post("/notes/none")
async def write_one(request: Request, conn: Conn) -> Response:
    """Write one without being told what."""
    await toy.insert(conn, "one more")
    return await web_of(request).after(request, f"{HERE}?more=1")


@router.post("/notes/parts")
async def write_parts(request: Request, conn: Conn, form: Annotated[NoteForm, Form()]) -> Response:
    """Write one, and show a part of the page only."""
    await toy.insert(conn, form.text)

    async def show() -> Response:
        return web_of(request).pages.parts(request, {"notices": "refused.j2"}, text="x", signed_out=True, request_id="")

    return await web_of(request).after(request, HERE, show, said="Kept.")


def desk_app(settings: Settings) -> FastAPI:
    """The toy as a service of tier 1."""
    desk = Desk(routers=[router])
    return create_app(
        title="Toy", tier=Tier.LEAD_GEN, settings=settings, routers=[], migrations=toy.PACKAGES, desk=desk
    )


@asynccontextmanager
async def browser(app: FastAPI, person: str = "olia") -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is signed in; the token of their session is `csrf` of every form they send."""
    web = app.state.web
    kept = Response()
    session = web.cookies.begin_session(token("lead_gen", "caller", person), None)
    web.cookies.keep_session(kept, session, {})
    headers = {"Cookie": kept.headers["set-cookie"].partition(";")[0], "X-Csrf-Token": session.csrf}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url=web.origin, headers={**headers, "Sec-Fetch-Site": "same-origin"}
    ) as http:
        yield http
