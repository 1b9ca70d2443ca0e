"""A deal's history as its page shows it: what belongs to which filter, and what changed behind somebody's back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.chassis.errors import Conflict
from services.chassis.records import Record
from services.conversion.domain.deals import TimelineEntry


class Show(StrEnum):
    """What the history is narrowed to."""

    EVERYTHING = "everything"
    CALLS = "calls"
    NOTES = "notes"
    MAILS = "mails"
    MEETINGS = "meetings"
    OFFERS = "offers"
    STEPS = "steps"


KINDS: dict[Show, tuple[str, ...]] = {
    Show.CALLS: ("inbound", "answer"),
    Show.NOTES: ("note",),
    Show.MAILS: (
        "mail", "mail_failed", "mail_withdrawn", "offer_mailed", "mail_answered", "mail_automatic", "mail_accepted",
        "mail_tentative", "mail_declined", "mail_counter", "mail_stopped",
    ),
    Show.MEETINGS: (
        "meeting_booked", "meeting_held", "meeting_no_show", "meeting_cancelled", "meeting_given",
        "meeting_needs_person", "mail_accepted", "mail_tentative", "mail_declined", "mail_counter",
    ),
    Show.OFFERS: (
        "offer_sent", "offer_waits", "offer_rejected", "offer_accepted", "offer_mailed", "offer_expired", "won",
    ),
    Show.STEPS: (
        "stage", "qualification", "next_step", "playbook", "reminder", "stale", "promise_late", "accepted", "returned",
        "taken_over", "lost", "asleep", "won",
    ),
}  # fmt: skip
"""Kinds of entries by filter; everything has none."""


class OpenWork(Record):
    """Work that is open for a deal: a reminder, an approval, a step of a playbook."""

    id: str
    kind: str
    assignee: str | None
    opened_at: datetime
    payload: dict[str, Any]


class MailLine(Record):
    """A mail to the lead, without its text. `files` are the names of what goes with it.

    One that is sent and has `withdrawn_at` was taken back too late.
    """

    id: str
    purpose: str
    recipient: str
    subject: str
    state: str
    last_error: str | None
    next_at: datetime
    created_at: datetime
    closed_at: datetime | None
    sent_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None
    files: list[str]


def check_unseen(entries: Sequence[TimelineEntry], kinds: Sequence[str], by: str) -> None:
    """Raise Conflict `changed` if somebody else has done something of these kinds (any, if none) since the page was.

    `entries` are those that the page did not show yet.
    """
    news = [one for one in entries if one.by != by and (not kinds or one.kind in kinds)]
    if news:
        raise Conflict(
            "this deal has changed since you opened the form; what is new is below, look and send again",
            code="changed",
            detail={"entries": [one.id for one in news]},
        )
