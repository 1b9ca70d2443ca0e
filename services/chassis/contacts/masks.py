"""Contact data as it is shown to people who need not dial or write: enough to recognise it, too little to use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar


class Reachable(Protocol):
    """Somebody with numbers and an e-mail address: a lead, a contact card, a person at a customer's."""

    @property
    def phones(self) -> Sequence[str]:
        """In E.164."""

    @property
    def email(self) -> str | None:
        """One address."""


Someone = TypeVar("Someone", bound="Card")


class Card(Reachable, Protocol):
    """Such a record that can be copied."""

    def model_copy(self: Someone, *, update: Mapping[str, Any] | None = None) -> Someone:
        """The same with other values."""


def mask_phone(phone: str) -> str:
    """`+380501234567` -> `+380•••••4567`; an extension stays."""
    dialled, extension = phone.partition(";")[::2]
    return f"{dialled[:4]}{'•' * max(0, len(dialled) - 8)}{dialled[-4:]}{f';{extension}' if extension else ''}"


def mask_email(address: str) -> str:
    """`olena@viter.example` -> `o***@viter.example`."""
    name, _, host = address.partition("@")
    return f"{name[:1]}***@{host}"


def mask_card(card: Someone) -> Someone:
    """The same record with its numbers and e-mail address masked."""
    return card.model_copy(update=masked_contact(card))


def masked_contact(one: Reachable) -> dict[str, Any]:
    """The fields `phones` and `email` of a record, masked."""
    return {
        "phones": [mask_phone(phone) for phone in one.phones],
        "email": mask_email(one.email) if one.email else one.email,
    }
