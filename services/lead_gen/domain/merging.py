"""Two leads that are one company: which one is kept, and what it takes over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What the kept lead takes from the other one where it knows nothing itself.
GAPS = ("contact_name", "email", "industry", "size", "region", "city", "website", "tax_id")


class NotMergeableError(Exception):
    """Why these two cannot be merged now; `code` for programs, the text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def in_work(lead: Mapping[str, Any]) -> bool:
    """Does a caller, a manager or an account manager have it?"""
    return bool(lead["tier"] != "lead_gen" or lead["stage"] == "calling")


def choose(one: Mapping[str, Any], other: Mapping[str, Any], keep: str | None) -> tuple[str, str]:
    """(id of the lead to keep, id of the one that goes). Somebody's lead stays; otherwise the older one, or `keep`.

    Raises NotMergeableError when both are in somebody's hands, or the one that should go is.
    """
    if "merged" in (one["stage"], other["stage"]):
        raise NotMergeableError("wrong_state", "One of the two has been merged already")
    busy = [lead["id"] for lead in (one, other) if in_work(lead)]
    if len(busy) == 2:
        raise NotMergeableError("both_in_work", "Both are being worked on: close one of them first")
    kept = keep or (busy[0] if busy else min(one["id"], other["id"]))
    gone = other["id"] if kept == one["id"] else one["id"]
    if gone in busy:
        raise NotMergeableError("in_work", "That lead is being worked on: keep it, or close it first")
    return kept, gone


def taken_over(kept: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that the kept lead lacks and the other one has."""
    return {name: gone[name] for name in GAPS if gone[name] and not kept[name]}
