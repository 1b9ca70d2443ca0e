"""Answers about taking merges of an import back."""

from __future__ import annotations

from pydantic import Field

from services.chassis.http import Model


class ImportUndo(Model):
    """What was taken back of an import."""

    import_id: str
    undone: int = Field(description="Rows that are not merged any more.")
    leads: int = Field(description="Leads that they became; a row without a number of its own becomes none.")
