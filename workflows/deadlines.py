"""Deadlines: absolute times in a workflow's state, from which its one timer and its next run follow.

No calendar arithmetic: activities answer with absolute times.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from temporalio import workflow

# A customer's care must stay far below the bar of 5,000 events; one touch costs about 25.
CONTINUE_AFTER_EVENTS = 2_000


def when(moment: datetime | None) -> str:
    """A time as people read it in summaries (UTC)."""
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "any time"


def spread(deadline: datetime) -> datetime:
    """The deadline plus a jitter of up to one per cent of the wait, a minute at most.

    "Everybody at 09:00" would otherwise fall due in one instant. It follows from the workflow's id, so a
    replay computes the same.
    """
    most = min(timedelta(minutes=1), max(timedelta(0), (deadline - workflow.now()) / 100))
    return deadline + most * (zlib.crc32(workflow.info().workflow_id.encode()) % 1000 / 1000)


def earliest(deadlines: Sequence[tuple[datetime, str]]) -> tuple[datetime, str] | None:
    """The deadline that falls due first, with its name."""
    return min(deadlines, default=None)


def must_continue_as_new(*, inbox_empty: bool) -> bool:
    """The history is long enough, and no answer waits to be read or handled."""
    info = workflow.info()
    long = info.is_continue_as_new_suggested() or info.get_current_history_length() > CONTINUE_AFTER_EVENTS
    return long and inbox_empty and workflow.all_handlers_finished()
