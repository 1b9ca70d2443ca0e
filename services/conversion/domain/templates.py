"""Mail templates and the files that go with them."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record


class Template(Record):
    """One version of a template in one language."""

    name: str
    language: str
    version: int
    subject: str
    body: str
    created_by: str
    created_at: datetime


class Pack(Record):
    """A file of a template, without its content."""

    name: str
    media_type: str
    size: int


class Rendered(Record):
    """A template with its fields filled in. `missing` are those it names that are not known and have no other words."""

    language: str
    version: int
    subject: str
    body: str
    missing: list[str]


EXAMPLE: dict[str, str | None] = {
    "company": "Wind Ltd",
    "contact_name": "Olena Koval",
    "city": "Kyiv",
    "industry": "Furniture",
    "manager": "Anna Melnyk",
    "need": "a truck to Lviv every week",
    "seller": "Leadrelay",
}
"""Fields of a lead that does not exist, for previews."""
