"""A desk of the tests' own, with a front door that can be shut: what all desks stand on, seen in a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from leadrelay.identity_provider.app import build_app as build_provider
from services.chassis.api import create_app
from services.chassis.db import Connection, Pool
from services.chassis.errors import Conflict, Invalid
from services.chassis.events import publish
from services.chassis.http import Conn, Who
from services.chassis.web.desk import Desk
from services.chassis.web.door import page_router, web_of
from tests.api import toy
from tests.fixtures.http import dev_issuer, make_settings
from tests.fixtures.one_origin import FrontDoor
from tests.fixtures.ports import free_port
from workflows.contracts.base import Tier

HERE = "/lead-gen/desk/"
router = page_router()


class NoteForm(BaseModel):
    """A note about a subject."""

    text: str = Field(min_length=1, max_length=60)
    more: str = ""
    subject: str = ""


class DraftForm(BaseModel):
    """What is typed at this moment."""

    more: str = ""


async def _shown(conn: Connection, template: str, request: Request, until: datetime | None = None) -> Response:
    notes = await conn.fetch(
        "SELECT id, text FROM notes WHERE text NOT LIKE 'draft:%' ORDER BY created_at DESC, id DESC LIMIT 30"
    )
    subject = f"Subject {len(notes)}"
    return web_of(request).pages.answer(request, template, notes=notes, subject=subject, until=until)


@router.get("/")
async def page(request: Request, conn: Conn, seconds: Annotated[float | None, Query()] = None) -> Response:
    """The whole desk; `seconds` begin a countdown."""
    until = datetime.now(UTC) + timedelta(seconds=seconds) if seconds is not None else None
    return await _shown(conn, "ground.j2", request, until)


@router.get("/list")
async def fresh_list(request: Request, conn: Conn) -> Response:
    """The part that is live."""
    return await _shown(conn, "list.j2", request)


@router.post("/notes")
async def write(request: Request, conn: Conn, who: Who, form: Annotated[NoteForm, Form()]) -> Response:
    """Write a note; the page is about the next subject then."""
    if form.text == "wrong":
        raise Invalid("must not be wrong", field="text")
    if form.text == "taken":
        raise Conflict("somebody else has written this")
    note = await toy.insert(conn, form.text)
    await publish(conn, "note_written", item_id=note.id, by=who.person)
    return await web_of(request).after(request, HERE, partial(_shown, conn, "ground.j2", request), said="Kept.")


@router.post("/draft")
async def draft(conn: Conn, form: Annotated[DraftForm, Form()]) -> Response:
    """Keep what is typed while it is typed."""
    await toy.insert(conn, f"draft: {form.more}")
    return Response(status_code=204)


@router.post("/keep")
async def keep(request: Request, conn: Conn) -> Response:
    """Hold what is in hand a little longer: here, for good."""
    return await web_of(request).after(request, HERE, partial(_shown, conn, "ground.j2", request))


class Ground:
    """The desk behind its door. `stop` ends the server and its streams, `start` begins it anew at the same address."""

    def __init__(self, dsn: str, pool: Pool) -> None:
        self.pool = pool
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.answers = asyncio.Event()
        self.answers.set()
        self._dsn = dsn
        self._running: tuple[uvicorn.Server, asyncio.Task[Any], Any] | None = None

    async def notes(self) -> list[str]:
        """What has been written, in order."""
        rows = await self.pool.fetch("SELECT text FROM notes WHERE text NOT LIKE 'draft:%' ORDER BY created_at, id")
        return [row["text"] for row in rows]

    async def drafts(self) -> list[str]:
        """What was kept while it was typed, in order."""
        rows = await self.pool.fetch("SELECT text FROM notes WHERE text LIKE 'draft:%' ORDER BY created_at, id")
        return [row["text"].removeprefix("draft: ") for row in rows]

    async def write(self, text: str, by: str = "caller-nazar") -> None:
        """Somebody else writes a note."""
        async with self.pool.acquire() as conn, conn.transaction():
            note = await toy.insert(conn, text)
            await publish(conn, "note_written", item_id=note.id, by=by)

    async def take(self, text: str, by: str) -> None:
        """Somebody else takes a note away."""
        async with self.pool.acquire() as conn, conn.transaction():
            note_id = await conn.fetchval("DELETE FROM notes WHERE text = $1 RETURNING id", text)
            await publish(conn, "note_written", item_id=str(note_id), by=by)

    def _app(self) -> FastAPI:
        settings = make_settings(
            self._dsn, origin=self.address, oidc_issuer=f"{self.address}/identity", auth_dev_jwks=dev_issuer().jwks
        )
        return create_app(
            title="Ground",
            tier=Tier.LEAD_GEN,
            settings=settings,
            routers=[],
            migrations=toy.PACKAGES,
            desk=Desk(routers=[router], package="tests.browser.ground"),
        )

    async def start(self) -> None:
        """Serve until `stop`."""
        desk = self._app()
        lifespan = desk.router.lifespan_context(desk)
        await lifespan.__aenter__()
        provider = build_provider(dev_issuer(), self.address)
        door = _Door(FrontDoor({"/identity": provider, "/lead-gen": desk, "": desk}), self.answers)
        server = uvicorn.Server(uvicorn.Config(door, host="127.0.0.1", port=self.port, lifespan="off", log_config=None))
        serving = asyncio.create_task(server._serve())
        while not server.started:
            assert not serving.done()
            await asyncio.sleep(0.01)
        self._running = (server, serving, (lifespan, desk))

    async def stop(self) -> None:
        """End the server, its streams first."""
        assert self._running is not None
        server, serving, (lifespan, desk) = self._running
        desk.state.events.close()
        server.should_exit = server.force_exit = True
        await serving
        await lifespan.__aexit__(None, None, None)
        self._running = None


class _Door:
    """Lets no change through while `answers` is not set."""

    def __init__(self, inner: FrontDoor, answers: asyncio.Event) -> None:
        self._inner = inner
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") == "POST":
            await self._answers.wait()
        await self._inner(scope, receive, send)


@asynccontextmanager
async def ground_at(dsn: str, pool: Pool) -> AsyncIterator[Ground]:
    """The desk, running."""
    ground = Ground(dsn, pool)
    await ground.start()
    try:
        yield ground
    finally:
        ground.answers.set()
        if ground._running is not None:
            await ground.stop()
