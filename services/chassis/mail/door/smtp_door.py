"""The way in by SMTP or LMTP. It takes mail for the house's reply addresses only, and passes nothing on to anybody."""

from __future__ import annotations

import asyncio
from typing import Literal

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.chassis.mail.door.courier import Courier, NotTakenError, TryLaterError
from services.chassis.mail.inbound.arrival import MOST_BYTES

_MOST_AT_ONCE = 20
_MOST_MAILS_AT_ONCE = 4
"""Each may be as long as the longest."""
_SILENCE_SECONDS = 60.0
log = structlog.get_logger(__name__)


class SmtpDoor:
    """Handles what SMTP clients say; one recipient a mail, so that each answer is that recipient's own."""

    def __init__(self, courier: Courier, reply_address: str) -> None:
        self._courier = courier
        self._local, _, self._domain = reply_address.lower().partition("@")
        self._room = asyncio.Semaphore(_MOST_MAILS_AT_ONCE)

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """aiosmtpd's hook: whether mail to this address is taken."""
        local, _, domain = address.lower().rpartition("@")
        if domain != self._domain or local.partition("+")[0] != self._local:
            return "550 5.1.1 no such mailbox here"
        if envelope.rcpt_tos:
            return "452 4.5.3 one recipient at a time"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook: 250 only once the mail is kept; 4xx while it cannot be, so that it comes again."""
        content = envelope.content or b""
        raw = _with_return_path(envelope.mail_from, content if isinstance(content, bytes) else content.encode())
        try:
            async with self._room:
                await self._courier.deliver(raw, envelope.rcpt_tos[0])
        except TryLaterError as error:
            log.warning("inbound_mail_waits", error=str(error))
            return "451 4.3.0 try again later"
        except NotTakenError:
            return "552 5.3.4 the mail is too long"
        return "250 2.0.0 kept"


def _with_return_path(mail_from: str | None, raw: bytes) -> bytes:
    """The mail with its envelope's sender on top (RFC 5321, 4.4): an empty one is what programs write from."""
    sender = "".join(char for char in mail_from or "" if char.isprintable() and char not in "<>")
    return f"Return-Path: <{sender}>\r\n".encode("utf-8", "replace") + raw


class Listener:
    """The open port. Beyond a number of connections it says that it is busy, and one that says nothing is closed."""

    def __init__(self, door: SmtpDoor, protocol: Literal["smtp", "lmtp"]) -> None:
        self._door = door
        self._kind = LMTP if protocol == "lmtp" else SMTP
        self._connected = 0
        self._server: asyncio.Server | None = None

    async def open(self, host: str, port: int) -> int:
        """Listen; the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take no more connections."""
        if self._server is not None:
            self._server.close()

    def _session(self) -> asyncio.Protocol:
        if self._connected >= _MOST_AT_ONCE:
            return _Busy()
        listener = self

        class Counted(self._kind):  # type: ignore[misc,name-defined]
            """A session that knows when it is over."""

            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                listener._connected += 1
                super().connection_made(transport)

            def connection_lost(self, error: Exception | None) -> None:
                listener._connected -= 1
                super().connection_lost(error)

        session: asyncio.Protocol = Counted(
            self._door, hostname="leadrelay", ident="Leadrelay", enable_SMTPUTF8=True, data_size_limit=MOST_BYTES,
            timeout=_SILENCE_SECONDS, loop=asyncio.get_running_loop(),
        )  # fmt: skip
        return session


class _Busy(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say so, and hang up."""
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 - a socket's
        transport.write(b"421 4.7.0 busy, try again later\r\n")
        transport.close()
