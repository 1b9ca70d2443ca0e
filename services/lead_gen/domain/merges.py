"""Merges of two leads that are one company: which one is kept, and what it takes over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.errors import Conflict
from services.chassis.records import Record
from services.chassis.sentences import said
from services.lead_gen.domain.leads import Lead

# Fields that the kept lead takes over where its own are empty.
GAPS = (
    "contact_name",
    "email",
    "industry",
    "size",
    "region",
    "city",
    "website",
    "tax_id",
    "country",
    "language",
    "timezone",
)


class Merge(Record):
    """One merge. `moved` is everything that it moved, by table, so that it can be undone."""

    id: str
    kept: str
    gone: str
    duplicate_id: str
    moved: dict[str, Any]
    by: str
    at: datetime
    undone_by: str | None
    undone_at: datetime | None


class NotMergeableError(Exception):
    """Why these two cannot be merged now; `code` for programs, the text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def in_work(lead: Lead) -> bool:
    """Does a caller, a manager or an account manager have it?"""
    return lead.tier != "lead_gen" or lead.stage == "calling"


def choose(one: Lead, other: Lead, keep: str | None) -> tuple[Lead, Lead]:
    """(lead to keep, lead that goes). A lead in work stays; otherwise the one with the id `keep`, or the older one.

    Raises NotMergeableError if both are in work, or the one that should go is.
    """
    if "merged" in (one.stage, other.stage):
        raise NotMergeableError("wrong_state", said("One of the two has been merged already"))
    if "erased" in (one.stage, other.stage):
        raise NotMergeableError("wrong_state", said("One of the two has been erased: nothing of it may be kept"))
    busy = [lead for lead in (one, other) if in_work(lead)]
    if len(busy) == 2:
        raise NotMergeableError("both_in_work", said("Both are being worked on: close one of them first"))
    kept_id = keep or (busy[0].id if busy else min(one.id, other.id))
    kept, gone = (one, other) if one.id == kept_id else (other, one)
    if gone in busy:
        raise NotMergeableError("in_work", said("That lead is being worked on: keep it, or close it first"))
    return kept, gone


def choose_quietly(one: Lead, other: Lead) -> str | None:
    """The id of the lead that a merge would keep; none if the two cannot be merged now."""
    try:
        return choose(one, other, None)[0].id
    except NotMergeableError:
        return None


def taken_over(kept: Lead, gone: Lead) -> dict[str, Any]:
    """Fields that the kept lead lacks and the other one has."""
    return {name: getattr(gone, name) for name in GAPS if getattr(gone, name) and not getattr(kept, name)}


def merged(kept: Lead, gone: Lead) -> Lead:
    """The kept lead as it is after the merge."""
    return kept.model_copy(update={**taken_over(kept, gone), "phones": [*kept.phones, *gone.phones]})


class MergeChoice(Record):
    """What keeping one of the two would do. `fills` are the fields it takes over, `bans` says that nobody may call it
    afterwards because nobody may call the other one; or `obstacle`: why it cannot be done now."""

    keep: str
    fills: dict[str, str]
    numbers: int
    calls: int
    bans: bool
    obstacle: str | None


def choice_of(kept: Lead, gone: Lead, *, calls: int, bans: bool) -> MergeChoice:
    """What a merge would do that keeps this one. `calls` were made to the other one, which is banned whole (`bans`)."""
    obstacle = None
    try:
        choose(kept, gone, kept.id)
    except NotMergeableError as error:
        obstacle = str(error)
    return MergeChoice(
        keep=kept.id, fills=taken_over(kept, gone), numbers=len(gone.phones), calls=calls, bans=bans, obstacle=obstacle
    )


def check_undo(merge: Merge, kept: Lead) -> None:
    """Raises Conflict `wrong_state` if it was already undone, `merged_further` if the kept lead was merged itself."""
    if merge.undone_at is not None:
        raise Conflict("This merge has already been undone", code="wrong_state")
    if kept.stage == "merged":
        raise Conflict("The kept lead was merged into another one: undo that first", code="merged_further")
