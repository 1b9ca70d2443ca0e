"""A file on its page: how far it is, and what became of each of its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from services.chassis.imports.jobs import Import
from services.chassis.records import Record
from services.chassis.sentences import said
from services.lead_gen.domain.file_columns import FileDraft
from services.lead_gen.domain.import_file import base_of

RowKind = Literal["accepted", "merged", "duplicate", "rejected"]
_LEAD = re.compile(r"lead [0-9a-f]{8}-[0-9a-f-]{27}")
_BOTH = re.compile(rf"{_LEAD.pattern} and {_LEAD.pattern}")
_NAMES = ("company", "contact_name", "last_name", "first_name")


class FileRow(Record):
    """What became of a row; `who` is the lead's company, or whom the row itself names."""

    line: int
    verdict: RowKind
    reason: str | None
    who: str | None

    @property
    def why(self) -> str:
        """The reason for people: leads by no id."""
        both = _BOTH.sub(said("both known already"), self.reason or "")
        return _LEAD.sub(said("a lead we have"), both)


class FilePage(Record):
    """One file with some of its rows. `draft` is what an import of a tried file begins with, while it is kept."""

    file: Import
    rows: list[FileRow]
    verdict: RowKind | None
    next_line: int | None
    draft: FileDraft | None

    @property
    def is_open(self) -> bool:
        """Is it still being read?"""
        return self.file.state in ("queued", "running")

    @property
    def read_as(self) -> dict[str, str]:
        """Column -> what it was read as, for the columns that were read."""
        header = self.file.header
        return {
            header[column]: base_of(name)
            for name, column in sorted(self.file.mapping.items(), key=lambda one: one[1])
            if column < len(header)
        }


class FileInCampaign(Record):
    """What a campaign that runs makes of a file: `fits` of its leads wait to be taken up, `taken` are in cold calling.

    `looks_by` is when it has looked at the latest.
    """

    campaign_id: str
    name: str
    fits: int
    taken: int
    looks_by: datetime


class FileList(Record):
    """Files, the newest first, behind those that are not imported yet."""

    drafts: list[FileDraft]
    files: list[Import]
    more: bool


def name_columns(mapping: Mapping[str, int]) -> list[int]:
    """Columns that say whom a row is about, the surest first."""
    return [mapping[name] for name in _NAMES if name in mapping]
