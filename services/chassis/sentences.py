"""Sentences for people that are written where they are not said."""

from __future__ import annotations

from typing import Final


def said(sentence: str) -> str:
    """The sentence as it is. Marks one that a refusal says, when it is not written where that is raised.

    `python -m leadrelay.words` collects it; a `{place}` that is filled in later stays one in the translation.
    """
    return sentence


VALUES: Final = [
    "accepted",
    "active",
    "answered",
    "approved",
    "asleep",
    "at_risk",
    "awaiting_approval",
    "booked",
    "bounced",
    "called",
    "cancelled",
    "cold",
    "complaint",
    "completed",
    "conversion",
    "customer",
    "dead",
    "declined",
    "delivered",
    "disabled",
    "do_not_call",
    "done",
    "draft",
    "ended",
    "enrolled",
    "expired",
    "failed",
    "finished",
    "handed_over",
    "held",
    "ignored",
    "informing",
    "interested",
    "issued",
    "kept",
    "late",
    "later",
    "left",
    "lost",
    "meeting",
    "merged",
    "missed",
    "need changed",
    "negotiating",
    "new",
    "no_show",
    "not now",
    "not_interested",
    "offer",
    "offered",
    "open",
    "opted_out",
    "ordered",
    "paid",
    "paused",
    "pending",
    "planned",
    "qualified",
    "queued",
    "read",
    "ready",
    "refused",
    "rejected",
    "reserved",
    "resting",
    "returned",
    "ringing",
    "running",
    "sent",
    "skipped",
    "stopped",
    "superseded",
    "training",
    "void",
    "withdrawn",
    "won",
]
"""Words of ours, mostly states of something, that stand in such a sentence in place of a value."""
