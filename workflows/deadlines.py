"""Deadlines: absolute times in a workflow's state, from which its one timer and its next run follow.

No calendar arithmetic: activities answer with absolute times.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from temporalio import workflow

# After a restart a worker replays the history of every workflow that has something to do, at about a quarter of a
# millisecond an event; one touch of a customer costs about 25 events, and a new run 7.
CONTINUE_AFTER_EVENTS = 100
# The bound of runs that began before histories were kept short, and whose long histories must still replay.
_FORMERLY_AFTER_EVENTS = 2_000


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
    """The history is long enough, and no answer waits to be read or handled. Whoever asks acts on it at once."""
    if not (inbox_empty and workflow.all_handlers_finished()):
        return False
    info = workflow.info()
    length = info.get_current_history_length()
    if info.is_continue_as_new_suggested() or length > _FORMERLY_AFTER_EVENTS:
        return True
    # One patch for each stretch of history: a run that was long already, and whose past must replay as it was, still
    # becomes short at the end of the stretch that it is in. Another bound needs another name.
    return length > CONTINUE_AFTER_EVENTS and workflow.patched(f"short-runs:{length // CONTINUE_AFTER_EVENTS}")
