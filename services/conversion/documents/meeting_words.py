"""Words about meetings that both the mail and the calendar entry use, in the languages of the templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from services.conversion.domain.meetings import MeetingKind
from workflows.contracts.base import ContactCard

Language = Literal["uk", "en"]
KINDS: Mapping[Language, Mapping[MeetingKind, str]] = {
    "uk": {"phone": "Телефонна розмова", "online": "Онлайн-зустріч", "visit": "Зустріч"},
    "en": {"phone": "Telephone call", "online": "Online meeting", "visit": "Meeting"},
}
_WITH: Mapping[Language, str] = {
    "uk": "З вами говоритиме {manager}.",
    "en": "You will speak with {manager}.",
}


def language_of(contact: ContactCard) -> Language:
    """The customer's language if there are words in it, else English, as with the templates."""
    return "uk" if contact.language.partition("-")[0].lower() == "uk" else "en"


def with_whom(language: Language, manager: str) -> str:
    """Who meets the customer, as a sentence."""
    return _WITH[language].format(manager=manager.rstrip("."))
