"""What is written to the lead and to the manager about a meeting, in Ukrainian or English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from services.conversion.domain.meetings import Meeting
from services.conversion.domain.slots import Stretch
from workflows.contracts.base import ContactCard

Change = Literal["booked", "moved", "cancelled", "reminder", "missed"]
_DAYS = {
    "uk": ("понеділок", "вівторок", "середа", "четвер", "п’ятниця", "субота", "неділя"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_KINDS = {
    "uk": {"phone": "Телефонна розмова", "online": "Онлайн-зустріч", "visit": "Зустріч"},
    "en": {"phone": "Telephone call", "online": "Online meeting", "visit": "Meeting"},
}
_SUBJECTS = {
    "uk": {
        "booked": "{kind}: {when}",
        "moved": "Новий час — {kind}: {when}",
        "cancelled": "Скасовано — {kind}: {when}",
        "reminder": "Нагадування — {kind}: {when}",
        "missed": "Ми не зустрілися: оберіть інший час",
    },
    "en": {
        "booked": "{kind}: {when}",
        "moved": "New time – {kind}: {when}",
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
        "cancelled": "Цієї зустрічі не буде:",
        "reminder": "Нагадуємо про зустріч:",
        "missed": "На жаль, сьогодні ми не зустрілися. Вільний час:",
        "place": "Місце: {place}",
        "with": "З вами говоритиме {manager}.",
        "answer": "Якщо час не підходить, просто дайте відповідь на цей лист.",
        "choose": "Дайте відповідь на цей лист, який час вам підходить.",
        "bye": "З повагою\n{seller}",
    },
    "en": {
        "hello": "Good day{name},",
        "booked": "we have agreed to meet:",
        "moved": "our meeting has another time:",
        "cancelled": "this meeting will not take place:",
        "reminder": "a reminder of our meeting:",
        "missed": "we are sorry that we did not meet. These times are free:",
        "place": "Place: {place}",
        "with": "You will speak with {manager}.",
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
    """The mail to the lead, with times of the lead's own zone. `free` are the times proposed after a missed meeting."""
    language = "uk" if contact.language == "uk" else "en"
    words, zone = _TEXTS[language], ZoneInfo(contact.timezone)
    when = spoken(meeting.starts_at, zone, language)
    kind = _KINDS[language][meeting.kind]
    lines = [words["hello"].format(name=f", {contact.contact_name}" if contact.contact_name else ""), "", words[change]]
    if change == "missed":
        lines += ["", *(f"  {spoken(opens, zone, language)}" for opens, _ in free), "", words["choose"]]
    else:
        lines += ["", f"  {kind}, {when}"]
        lines += [f"  {words['place'].format(place=meeting.place)}"] if meeting.place else []
        if change != "cancelled":
            lines += ["", words["with"].format(manager=manager.rstrip(".")), words["answer"]]
    lines += ["", words["bye"].format(seller=seller), ""]
    return _SUBJECTS[language][change].format(kind=kind, when=when), "\n".join(lines)


def for_the_manager(change: Change, meeting: Meeting, contact: ContactCard, zone: ZoneInfo) -> tuple[str, str]:
    """The mail to the manager, with times of the manager's zone."""
    when = spoken(meeting.starts_at, zone, "en")
    what = {"booked": "Meeting", "moved": "Meeting moved", "cancelled": "Meeting cancelled"}.get(change, "Meeting")
    lines = [f"{contact.company}, {when}", *(text for text in (contact.contact_name, meeting.place) if text), ""]
    return f"{what}: {contact.company}, {when}", "\n".join(lines)


def spoken(at: datetime, zone: ZoneInfo, language: str) -> str:
    """A moment as people say it, e.g. `Tuesday, 7.05.2030, 11:00 (Europe/Kyiv)`."""
    local = at.astimezone(zone)
    return f"{_DAYS[language][local.weekday()]}, {local.day}.{local:%m.%Y}, {local:%H:%M} ({zone.key})"
