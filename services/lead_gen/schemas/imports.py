"""Imports of lead files."""

from __future__ import annotations

from datetime import datetime

from services.chassis.http import Model


class ImportView(Model):
    """An import and its verdicts so far."""

    id: str
    state: str
    filename: str
    dry_run: bool
    rows: int
    accepted: int
    merged: int
    duplicates: int
    rejected: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None
