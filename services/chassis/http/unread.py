"""A request that is answered before its body was read: the answer goes out at once, and then the connection ends.

Closed straight away, with bytes still coming in, the connection would be reset, and many a client would never see why
it was refused. So, as nginx does, what comes is thrown away for a moment first, and only then is the answer ended.
"""

from __future__ import annotations

import asyncio
import contextlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Receive, Scope, Send

_LINGER_SECONDS = 2.0


class UnreadBody:
    """The body of one request, watched: `receive` and `send` go between the app and the server."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        self._waiting = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        """The next message, noting when the body is complete."""
        message = await self._receive()
        self._waiting = bool(message.get("more_body", False))
        return message

    async def send(self, message: Message) -> None:
        """Pass a message on; one that ends the answer waits for the client to stop talking."""
        if self._waiting and message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Connection"] = "close"
        if self._waiting and message["type"] == "http.response.body" and not message.get("more_body", False):
            await self._send({**message, "more_body": True})
            await self._linger()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    async def _linger(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                while self._waiting:
                    await self.receive()
