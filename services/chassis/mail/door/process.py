"""The mail door's process: its ways in, and a small page for its health."""

from __future__ import annotations

import asyncio
import signal

import structlog
from fastapi import FastAPI, Response

from services.chassis.http import serve_async
from services.chassis.logging import configure_logging
from services.chassis.mail.door.courier import Courier
from services.chassis.mail.door.mailbox import MailboxReader
from services.chassis.mail.door.smtp_door import Listener, SmtpDoor
from services.chassis.settings import Settings, SettingsError
from services.chassis.settings.mail_door import MailDoorSettings

log = structlog.get_logger(__name__)


async def run(settings: Settings, door: MailDoorSettings) -> None:
    """Take mail in until SIGTERM or SIGINT. Raises SettingsError without a reply address."""
    if settings.reply_address is None:
        raise SettingsError("LEADRELAY_REPLY_ADDRESS: is not set, so no mail would be an answer to ours")
    configure_logging(settings)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    courier = Courier(door.tiers, settings.inbound_secret)
    listener = Listener(SmtpDoor(courier, settings.reply_address), door.inbound_protocol)
    reader = MailboxReader(door, courier, asyncio.get_running_loop()) if door.imap_host else None
    if door.inbound_port is not None:
        await listener.open(door.inbound_host, door.inbound_port)
    reading = asyncio.create_task(asyncio.to_thread(reader.run)) if reader else None
    log.info("mail_door_open", smtp=door.inbound_port is not None, mailbox=reader is not None)
    await serve_async(_health(reader), host=settings.host, port=settings.health_port, until=stop)
    await listener.close()
    if reader is not None and reading is not None:
        reader.stop()
        await reading
    await courier.close()


def _health(reader: MailboxReader | None) -> FastAPI:
    app = FastAPI(title="Leadrelay mail door", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz(response: Response) -> dict[str, bool]:
        ready = reader is None or reader.connected
        response.status_code = 200 if ready else 503
        return {"mailbox": ready}

    return app
