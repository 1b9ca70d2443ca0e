"""What a mail server says of a mail it did not deliver: RFC 3464, and what older servers write instead."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from email import policy
from email.message import Message
from email.parser import HeaderParser
from typing import Literal

from flufl.bounce import all_failures

from services.chassis.mail.inbound.texts import clean
from services.chassis.records import Record

Verdict = Literal["failed", "delayed", "delivered"]
# Not a part of a server's number address.
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\d|\.\d)")
_REPLY = re.compile(r"\b([45])\d{2}\b")
_DAEMON = re.compile(r"^(?:mailer-daemon|postmaster|mail delivery (?:sub)?system)", re.IGNORECASE)
# There is no such mailbox or domain any more. All other refusals are of this mail, its sender, its way or its time.
_THE_ADDRESS = re.compile(r"^5\.(?:1\.(?:[0-69]|1\d)|2\.[01]|4\.(?:4|310))$")
# "Something else": what it was stands in the words, if anywhere.
_ANYTHING = re.compile(r"^5\.(?:[03457]\.0|4\.1|5\.4|7\.1)$")
_NOBODY = re.compile(
    r"(?:user|recipient|mailbox|address|account|alias)\b.{0,40}?\b(?:unknown|not (?:found|exist)|does(?:n't| not) exist"
    r"|disabled|closed|inactive|no longer|invalid|not known|undeliverable)"
    r"|(?:no such|unknown|invalid|non-?existent|inactive|disabled) (?:\w+ )?(?:user|recipient|mailbox|address|account)"
    r"|recipientnotfound|no mailbox here|not our customer|nie istnieje|не існує|не существует|existiert nicht",
    re.IGNORECASE,
)
_SOMETHING_ELSE = re.compile(
    r"sender|spam|block|black ?list|deny list|spamhaus|rbl|reputation|policy|virus|content|quota|full\b"
    r"|too (?:large|big|long|old)|size|storage|space|expired|timed? ?out|time(?:out)? exceeded|retry|loop|hop|rate"
    r"|greylist|try again|tempor|relay|authenti|dmarc|spf\b|dkim|helo|\btls\b"
    r"|переповнен|переполнен|спам|voll\b|przepełnion",
    re.IGNORECASE,
)
_REPORTS = ("message/delivery-status", "message/global-delivery-status")
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
    reports = [part for part in _parts(message) if part.get_content_type() in _REPORTS]
    found = [bounce for part in reports for bounce in _of_report(part)]
    if found:
        order: dict[Verdict, int] = {"failed": 0, "delayed": 1, "delivered": 2}
        return min(found, key=lambda one: (order[one.verdict], not one.dead))
    if not _from_a_server(message) or size > _NONSTANDARD_BYTES:
        return None
    return _of_words(message)


def _parts(message: Message) -> Iterator[Message]:
    """The parts of this mail; not those of one that came along with it, as when somebody passes a bounce on."""
    waiting = [message]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        kind, payload = part.get_content_type(), part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting[:0] = [one for one in payload if isinstance(one, Message)]
        elif kind == "message/rfc822" and part is message and isinstance(payload, list):
            waiting += [one for one in payload if isinstance(one, Message)]


def _of_report(part: Message) -> Iterator[Bounce]:
    for block in _blocks(part):
        action = re.split(r"[\s;(]", str(block.get("Action", "")).strip())[0].lower()
        stated = _STATUS.search(str(block.get("Status", "")))
        if not action and stated and block.get("Final-Recipient"):
            action = {"5": "failed", "4": "delayed"}.get(stated.group(1), "delivered")
        if action:
            yield _of_recipient(block, action)


def _blocks(part: Message) -> list[Message]:
    """What is said of the mail, and of each recipient."""
    payload = part.get_payload()
    inner = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
    if any(one.get("Action") or one.get("Status") for one in inner):
        return inner
    # Encoded, against RFC 3464, or of a kind that Python knows nothing of.
    text = "\n".join(str(one.get_payload()) for one in inner) if inner else str(payload or "")
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        text = b64decode(text + "==", validate=False).decode("utf-8", "replace")
    parser = HeaderParser(policy=policy.compat32)
    return [parser.parsestr(one.strip()) for one in re.split(r"\r?\n[ \t]*\r?\n", text)[:_MOST_PARTS]]


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
    if status is not None and not status.startswith("5"):
        return False
    if status is None or _ANYTHING.match(status):
        if _NOBODY.search(said):
            return True
        code = _REPLY.search(said)
        settled = code is None or code.group(1) == "5"
        is_policy = status is not None and status[2] in "57"
        return settled and not is_policy and not _SOMETHING_ELSE.search(said)
    return bool(_THE_ADDRESS.match(status))


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
    rules = (_STATUS, _REPLY, _NOBODY, _SOMETHING_ELSE)
    said = next((line for rule in rules for line in lines if rule.search(line)), "")
    if not permanent and not message.get("X-Failed-Recipients"):
        return Bounce(verdict="delayed", dead=False, status=None, said=said[:_LONGEST] or "not delivered yet")
    status = _precise(None, said)
    return Bounce(verdict="failed", dead=is_dead(status, said), status=status, said=said[:_LONGEST] or "not delivered")
