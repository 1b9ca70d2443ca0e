"""Imports of lead files."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.chassis.http import Model


class ImportView(Model):
    """An import and its verdicts so far."""

    id: str
    state: str
    filename: str
    dry_run: bool
    format: str
    default_region: str
    expected_rows: int | None = Field(description="Rows that the file seems to have; null when nobody can say.")
    rows: int = Field(description="Rows that have their verdict.")
    accepted: int
    merged: int
    duplicates: int
    rejected: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None


class ImportRow(Model):
    """What became of one row. `line` counts the file's rows behind its header, from 1."""

    line: int
    verdict: str
    reason: str | None
    lead_id: str | None
