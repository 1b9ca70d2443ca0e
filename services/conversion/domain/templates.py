"""Mail templates and the files that go with them."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Pack:
    """A file of a template, without its content."""

    name: str
    media_type: str
    size: int
