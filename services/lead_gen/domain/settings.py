"""Editors of this tier and their last changes."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record


class LastChange(Record):
    """The newest version of one editor: `called` is its name where there are several, `count` how many there are."""

    editor: str
    called: str | None
    version: int
    count: int
    by: str
    at: datetime
