"""The way in from an IMAP mailbox: new mail is heard of at once (IDLE), and marked once a tier has kept it.

What is marked is the server's own memory, the keyword `$Leadrelay`: it holds whoever else reads the mailbox, whatever
becomes of this process, and when the server numbers its mails anew. A mail that is handed over twice is kept once.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from services.chassis.mail.door.courier import Courier, NotTakenError, TryLaterError
from services.chassis.mail.inbound.arrival import MOST_BYTES
from services.chassis.settings.mail_door import MailDoorSettings

KEYWORD = "$Leadrelay"
_SINCE = timedelta(days=30)
"""Older mail was there before us."""
_TIMEOUT_SECONDS = 60.0
_IDLE_SECONDS = 20.0
_POLL_SECONDS = 20.0
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
_BATCH = 50
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
log = structlog.get_logger(__name__)


class MailboxReader:
    """Reads one mailbox, in a thread of its own; it connects again for as long as it runs."""

    def __init__(self, settings: MailDoorSettings, courier: Courier, loop: asyncio.AbstractEventLoop) -> None:
        self._settings = settings
        self._courier = courier
        self._loop = loop
        self._stop = threading.Event()
        self.connected = False

    def stop(self) -> None:
        """End after the mail in hand."""
        self._stop.set()

    def run(self) -> None:
        """Read until stopped. Blocks."""
        pause = _FIRST_PAUSE
        while not self._stop.is_set():
            try:
                with self._connect() as box:
                    self.connected = True
                    pause = _FIRST_PAUSE
                    self._watch(box)
            except Exception as error:  # whatever the server, the wire or its TLS can have
                log.warning("mailbox_unreachable", error=type(error).__name__)
                self._stop.wait(pause)
                pause = min(_LONGEST_PAUSE, pause * 2)
            finally:
                self.connected = False

    @contextlib.contextmanager
    def _connect(self) -> Any:
        settings = self._settings
        kinds = {"tls": MailBox, "starttls": MailBoxStartTls, "none": MailBoxUnencrypted}
        box = kinds[settings.imap_tls](settings.imap_host or "", settings.imap_port, timeout=_TIMEOUT_SECONDS)
        with box.login(settings.imap_user, settings.imap_password, initial_folder=settings.imap_folder):
            yield box

    def _watch(self, box: BaseMailBox) -> None:
        idles = "IDLE" in box.client.capabilities
        while not self._stop.is_set():
            all_taken = self._take_all(box)
            if not all_taken:
                self._stop.wait(_POLL_SECONDS)
            elif idles:
                box.idle.wait(timeout=_IDLE_SECONDS)
            else:
                self._stop.wait(_POLL_SECONDS)
                box.client.noop()

    def _take_all(self, box: BaseMailBox) -> bool:
        """Hand over what is new; False if a tier could not be reached."""
        taken: set[str] = set()
        while new := [uid for uid in self._new(box) if uid not in taken]:
            for uid in new[:_BATCH]:
                if self._stop.is_set():
                    return True
                try:
                    self._deliver(self._content(box, uid))
                except TryLaterError as error:
                    log.warning("inbound_mail_waits", error=str(error))
                    return False
                except NotTakenError as error:
                    log.error("inbound_mail_not_taken", uid=uid, error=str(error))
                # A server that keeps no keywords gives it again; it is then known.
                taken.add(uid)
                box.client.uid("STORE", uid, "+FLAGS.SILENT", f"({KEYWORD} \\Seen)")
        return True

    def _new(self, box: BaseMailBox) -> list[str]:
        since = (datetime.now(UTC) - _SINCE).strftime("%d-%b-%Y")
        return list(box.uids(f"UNKEYWORD {KEYWORD} SINCE {since}"))

    def _content(self, box: BaseMailBox, uid: str) -> bytes:
        """The mail as it came; of one that is too long, its head."""
        size = _SIZE.search(_flat(box.client.uid("FETCH", uid, "(RFC822.SIZE)")[1]))
        part = "BODY.PEEK[]" if size is not None and int(size.group(1)) <= MOST_BYTES else "BODY.PEEK[HEADER]"
        answer = box.client.uid("FETCH", uid, f"({part})")[1]
        return next((item[1] for item in answer if isinstance(item, tuple)), b"")

    def _deliver(self, raw: bytes) -> None:
        handed = asyncio.run_coroutine_threadsafe(self._courier.deliver(raw, ""), self._loop)
        handed.result()


def _flat(answer: list[Any]) -> bytes:
    return b" ".join(part if isinstance(part, bytes) else b" ".join(part) for part in answer if part)
