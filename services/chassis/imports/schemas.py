"""Answers about imports."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from services.chassis.http import Model
from services.chassis.imports.jobs import Import, Progress, RowVerdict


class ImportView(Progress, Model):
    """An import, how its file was understood, and its verdicts so far."""

    mapping: dict[str, str] = Field(description="Field -> the column that it is read from.")
    ignored: list[str] = Field(description="Columns that are not read.")
    questions: list[str] = Field(description="What a person should look at: columns taken on likeness, or left out.")

    @classmethod
    def told(cls, one: Import, questions: list[str]) -> Self:
        """The answer about an import."""
        named = {field: one.header[column] for field, column in one.mapping.items() if column < len(one.header)}
        known = one.model_dump(exclude={"mapping", "header"})
        return cls(**known, mapping=named, ignored=one.ignored, questions=questions)


class ImportRow(RowVerdict, Model):
    """What became of one row. `line` counts the file's rows behind its header, from 1."""
