"""What is written to the lead and to the manager about a meeting, in Ukrainian or English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from services.conversion.documents.meeting_words import KINDS, language_of, with_whom
from services.conversion.domain.meetings import Meeting
from services.conversion.domain.slots import Stretch
from workflows.contracts.base import ContactCard

Change = Literal["booked", "moved", "reassigned", "cancelled", "reminder", "missed"]
_DAYS = {
    "uk": ("понеділок", "вівторок", "середа", "четвер", "п’ятниця", "субота", "неділя"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_SUBJECTS = {
    "uk": {
        "booked": "{kind}: {when}",
        "moved": "Новий час — {kind}: {when}",
        "reassigned": "Час той самий, з вами говоритиме {manager} — {kind}: {when}",
        "cancelled": "Скасовано — {kind}: {when}",
        "reminder": "Нагадування — {kind}: {when}",
        "missed": "Ми не зустрілися: оберіть інший час",
    },
    "en": {
        "booked": "{kind}: {when}",
        "moved": "New time – {kind}: {when}",
        "reassigned": "Same time, with {manager} now – {kind}: {when}",
        "cancelled": "Cancelled – {kind}: {when}",
        "reminder": "Reminder – {kind}: {when}",
        "missed": "We did not meet: please choose another time",
    },
}
_TEXTS = {
    "uk": {
        "hello": "Добрий день{name}!",
        "booked": "Ми домовилися про зустріч:",
        "moved": "Зустріч перенесено на інший час:",
        "reassigned": "Наша зустріч відбудеться, як домовлено, у той самий час. Тепер до неї готується {manager}:",
        "cancelled": "Цієї зустрічі не буде:",
        "reminder": "Нагадуємо про зустріч:",
        "missed": "На жаль, ми не зустрілися ({when}). Вільний час:",
        "ask": "На жаль, ми не зустрілися ({when}).",
        "place": "Місце: {place}",
        "answer": "Якщо час не підходить, просто дайте відповідь на цей лист.",
        "choose": "Дайте відповідь на цей лист, який час вам підходить.",
        "bye": "З повагою\n{seller}",
    },
    "en": {
        "hello": "Good day{name},",
        "booked": "we have agreed to meet:",
        "moved": "our meeting has another time:",
        "reassigned": "our meeting takes place as agreed, at the same time. {manager} looks forward to it now:",
        "cancelled": "this meeting will not take place:",
        "reminder": "a reminder of our meeting:",
        "missed": "we are sorry that we did not meet ({when}). These times are free:",
        "ask": "we are sorry that we did not meet ({when}).",
        "place": "Place: {place}",
        "answer": "If the time does not suit you, simply answer this mail.",
        "choose": "Please answer this mail with the time that suits you.",
        "bye": "With kind regards\n{seller}",
    },
}


def subject_and_text(
    change: Change,
    meeting: Meeting,
    contact: ContactCard,
    *,
    manager: str,
    seller: str,
    free: Sequence[Stretch] = (),
) -> tuple[str, str]:
    """The mail to the lead, with times of the lead's own zone. `free` are the times proposed after a missed meeting.

    Of what was written down about the meeting it holds only what is meant for the customer.
    """
    language = language_of(contact)
    words, zone = _TEXTS[language], ZoneInfo(contact.timezone)
    when = _span(meeting, zone, language)
    kind = KINDS[language][meeting.kind]
    lines = [words["hello"].format(name=f", {contact.contact_name}" if contact.contact_name else ""), ""]
    lines += [
        words["ask" if change == "missed" and not free else change].format(
            manager=manager, when=when.rpartition(" (")[0]
        )
    ]
    if change == "missed":
        times = [f"  {spoken(opens, zone, language)}" for opens, _ in free]
        lines += ["", *times, *([""] if times else []), words["choose"]]
    else:
        lines += ["", f"  {kind}, {when}"]
        lines += [f"  {words['place'].format(place=meeting.place)}"] if meeting.place else []
        lines += ["", meeting.message_to_customer] if meeting.message_to_customer and change != "reminder" else []
        if change != "cancelled":
            lines += ["", with_whom(language, manager), words["answer"]]
    lines += ["", words["bye"].format(seller=seller), ""]
    subject = _SUBJECTS[language][change].format(
        kind=kind, when=spoken(meeting.starts_at, zone, language), manager=manager
    )
    return subject, "\n".join(lines)


def for_the_manager(change: Change, meeting: Meeting, contact: ContactCard, zone: ZoneInfo) -> tuple[str, str]:
    """The mail to the manager, with times of the manager's zone."""
    when = _span(meeting, zone, "en")
    what = {
        "booked": "Meeting",
        "moved": "Meeting moved",
        "reassigned": "Meeting is yours now",
        "cancelled": "Meeting cancelled",
    }.get(change, "Meeting")
    lines = [f"{contact.company}, {when}", *(text for text in (contact.contact_name, meeting.place) if text), ""]
    return f"{what}: {contact.company}, {when}", "\n".join(lines)


def for_who_does_not_come(meeting: Meeting, contact: ContactCard, zone: ZoneInfo) -> tuple[str, str]:
    """The mail to the manager whose meeting somebody else has now: their calendar is free then."""
    when = _span(meeting, zone, "en")
    return (
        f"Not your meeting any more: {contact.company}, {when}",
        f"{contact.company}, {when}\nA colleague takes care of it. Your calendar is free then.\n",
    )


def spoken(at: datetime, zone: ZoneInfo, language: str) -> str:
    """A moment as people say it, e.g. `Tuesday, 7.05.2030, 11:00 (Europe/Kyiv)`."""
    local = at.astimezone(zone)
    return f"{_DAYS[language][local.weekday()]}, {local.day}.{local:%m.%Y}, {local:%H:%M} ({zone.key})"


def _span(meeting: Meeting, zone: ZoneInfo, language: str) -> str:
    """From when to when, e.g. `Tuesday, 7.05.2030, 11:00–11:45 (Europe/Kyiv)`."""
    begin, _, place = spoken(meeting.starts_at, zone, language).rpartition(" (")
    return f"{begin}–{meeting.ends_at.astimezone(zone):%H:%M} ({place}"
