"""Answers about imports."""

from __future__ import annotations

from services.chassis.http import Model
from services.chassis.imports.jobs import Import, RowVerdict


class ImportView(Import, Model):
    """An import and its verdicts so far."""


class ImportRow(RowVerdict, Model):
    """What became of one row. `line` counts the file's rows behind its header, from 1."""
