"""Presets of activity calls: how long an activity may take, how it is retried, on whose queue it runs.

A tier's own activities are local (a third of the events); another tier's are regular ones on its queue.
Retries end after a week: long enough for any outage, and the failed workflow is then seen by ops.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy

from workflows.contracts import queues

_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=500), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=1)
)
_GIVE_UP_AFTER = timedelta(days=7)


class LocalCall(TypedDict):
    """Options of a local activity."""

    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta
    retry_policy: RetryPolicy


class RemoteCall(LocalCall):
    """Options of an activity on another tier's queue."""

    task_queue: str


LOCAL: LocalCall = {
    "start_to_close_timeout": timedelta(seconds=15),
    "schedule_to_close_timeout": _GIVE_UP_AFTER,
    "retry_policy": _RETRY,
}
LONG: RemoteCall = {**LOCAL, "start_to_close_timeout": timedelta(minutes=10), "task_queue": queues.ACCOUNT_MGMT}
# An activity whose worker dies is tried again when this time is over, and not before. People wait for the register (an
# inbound call is put through by it) and for answers to their questions; both take milliseconds.
TO_LEAD_GEN: RemoteCall = {**LOCAL, "start_to_close_timeout": timedelta(seconds=5), "task_queue": queues.LEAD_GEN}
TO_CONVERSION: RemoteCall = {**LOCAL, "task_queue": queues.CONVERSION}
TO_ACCOUNT_MGMT: RemoteCall = {**LOCAL, "task_queue": queues.ACCOUNT_MGMT}
# Longer than any outage; a report that is still not taken then is shown as failed.
_REPORT_GIVES_UP = timedelta(days=30)
REPORTS: dict[str, RemoteCall] = {
    call["task_queue"]: {**call, "schedule_to_close_timeout": _REPORT_GIVES_UP}
    for call in (TO_LEAD_GEN, TO_CONVERSION, TO_ACCOUNT_MGMT)
}
"""Reports to another tier, which no workflow starts, by that tier's queue."""
