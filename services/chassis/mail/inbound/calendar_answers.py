"""What a calendar program answers to an invitation (iTIP, RFC 5546): yes, maybe, no, or another time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal

from icalendar import Calendar, Event

from services.chassis.mail.inbound.texts import clean
from services.chassis.records import Record

Answered = Literal["accepted", "tentative", "declined", "counter"]
_BY_STATUS: dict[str, Answered] = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined"}
_STATUS = re.compile(r"PARTSTAT=\"?([A-Z-]+)", re.IGNORECASE)
_LONGEST = 2000


class CalendarAnswer(Record):
    """An answer to an invitation. `sequence` is the version of the entry that it answers, `words` what they added.

    `starts_at` and `ends_at` are the times in it: of a `counter`, those that they propose. `own_words` says whether the
    text of the mail is the person's; Google writes it itself.
    """

    answer: Answered
    uid: str = ""
    sequence: int = 0
    at: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    words: str = ""
    own_words: bool = True


def calendar_answer(text: str) -> CalendarAnswer | None:
    """The answer in a calendar file, or none: an invitation of theirs, or a file that nobody can read."""
    method = re.search(r"^METHOD\s*:\s*([A-Z]+)", text, re.IGNORECASE | re.MULTILINE)
    if method is None or method.group(1).upper() not in ("REPLY", "COUNTER"):
        return None
    event, product = _event_of(text)
    if method.group(1).upper() == "COUNTER":
        answer: Answered | None = "counter"
    else:
        status = _STATUS.search(re.sub(r"\r?\n[ \t]", "", text))
        answer = _BY_STATUS.get(status.group(1).upper()) if status else None
    if answer is None:
        return None
    if event is None:
        return CalendarAnswer(answer=answer)
    return CalendarAnswer(
        answer=answer, uid=clean(str(event.get("UID", "")))[:200], sequence=_number(event.get("SEQUENCE", 0)),
        at=_moment(event, "DTSTAMP"), starts_at=_moment(event, "DTSTART"), ends_at=_moment(event, "DTEND"),
        words=_words(event), own_words="google" not in product.lower(),
    )  # fmt: skip


def _event_of(text: str) -> tuple[Event | None, str]:
    try:
        calendar = Calendar.from_ical(text)
        found = next((part for part in calendar.walk("VEVENT") if isinstance(part, Event)), None)
        return found, str(calendar.get("PRODID", ""))
    except Exception:  # a stranger's file, broken in some way of its own
        return None, ""


def _moment(event: Event, name: str) -> datetime | None:
    try:
        value = event.decoded(name)
    except Exception:  # not there, or not a time
        return None
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo else None


def _number(value: object) -> int:
    try:
        return min(max(int(str(value)), 0), 1_000_000)
    except ValueError:
        return 0


def _words(event: Event) -> str:
    found = event.get("COMMENT", "")
    parts = found if isinstance(found, list) else [found]
    return clean("\n".join(str(part) for part in parts)).strip()[:_LONGEST]
