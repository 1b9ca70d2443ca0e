"""People to talk to at a customer's."""

from __future__ import annotations

from pydantic import Field

from services.chassis.records import Record


class Person(Record):
    """Somebody to talk to at the customer's. The first contact, who is on the customer's own card, has no id."""

    id: str | None = None
    name: str
    role: str = ""
    phones: list[str] = Field(default_factory=list)
    email: str | None = None
    language: str | None = None
    note: str = ""
