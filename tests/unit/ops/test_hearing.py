"""A page that leaves ends what was heard for it."""

from __future__ import annotations

import asyncio
import contextlib

import httpx
from starlette.responses import StreamingResponse
from starlette.types import Message

from services.ops.hearing import Hearing

_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: {}\n\n"


class Tier:
    """A tier that tells one thing and then keeps its stream open; `left` is set when whoever listened has gone."""

    def __init__(self) -> None:
        self.left = asyncio.Event()

    async def tell(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(_STREAM)
        await writer.drain()
        with contextlib.suppress(ConnectionError):
            await reader.read()
        self.left.set()
        writer.close()


async def test_a_page_that_is_left_gives_every_connection_back() -> None:
    tiers = [Tier() for _ in range(3)]
    servers = [await asyncio.start_server(tier.tell, "127.0.0.1", 0) for tier in tiers]
    addresses = {f"{at}": f"http://127.0.0.1:{one.sockets[0].getsockname()[1]}" for at, one in enumerate(servers)}
    heard = asyncio.Event()

    async def receive() -> Message:
        await heard.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if b"relay.changed" in message.get("body", b""):
            heard.set()

    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=3)) as http, asyncio.timeout(20):
        frames = Hearing(http, addresses, "token").frames(None, asyncio.Event())
        await StreamingResponse(frames)({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
        for tier in tiers:
            await tier.left.wait()
    for one in servers:
        one.close()
