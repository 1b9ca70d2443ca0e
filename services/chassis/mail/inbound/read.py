"""Reads one mail. Runs in the process that reads strangers' files (ADR 14): whatever a mail does, it does there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from typing import IO, Any

from services.chassis.mail.inbound.automatic import is_automatic
from services.chassis.mail.inbound.bounces import bounce_of
from services.chassis.mail.inbound.calendar_answers import CalendarAnswer, calendar_answer
from services.chassis.mail.inbound.html import text_of_html
from services.chassis.mail.inbound.quotes import new_text
from services.chassis.mail.inbound.reading import InboundFile, Kind, Reading, about, ids_in, token_of, tokens_in
from services.chassis.mail.inbound.stop_words import asks_to_stop
from services.chassis.mail.inbound.texts import clean, decoded, header, sender

SOURCE = "services.chassis.mail.inbound.read:readings"
_HEAD_BYTES = 128 << 10
_MOST_PARTS = 200
_MOST_FILES = 30
_LONGEST_TEXT = 50_000
_LONGEST_PART = 2 << 20
_SHORT = 200
"""A wish in the subject alone: programs put a line of their own below it."""
_CALENDARS = ("text/calendar", "application/ics")
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers")


def readings(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """What the mail says by its head alone, and then what it says; a mail that breaks the reader has said the first."""
    head = BytesHeaderParser(policy=policy.compat32).parsebytes(file.read(_HEAD_BYTES))
    yield _by_its_head(head).model_dump(mode="json")
    file.seek(0)
    content = file.read()
    yield read(BytesParser(policy=policy.compat32).parsebytes(content), len(content)).model_dump(mode="json")


def _by_its_head(message: Message) -> Reading:
    name, address = sender(message)
    subject = header(message, "Subject")
    kind: Kind = "automatic" if is_automatic(message, subject) else "reply"
    return Reading(
        kind=kind, sender=address, sender_name=name, subject=subject, about=about(message), token=token_of(message)
    )


def read(message: Message, size: int) -> Reading:
    """What a mail of `size` bytes says."""
    head = _by_its_head(message)
    bounce = bounce_of(message, size)
    if bounce is not None:
        kind: Kind = (
            "bounce" if bounce.verdict == "failed" else "delayed" if bounce.verdict == "delayed" else "automatic"
        )
        ids = [*head.about, *_returned_ids(message)]
        token = head.token or _returned_token(message)
        return head.model_copy(update={"kind": kind, "bounce": bounce, "about": ids, "token": token})
    text, calendar, files = _body(message)
    said = new_text(text)[:_LONGEST_TEXT]
    if calendar is not None:
        said = said if calendar.own_words and said else calendar.words
    found: dict[str, Any] = {"text": said, "whole": text[:_LONGEST_TEXT], "files": files, "calendar": calendar}
    if calendar is not None and not asks_to_stop(said):
        found["kind"] = _kind_of(calendar, said)
    elif message.get_content_type() == "multipart/report" or head.kind == "automatic":
        found["kind"] = "automatic"
    elif asks_to_stop(said) or (len(said) <= _SHORT and asks_to_stop(_bare(head.subject))):
        found["kind"] = "stop"
    return head.model_copy(update=found)


def _kind_of(calendar: CalendarAnswer, said: str) -> Kind:
    """A no and another time are somebody's work; a yes or a maybe only if there are words with it."""
    return "reply" if said and calendar.answer in ("accepted", "tentative") else calendar.answer


def _bare(subject: str) -> str:
    """A subject without what programs put before it; one that answers ours is ours."""
    return "" if re.match(r"^\s*(?:re|aw|sv|відп|відповідь|odp)\s*:", subject, re.IGNORECASE) else subject


def _returned_ids(message: Message) -> list[str]:
    """Message-IDs of the mail that a server has sent back."""
    found: list[str] = []
    for number, part in enumerate(message.walk()):
        if number > _MOST_PARTS:
            break
        if part is not message and part.get("Message-ID"):
            found += ids_in(str(part["Message-ID"]))
        elif part.get_content_type() in _RETURNED[1:]:
            text = part.get_payload()
            found += ids_in(text) if isinstance(text, str) else []
    return found


def _returned_token(message: Message) -> str | None:
    for number, part in enumerate(message.walk()):
        if number > _MOST_PARTS:
            return None
        if part is not message and (token := _reply_token(part)):
            return token
    return None


def _reply_token(part: Message) -> str | None:
    text = str(part.get("Reply-To", ""))
    if part.get_content_type() in _RETURNED[1:] and isinstance(part.get_payload(), str):
        text += str(part.get_payload())[:20_000]
    found = tokens_in(text)
    return found[0][1] if found else None


def _body(message: Message) -> tuple[str, CalendarAnswer | None, list[InboundFile]]:
    """The text, what a calendar has answered, and the files that came along."""
    plain: list[str] = []
    rich: list[str] = []
    files: list[InboundFile] = []
    calendar: CalendarAnswer | None = None
    for number, part in enumerate(_outside(message)):
        if number > _MOST_PARTS:
            break
        if part.is_multipart() and part.get_content_type() not in _RETURNED:
            continue
        kind, name = part.get_content_type(), _file_name(part)
        if kind in _CALENDARS and (calendar or (answered := calendar_answer(_text(part)))):
            calendar = calendar or answered
        elif name or part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            if len(files) < _MOST_FILES:
                files.append(InboundFile(name=name or kind, media_type=kind[:100], size=_size(part)))
        elif kind == "text/html":
            rich.append(_text(part))
        else:
            plain.append(_text(part))
    text = clean("\n".join(plain)).strip()
    return text or clean("\n".join(text_of_html(one) for one in rich)).strip(), calendar, files


def _outside(message: Message) -> Iterator[Message]:
    """The parts of a mail, without going into another mail that came along with it."""
    yield message
    if message.is_multipart() and message.get_content_type() not in _RETURNED:
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _outside(part)


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except Exception:  # a stranger's parameter, encoded in some way of its own
        name = "file"
    last = " ".join(clean(name).replace("\\", "/").split()).rpartition("/")[2]
    return last[:200]


def _size(part: Message) -> int:
    if part.is_multipart():
        return sum(_size(inner) for inner in part.walk() if not inner.is_multipart())
    payload = part.get_payload(decode=True)
    return len(payload) if isinstance(payload, bytes) else 0


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    text = decoded(payload[:_LONGEST_PART], part.get_content_charset()).replace("\r\n", "\n")
    if str(part.get_param("format", "")).lower() == "flowed":
        # RFC 3676: a blank at the end means that the line goes on; `-- ` begins a signature.
        text = re.sub(r"(?<!^--)(?<!\n--) \n(?!>)", " ", text)
        text = re.sub(r"^ ", "", text, flags=re.MULTILINE)
    return text
