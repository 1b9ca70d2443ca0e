"""A mail arrives: its head says which of our mails it is about, and it is kept before anybody says that we have it."""

from __future__ import annotations

import hashlib
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser

from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.chassis.events import publish
from services.chassis.mail.inbound import rows
from services.chassis.mail.inbound.reading import about, ids_in, token_of, tokens_in
from services.chassis.mail.inbound.texts import sender

MOST_BYTES = 25 << 20
"""The longest mail that is taken."""
_HEAD_BYTES = 128 << 10


async def arrive(conn: Connection, raw: bytes, recipient: str, *, keep_unknown: bool) -> bool:
    """Keep a mail that was sent to `recipient`, once; whether it is about a mail of ours.

    Without `keep_unknown` raises NotFound `not_ours` for one that is not, so that another tier may know it.
    """
    head = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:_HEAD_BYTES].partition(b"\r\n\r\n")[0])
    named = tokens_in(recipient)
    token = named[0][1] if named else token_of(head)
    known = await _is_known(conn, head, token)
    if not known and not keep_unknown:
        raise NotFound("this is no answer to a mail of this tier", code="not_ours")
    if await rows.keep(conn, _fingerprint(head, raw, token or recipient.lower()), token, raw):
        await publish(conn, "mail.arrived")
    return known


async def _is_known(conn: Connection, head: Message, token: str | None) -> bool:
    if await rows.find_mail(conn, token, about(head)):
        return True
    _, address = sender(head)
    return bool(address) and await rows.last_to(conn, address) is not None


def _fingerprint(head: Message, raw: bytes, to: str) -> str:
    """The same mail to the same address has the same, however often a server delivers it."""
    own = ids_in(str(head.get("Message-ID", "")))
    digest = hashlib.sha256(own[0].encode("utf-8", "surrogateescape") if own else raw)
    digest.update(to.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
