"""Reads what came in, one mail at a time and each apart from the others, and tells the tier what it means."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from services.chassis.db import Connection, Pool
from services.chassis.errors import NotFound
from services.chassis.events import publish
from services.chassis.imports import bounded
from services.chassis.imports.cells import FileRefusedError
from services.chassis.mail import addresses
from services.chassis.mail import rows as mails
from services.chassis.mail.bounces import bounced
from services.chassis.mail.inbound import rows
from services.chassis.mail.inbound.read import SOURCE
from services.chassis.mail.inbound.reading import LETTERS, Reading
from services.chassis.mail.inbound.rows import Inbound
from services.chassis.mail.rows import LeadFirst, Mail

_BATCH = 20
_MAX_ATTEMPTS = 5
UNREADABLE = "it could not be read to its end; ask them to send it again"
UNPLACED = "nobody knows which of our mails it answers"
log = structlog.get_logger(__name__)
Heard = Callable[[Connection, Inbound, Mail | None], Awaitable[bool]]
"""What a tier makes of a mail about its lead `lead_id`, and about that mail of ours if it is known."""


@dataclass(frozen=True)
class Ears:
    """What a tier does with mail about one of its own, in the transaction that writes it down.

    Each answers whether it knew whose it is; else it is set aside for a person. `answered` is somebody's letter,
    `noticed` one that asks for nothing, `stopped` a wish for no more mail, `on_trouble` a mail that came back.
    `lead_first` locks what they all need.
    """

    answered: Heard
    noticed: Heard
    stopped: Heard
    on_trouble: Callable[[Connection, Mail], Awaitable[None]]
    lead_first: LeadFirst | None = None


class Inbox:
    """The mail of a tier that came in."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears

    async def read_new(self, pool: Pool) -> int:
        """A periodic job: read what has come; how many mails. One that fails is tried again and holds up no other."""
        for number in range(_BATCH):
            async with pool.acquire() as conn:
                taken = await rows.take_new(conn)
            if taken is None:
                return number
            inbound, raw = taken
            try:
                await self._read(pool, inbound, raw)
            except (OSError, asyncio.CancelledError):
                raise
            except Exception as error:
                log.exception("inbound_mail_failed", inbound_id=inbound.id, error=type(error).__name__)
                await self._give_up(pool, inbound)
        return _BATCH

    async def _give_up(self, pool: Pool, inbound: Inbound) -> None:
        if inbound.attempts >= _MAX_ATTEMPTS:
            async with pool.acquire() as conn, conn.transaction():
                await rows.set_aside(conn, inbound.id, UNREADABLE)
                await publish(conn, "mail.set_aside")

    async def _read(self, pool: Pool, inbound: Inbound, raw: bytes) -> None:
        reading, whole = await asyncio.to_thread(_reading_of, raw)
        async with pool.acquire() as conn, conn.transaction():
            if await rows.lock_new(conn, inbound.id):
                await self._hear(conn, inbound, reading, whole=whole)

    async def _hear(self, conn: Connection, inbound: Inbound, reading: Reading, *, whole: bool) -> None:
        mail = await rows.find_mail(conn, inbound.token or reading.token, reading.about)
        proven = mail is not None
        if mail is None and reading.sender and reading.bounce is None:
            # Somebody who wrote anew, or whose program names nothing. Anybody can write any sender's name.
            mail = await rows.last_to(conn, reading.sender)
        if mail is not None:
            mail = await mails.lock(conn, mail.id, self._ears.lead_first)
        if reading.kind == "stop" and not proven:
            reading = reading.model_copy(update={"kind": "reply"})
        trouble = None if whole else UNREADABLE
        written = await rows.write(conn, inbound.id, reading, mail, "read", trouble)
        placed = mail is not None and await self._tell(conn, written, mail, reading)
        if not placed:
            await rows.set_aside(conn, inbound.id, trouble or UNPLACED)
            await publish(conn, "mail.set_aside")

    async def _tell(self, conn: Connection, inbound: Inbound, mail: Mail, reading: Reading) -> bool:
        if reading.bounce is not None:
            if reading.kind == "bounce":
                await bounced(
                    conn, mail, reading.bounce.said, dead=reading.bounce.dead, on_trouble=self._ears.on_trouble
                )
            return True
        if reading.sender:
            await addresses.works(conn, reading.sender)
        if reading.kind == "stop":
            await addresses.mark(conn, mail.recipient, "stopped", f"said so in a mail, {inbound.id}", mail.lead_id)
            return await self._ears.stopped(conn, inbound, mail)
        if reading.kind in LETTERS:
            return await self._ears.answered(conn, inbound, mail)
        return await self._ears.noticed(conn, inbound, mail)


def _reading_of(raw: bytes) -> tuple[Reading, bool]:
    """What a mail says, and whether it was read to its end; read by a process that may break (ADR 14)."""
    found: list[Reading] = []
    try:
        with tempfile.TemporaryFile() as file:
            file.write(raw)
            for item in bounded.items(SOURCE, file):
                found.append(Reading.model_validate(item))
    except FileRefusedError:
        return (found[-1] if found else Reading(kind="reply")), False
    return found[-1], True


async def place(conn: Connection, inbound_id: str, lead_id: str, by: str, answered: Heard) -> Inbound:
    """A person says whose mail it is: it becomes what it would have been. Raises NotFound, also for an unknown lead."""
    inbound = await rows.place(conn, inbound_id, lead_id, by)
    mail = await mails.get(conn, inbound.mail_id) if inbound.mail_id else None
    if not await answered(conn, inbound, mail):
        raise NotFound("nobody here knows this lead")
    await publish(conn, "mail.placed", inbound_id=inbound.id)
    return inbound


async def dismiss(conn: Connection, inbound_id: str, by: str) -> Inbound:
    """A person has seen that it is nobody's. Raises NotFound unless it was set aside."""
    inbound = await rows.close(conn, inbound_id, by)
    await publish(conn, "mail.placed", inbound_id=inbound.id)
    return inbound
