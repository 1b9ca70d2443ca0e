"""What customers' calendars answer to our invitations: written on the meeting, and told in the history."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from services.chassis.db import Connection
from services.chassis.events import publish
from services.chassis.mail.inbound.calendar_answers import CalendarAnswer
from services.chassis.mail.inbound.rows import Inbound
from services.conversion.domain.deals import Deal
from services.conversion.domain.meetings import CustomerAnswer, Meeting
from services.conversion.repository import meetings

_UID = re.compile(r"^meeting-([0-9a-f-]{36})@leadrelay$")


async def take_answer(conn: Connection, deal: Deal, inbound: Inbound, zone: ZoneInfo) -> str | None:
    """Write a calendar's answer on the meeting that it is about; the answer in words for colleagues.

    None if the mail has none. One that is about a time the meeting had before, or older than what is known, changes
    nothing on it.
    """
    said = inbound.calendar
    if said is None:
        return None
    meeting = await _meeting_of(conn, deal, said)
    if meeting is None or _is_out_of_date(said, meeting):
        return _in_words(said, meeting, zone, late=meeting is not None)
    known = meeting.customer_answer
    answer = CustomerAnswer(
        answer=said.answer, at=said.at or inbound.received_at, words=inbound.body,
        proposed_at=said.starts_at if said.answer == "counter" else None,
        proposed_until=said.ends_at if said.answer == "counter" else None,
    )  # fmt: skip
    if known is None or known.at <= answer.at:
        await meetings.answered(conn, meeting.id, answer)
        await publish(conn, "meeting.changed", meeting_id=meeting.id, deal_id=meeting.deal_id, state=meeting.state)
    return _in_words(said, meeting, zone)


async def _meeting_of(conn: Connection, deal: Deal, said: CalendarAnswer) -> Meeting | None:
    """The booked meeting it names, if it is one of this deal's."""
    named = _UID.match(said.uid)
    if named is None:
        return None
    own = [one for one in await meetings.of_deal(conn, deal.id) if one.id == named.group(1)]
    return own[0] if own and own[0].state == "booked" else None


def _is_out_of_date(said: CalendarAnswer, meeting: Meeting) -> bool:
    """Whether it answers an invitation to another time than the meeting has now."""
    if said.answer == "counter" or said.starts_at is None:
        return said.sequence < meeting.sequence
    # Calendars know no fractions of a second.
    return said.starts_at != meeting.starts_at.replace(microsecond=0)


def _in_words(said: CalendarAnswer, meeting: Meeting | None, zone: ZoneInfo, *, late: bool = False) -> str:
    when = f" of {_local(meeting.starts_at, zone)}" if meeting and not late else ""
    if said.answer == "counter":
        text = f"they ask for another time for the meeting{when}"
        text += f": {_local(said.starts_at, zone)}" if said.starts_at else ""
    else:
        text = {
            "accepted": "they come to the meeting",
            "tentative": "perhaps they come to the meeting",
            "declined": "they do not come to the meeting",
        }[said.answer] + when
    return f"{text} (an answer to an earlier invitation)" if late else text


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
