"""Rows as the code sees them: one way of mapping for every table of every tier. Times are UTC."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from services.chassis.meanings import STORED


class Record(BaseModel):
    """A row; columns that this code does not know are ignored, so that a newer schema can be read."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def of(cls, row: Any) -> Self:
        """The record of a row, as asyncpg gives it. Raises ValidationError for a row that this code cannot read."""
        return cls.model_validate(dict(row), context=STORED)

    @classmethod
    def of_all(cls, rows: Iterable[Any]) -> list[Self]:
        """The records of several rows, in their order."""
        return [cls.of(row) for row in rows]

    @classmethod
    def maybe(cls, row: Any) -> Self | None:
        """The record of a row that may be missing."""
        return None if row is None else cls.of(row)
