"""A meeting as an iCalendar file. The UID stays, the sequence grows, so calendars move the entry they have."""

from __future__ import annotations

from datetime import UTC, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress

from services.conversion.domain.meetings import Meeting
from workflows.contracts.base import ContactCard

_PRODUCT = "-//Leadrelay//Conversion//EN"
_REMIND_BEFORE = timedelta(minutes=15)
_KINDS = {"phone": "Telephone call", "online": "Online meeting", "visit": "Visit"}


def calendar_file(
    meeting: Meeting, contact: ContactCard, *, organizer: str | None = None, method: str | None = None
) -> bytes:
    """The file's content, in UTC. A cancelled meeting removes the entry.

    Without `method` it is a copy for one's own calendar; by mail it is an invitation (REQUEST) or its end (CANCEL).
    """
    cancelled = meeting.state == "cancelled"
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method or ("CANCEL" if cancelled else "PUBLISH"))
    event = Event()
    event.add("uid", f"meeting-{meeting.id}@leadrelay")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.updated_at.astimezone(UTC))
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    event.add("dtend", meeting.ends_at.astimezone(UTC))
    event.add("summary", f"{_KINDS[meeting.kind]}: {contact.company}")
    if organizer:
        event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    if method and contact.email:
        attendee = vCalAddress(f"mailto:{contact.email}")
        attendee.params["RSVP"] = "TRUE"
        event.add("attendee", attendee)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if meeting.place:
        event.add("location", meeting.place)
    event.add("description", "\n".join(text for text in (contact.contact_name, *contact.phones, meeting.note) if text))
    if not cancelled:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", "Meeting")
        alarm.add("trigger", -_REMIND_BEFORE)
        event.add_component(alarm)
    calendar.add_component(event)
    return bytes(calendar.to_ical())
