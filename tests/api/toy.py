"""A service small enough to see the chassis through it: notes."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime
from typing import Annotated

from fastapi import FastAPI, File, Form, Response, UploadFile
from pydantic import Field

from services.chassis.api import create_app
from services.chassis.db import Connection, new_id
from services.chassis.edits import Kind
from services.chassis.errors import Conflict, NotFound
from services.chassis.events import publish
from services.chassis.http import Body, Conn, Id, Model, Page, Pager, Who, allow, if_match, new_router, tagged
from services.chassis.settings import Settings
from workflows.contracts.base import Tier

PACKAGES = ["services.chassis.migrations", "tests.api.toy_migrations"]
NOTE = Kind("note", "notes")
router = new_router(tags=["notes"])


class NewNote(Body):
    text: str = Field(min_length=1, max_length=100)
    size: int = 0
    tags: list[int] = Field(default_factory=list)


class Note(Model):
    id: str
    text: str
    size: int
    created_at: datetime


async def insert(conn: Connection, text: str, size: int = 0) -> Note:
    row = await conn.fetchrow(
        "insert into notes (id, text, size) values ($1, $2, $3) returning *", new_id(), text, size
    )
    return Note.model_validate(dict(row or {}))


@router.post("/notes", status_code=201)
async def create(body: NewNote, conn: Conn, who: Who, response: Response) -> Note:
    note = await insert(conn, body.text, body.size)
    await publish(conn, "note.created", note_id=note.id)
    response.headers["Location"] = f"/v1/notes/{note.id}"
    response.headers["X-Person"] = who.person
    return note


@router.get("/notes")
async def page(conn: Conn, pager: Pager) -> Page[Note]:
    after = pager.time_and_id()
    rows = await conn.fetch(
        "select * from notes where $1::timestamptz is null or (created_at, id) > ($1, $2)"
        " order by created_at, id limit $3",
        *(after or (None, None)),
        pager.limit + 1,
    )
    notes = [Note.model_validate(dict(row)) for row in rows]
    return Page.of(notes, pager.limit, key=lambda note: (note.created_at.isoformat(), note.id))


@router.get("/notes/{note_id}", dependencies=[tagged()])
async def get(note_id: Id, conn: Conn) -> Note:
    row = await conn.fetchrow("select * from notes where id = $1", note_id)
    if row is None:
        raise NotFound("there is no such note")
    return Note.model_validate(dict(row))


@router.patch("/notes/{note_id}", dependencies=[if_match(get, NOTE, "note_id")])
async def change(note_id: Id, body: NewNote, conn: Conn) -> Note:
    await conn.execute("update notes set text = $2, size = $3 where id = $1", note_id, body.text, body.size)
    return await get(note_id, conn)


@router.post("/notes/{note_id}/rename", dependencies=[if_match(get, NOTE, "note_id")])
async def rename(note_id: Id, body: NewNote, conn: Conn) -> Note:
    return await change(note_id, body, conn)


@router.put("/notes/{note_id}", dependencies=[if_match(get, NOTE, "note_id", makes=True)])
async def put(note_id: Id, body: NewNote, conn: Conn) -> Note:
    await conn.execute(
        "insert into notes (id, text) values ($1, $2) on conflict (id) do update set text = excluded.text",
        note_id,
        body.text,
    )
    return await get(note_id, conn)


@router.delete("/notes/{note_id}", dependencies=[allow("supervisor"), if_match(get, NOTE, "note_id")], status_code=204)
async def delete(note_id: Id, conn: Conn) -> None:
    await conn.execute("delete from notes where id = $1", note_id)


@router.post("/notes/{note_id}/touch")
async def touch(note_id: Id, conn: Conn) -> dict[str, str]:
    await conn.execute("update notes set size = size + 1 where id = $1", note_id)
    return {"id": note_id}


@router.post("/then-refuse")
async def then_refuse(body: NewNote, conn: Conn) -> None:
    await insert(conn, body.text)
    raise Conflict("changed its mind", code="wrong_state", field="text", detail={"note_id": "n-1", "status": 1})


@router.post("/then-crash")
async def then_crash(body: NewNote, conn: Conn) -> None:
    await insert(conn, body.text)
    raise RuntimeError("secret inside +380 67 123 45 67")


@router.post("/then-answer-409")
async def then_answer(body: NewNote, conn: Conn) -> Response:
    await insert(conn, body.text)
    return Response(status_code=409)


@router.post("/files", dependencies=[allow("supervisor")])
async def upload(
    conn: Conn, file: Annotated[UploadFile, File()], label: Annotated[str, Form(max_length=50)]
) -> dict[str, str]:
    digest = hashlib.sha256(await file.read()).hexdigest()
    await insert(conn, f"{label} {digest[:20]}")
    return {"sha256": digest}


@router.post("/locked")
async def locked(conn: Conn) -> None:
    await conn.execute("set local lock_timeout = '50ms'")
    await conn.execute("lock table notes in access exclusive mode")


@router.post("/slow-query")
async def slow_query(conn: Conn) -> None:
    await conn.execute("set local statement_timeout = '50ms'")
    await conn.execute("select pg_sleep(10)")


class Gate:
    """Lets a test stop a request in the middle of its work, and see that it got there."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.open = asyncio.Event()


gate = Gate()


@router.post("/gated")
async def gated(body: NewNote, conn: Conn) -> Note:
    note = await insert(conn, body.text)
    gate.entered.set()
    await gate.open.wait()
    return note


@router.post("/wait-for-lock")
async def wait_for_lock(body: NewNote, conn: Conn) -> Note:
    """Waits in the database, where a test in another process can hold it."""
    note = await insert(conn, body.text)
    await conn.execute("select pg_advisory_xact_lock(42)")
    return note


@router.post("/nothing-to-say", status_code=204)
async def nothing_to_say(conn: Conn) -> None:
    await conn.execute("select 1")


@router.put("/phones/{phone}")
async def phones(phone: str) -> dict[str, str]:
    return {"phone": phone}


ops_router = new_router(tags=["ops"])


@ops_router.post("/echo")
async def echo(body: NewNote) -> NewNote:
    return body


def toy_app(settings: Settings, tier: Tier = Tier.LEAD_GEN) -> FastAPI:
    return create_app(title="Notes", tier=tier, settings=settings, routers=[router], migrations=PACKAGES)
