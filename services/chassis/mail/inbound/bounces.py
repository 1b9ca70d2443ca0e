"""What a mail server says of a mail it did not deliver: RFC 3464, and what older servers write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from typing import Literal

from flufl.bounce import all_failures

from services.chassis.mail.inbound.texts import clean
from services.chassis.records import Record

Verdict = Literal["failed", "delayed", "delivered"]
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY = re.compile(r"\b([45])\d{2}\b")
_DAEMON = re.compile(r"^(?:mailer-daemon|postmaster|mail delivery (?:sub)?system)", re.IGNORECASE)
# Full, too long, not to their taste: the mail is not delivered, but the address is one that works.
_NOT_THE_ADDRESS = re.compile(r"^5\.(?:2\.[23]|3\.4|6\.\d+|7\.\d+)$")
_MOST_PARTS = 60
_NONSTANDARD_BYTES = 512 << 10
_LONGEST = 400


class Bounce(Record):
    """What became of a mail. `dead` says that the address does not work; `status` is RFC 3463's, if there was one."""

    verdict: Verdict
    dead: bool
    status: str | None
    said: str


def bounce_of(message: Message, size: int) -> Bounce | None:
    """The bounce this mail is, or none: somebody's mail, or a program's that is about something else."""
    reports = [part for part in _parts(message) if part.get_content_type() == "message/delivery-status"]
    found = [bounce for part in reports for bounce in _of_report(part)]
    if found:
        order: dict[Verdict, int] = {"failed": 0, "delayed": 1, "delivered": 2}
        return min(found, key=lambda one: (order[one.verdict], not one.dead))
    if not _from_a_server(message) or size > _NONSTANDARD_BYTES:
        return None
    return _of_words(message)


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number > _MOST_PARTS:
            return
        yield part


def _of_report(part: Message) -> Iterator[Bounce]:
    blocks = part.get_payload()
    if not isinstance(blocks, list):
        return
    for block in blocks:
        if not isinstance(block, Message):
            continue
        action = str(block.get("Action", "")).strip().lower()
        if action:
            yield _of_recipient(block, action)


def _of_recipient(block: Message, action: str) -> Bounce:
    said = " ".join(clean(str(block.get("Diagnostic-Code", ""))).split())
    said = re.sub(r"^\w+\s*;\s*", "", said)[:_LONGEST]
    stated = _STATUS.search(str(block.get("Status", "")))
    status = _precise(stated.group(0) if stated else None, said)
    verdicts: dict[str, Verdict] = {"failed": "failed", "delayed": "delayed"}
    verdict = verdicts.get(action, "delivered")
    dead = verdict == "failed" and is_dead(status, said)
    return Bounce(verdict=verdict, dead=dead, status=status, said=said or status or "not delivered")


def _precise(status: str | None, said: str) -> str | None:
    """The status, or the other server's own where ours only knows that it failed (`5.0.0`)."""
    theirs = _STATUS.search(said)
    if theirs and (status is None or (status.endswith(".0.0") and theirs.group(0)[0] == status[0])):
        return theirs.group(0)
    return status


def is_dead(status: str | None, said: str) -> bool:
    """Whether a refusal says that there is no such mailbox, and not that this mail was not wanted or had no room."""
    if status is not None:
        return status.startswith("5") and not _NOT_THE_ADDRESS.match(status)
    code = _REPLY.search(said)
    return code is None or code.group(1) == "5"


def _from_a_server(message: Message) -> bool:
    sender = str(message.get("From", "")).strip().strip('"<')
    returned = str(message.get("Return-Path", "")).strip()
    return bool(
        returned == "<>"
        or _DAEMON.match(sender)
        or re.search(r"<(?:mailer-daemon|postmaster)@", sender, re.IGNORECASE)
        or message.get("X-Failed-Recipients")
    )


def _of_words(message: Message) -> Bounce | None:
    """A bounce in an old server's own words."""
    temporary, permanent = all_failures(message)
    if not temporary and not permanent and not message.get("X-Failed-Recipients"):
        return None
    body = next((part for part in _parts(message) if part.get_content_type() == "text/plain"), message)
    content = body.get_payload(decode=True)
    text = clean(content.decode("utf-8", "replace")) if isinstance(content, bytes) else ""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    said = next((line for line in lines if _STATUS.search(line) or _REPLY.search(line)), "")
    if not permanent and not message.get("X-Failed-Recipients"):
        return Bounce(verdict="delayed", dead=False, status=None, said=said[:_LONGEST] or "not delivered yet")
    status = _precise(None, said)
    return Bounce(verdict="failed", dead=is_dead(status, said), status=status, said=said[:_LONGEST] or "not delivered")
