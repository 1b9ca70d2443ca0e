"""What an answer of a receiver means, and when the next attempt is: pure rules."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum

# As the Standard Webhooks specification recommends. After the last one a message is set aside for a person.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MAX_ATTEMPTS = len(PAUSES) + 1
LONGEST_WISH = timedelta(hours=24)
"""The longest that a receiver may ask us to wait, by Retry-After."""
JITTER = 0.1
DISABLE_AFTER = timedelta(days=5)
"""A receiver that took nothing for so long is not told any more."""
_GONE = 410


class Fate(Enum):
    """What becomes of a message after an attempt."""

    DELIVERED = "delivered"
    RETRY = "retry"
    DEAD = "dead"
    GONE = "gone"


@dataclass(frozen=True)
class Answer:
    """What came back: a status, or none if nothing did. `said` is why it failed, in words without contact data."""

    status: int | None
    said: str = ""
    retry_after: str | None = None


def judge(answer: Answer, attempts: int) -> Fate:
    """What becomes of a message of which this attempt, counted from one, had this answer.

    Every failure is tried again, whatever its status: a receiver's 4xx is as often a passing fault of a deployment.
    """
    if answer.status is not None and 200 <= answer.status < 300:
        return Fate.DELIVERED
    if answer.status == _GONE:
        return Fate.GONE
    return Fate.RETRY if attempts < MAX_ATTEMPTS else Fate.DEAD


def pause(attempts: int, wish: timedelta | None = None) -> timedelta:
    """How long to wait after this attempt, counted from one; longer if the receiver wishes so, within a day.

    Up to a tenth longer than that, so that what failed together does not come back together.
    """
    planned = PAUSES[min(attempts, len(PAUSES)) - 1]
    wanted = max(planned, min(wish, LONGEST_WISH)) if wish is not None else planned
    return wanted * (1 + random.random() * JITTER)  # noqa: S311 - jitter


def wish_of(retry_after: str | None, now: datetime) -> timedelta | None:
    """What a Retry-After asks for, as seconds or as a date (RFC 9110, 10.2.3); none if it says neither."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdecimal():
        return timedelta(seconds=min(int(text[:9]), int(LONGEST_WISH.total_seconds())))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    wait = moment.replace(tzinfo=moment.tzinfo or UTC) - now
    return min(max(wait, timedelta(0)), LONGEST_WISH)
