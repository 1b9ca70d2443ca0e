"""A mail that came in, as it was read: what kind it is, what it says, and which of our mails it is about."""

from __future__ import annotations

import re
from email.message import Message
from typing import Literal

from pydantic import Field

from services.chassis.mail.inbound.bounces import Bounce
from services.chassis.mail.inbound.calendar_answers import CalendarAnswer
from services.chassis.records import Record

Kind = Literal["reply", "stop", "automatic", "accepted", "tentative", "declined", "counter", "bounce", "delayed"]
"""`accepted` is a calendar's yes to an invitation, `tentative` its maybe, `declined` its no and `counter` another time
that they propose; `delayed` is a server that still tries."""
LETTERS: frozenset[Kind] = frozenset({"reply", "declined", "counter"})
"""What a person has to read."""
TOKEN = re.compile(r"\+([a-z])([0-9a-f]{32})@", re.IGNORECASE)
"""What makes an address of ours one mail's own: the letter of its tier and its token."""
_IDS = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>")
_MOST_IDS = 50
ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")


class InboundFile(Record):
    """What came with the mail, which is not kept. `size` in bytes."""

    name: str
    media_type: str
    size: int


class Reading(Record):
    """What a mail says. `text` is what is new in it, `whole` everything."""

    kind: Kind
    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    text: str = ""
    whole: str = ""
    files: list[InboundFile] = Field(default_factory=list)
    about: list[str] = Field(default_factory=list)
    token: str | None = None
    bounce: Bounce | None = None
    calendar: CalendarAnswer | None = None


def tokens_in(text: str) -> list[tuple[str, str]]:
    """Letters of tiers and tokens in these addresses, in order."""
    return [(tier.lower(), token.lower()) for tier, token in TOKEN.findall(text[:20_000])]


def ids_in(text: str) -> list[str]:
    """Message-IDs in a header."""
    return _IDS.findall(text[:50_000])[:_MOST_IDS]


def token_of(message: Message) -> str | None:
    """The token in the addresses that a mail went to."""
    for name in ADDRESSED:
        for value in message.get_all(name, []):
            if found := tokens_in(str(value)):
                return found[0][1]
    return None


def about(message: Message) -> list[str]:
    """Message-IDs that a mail answers, the nearest first."""
    nearest = ids_in(str(message.get("In-Reply-To", "")))
    return [*nearest, *reversed(ids_in(str(message.get("References", ""))))][:_MOST_IDS]
