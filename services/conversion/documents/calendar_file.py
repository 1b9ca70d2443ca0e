"""A meeting as an iCalendar file (RFC 5545), to be sent by mail (RFC 5546 and 6047) or fetched.

The house calls every meeting, so ORGANIZER and UID never change; the sequence grows, so calendars move the entry they
have. Whoever gets a copy by mail is its attendee. What is written down for colleagues is in none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Literal

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from services.chassis.mail.house import House
from services.conversion.documents.meeting_words import KINDS, Language, language_of, with_whom
from services.conversion.domain.meetings import Meeting
from workflows.contracts.base import ContactCard

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]
_PRODUCT = "-//Leadrelay//Conversion//EN"
_REMIND_BEFORE = timedelta(minutes=15)


@dataclass(frozen=True)
class Called:
    """A meeting and who calls it: the house, for the manager who comes, and under whose name it sells."""

    meeting: Meeting
    contact: ContactCard
    manager: str
    seller: str
    house: House


def for_the_customer(called: Called, method: Method) -> bytes:
    """The entry for the customer's calendar, in their language. They must have an address."""
    language = language_of(called.contact)
    meeting = called.meeting
    event = _event(called, f"{KINDS[language][meeting.kind]}: {called.seller}", language)
    event.add("attendee", _person(called.contact.email or "", called.contact.contact_name, answers=True))
    coming = [] if method == "CANCEL" else [with_whom(language, called.manager)]
    _describe(event, [*coming, meeting.message_to_customer])
    if method == "CANCEL" and meeting.message_to_customer:
        event.add("comment", meeting.message_to_customer)
    _set_status(event, "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    return _file(event, method)


def for_the_manager(called: Called, method: Method, address: str | None = None) -> bytes:
    """The entry for the manager's calendar: invited at `address`, or fetched, and then without attendees."""
    meeting, contact = called.meeting, called.contact
    event = _event(called, f"{KINDS['en'][meeting.kind]}: {contact.company}", "en")
    if address:
        event.add("attendee", _person(address, called.manager, answers=False))
    _describe(event, [contact.contact_name, *contact.phones])
    off = meeting.state == "cancelled"
    # To whoever does not come any more, the entry is cancelled; the meeting itself takes place (RFC 5546, 3.2.5).
    if method != "CANCEL" or off:
        _set_status(event, "CANCELLED" if off else "CONFIRMED")
    if method != "CANCEL":
        event.add_component(_alarm(str(event["summary"])))
    return _file(event, method)


def _event(called: Called, summary: str, language: Language) -> Event:
    meeting, event = called.meeting, Event()
    event.add("uid", f"meeting-{meeting.id}@leadrelay")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.updated_at.astimezone(UTC))
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    event.add("dtend", meeting.ends_at.astimezone(UTC))
    event.add("summary", vText(summary, params={"LANGUAGE": language}))
    event.add("organizer", _address(called.house.address, f"{called.manager}, {called.house.name or called.seller}"))
    if meeting.place:
        event.add("location", meeting.place)
    return event


def _describe(event: Event, lines: list[str | None]) -> None:
    if text := "\n".join(line for line in lines if line):
        event.add("description", text)


def _set_status(event: Event, status: Literal["CONFIRMED", "CANCELLED"]) -> None:
    event.add("status", status)


def _person(address: str, name: str | None, *, answers: bool) -> vCalAddress:
    """Somebody who is invited: a customer answers whether they come, a manager's own meeting is accepted already."""
    person = _address(address, name)
    person.params["ROLE"] = "REQ-PARTICIPANT"
    person.params["PARTSTAT"] = "NEEDS-ACTION" if answers else "ACCEPTED"
    person.params["RSVP"] = "TRUE" if answers else "FALSE"
    return person


def _address(address: str, name: str | None) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    if name:
        # A quotation mark or a line break cannot stand in a parameter.
        person.params["CN"] = " ".join(name.replace('"', "'").split())
    return person


def _alarm(text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", -_REMIND_BEFORE)
    return alarm


def _file(event: Event, method: Method) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())
