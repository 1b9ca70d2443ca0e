"""Sentences for people that are written where they are not said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_PLACE_AND_STOP: Final = re.compile(r"(%\((\w+)\)s)\.")
_STOPS: Final = (".", "!", "?", "…")


def later(text: str) -> str:
    """Marks words for the catalogues; they are put into the reader's language when somebody reads them."""
    return text


def one_stop(sentence: str, values: Mapping[str, object]) -> str:
    """The sentence without its full stops behind values that bring their own: after "Галина Д." stands one, not two."""
    return _PLACE_AND_STOP.sub(lambda at: at[1] if str(values.get(at[2], "")).endswith(_STOPS) else at[0], sentence)


def filled(sentence: str, values: Mapping[str, object]) -> str:
    """A sentence with its values in their places, which are written `%(name)s`."""
    return one_stop(sentence, values) % values


def said(sentence: str) -> str:
    """The sentence as it is. Marks one that a refusal says, when it is not written where that is raised.

    `python -m leadrelay.words` collects it; a `{place}` that is filled in later stays one in the translation.
    """
    return sentence


VALUES: Final = [
    "Friday",
    "Monday",
    "Saturday",
    "Sunday",
    "Thursday",
    "Tuesday",
    "Wednesday",
    "accepted",
    "active",
    "answered",
    "approval",
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
    "dunning",
    "draft",
    "ended",
    "enrolled",
    "expired",
    "failed",
    "finished",
    "gone",
    "handed_over",
    "hard question",
    "held",
    "ignored",
    "inbound",
    "informed",
    "informing",
    "interested",
    "invoice",
    "issued",
    "kept",
    "late",
    "later",
    "left",
    "lost",
    "meeting",
    "meeting failed",
    "meeting held",
    "merged",
    "met",
    "missed",
    "need changed",
    "negotiating",
    "new",
    "no_show",
    "not now",
    "not_interested",
    "number",
    "offer",
    "offer accepted",
    "offer refused",
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
    "win back",
    "withdrawn",
    "won",
]
"""Words of ours, mostly states of something, that stand in such a sentence in place of a value."""
