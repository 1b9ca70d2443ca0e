"""Workflows that failed, timed out or were terminated, and that neither their record nor a later run has settled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from temporalio.client import Client, WorkflowExecution

LOOKS_AT_MOST = 200
_AT_ONCE = 60
Over = Callable[[Sequence[WorkflowExecution]], Awaitable[set[str]]]
"""Of workflows, the ids of those that their records need no more."""


async def left_over(client: Client, query: str, over: Over, *, most: int, rpc: timedelta) -> list[WorkflowExecution]:
    """Up to `most` of the last two hundred that `query` finds and somebody still needs, one line for each workflow."""
    listed = client.list_workflows(query, limit=LOOKS_AT_MOST, rpc_timeout=rpc)
    found = _last_of_each([one async for one in listed])
    settled = await over(found) if found else set()
    found = [one for one in found if one.id not in settled]
    left: list[WorkflowExecution] = []
    for first in range(0, len(found), _AT_ONCE):
        some = found[first : first + _AT_ONCE]
        again = await _begun_again(client, some, rpc)
        left += [one for one in some if one.id not in again]
        if len(left) >= most:
            break
    return left[:most]


async def _begun_again(client: Client, found: Sequence[WorkflowExecution], rpc: timedelta) -> set[str]:
    ids = ", ".join(f"'{one.id}'" for one in found)
    later = client.list_workflows(
        f"WorkflowId IN ({ids}) AND ExecutionStatus IN ('Running', 'Completed', 'Canceled')",
        limit=_AT_ONCE * 2,
        rpc_timeout=rpc,
    )
    ended = {one.id: one.close_time for one in found}
    return {one.id async for one in later if (close := ended.get(one.id)) and one.start_time >= close}


def _last_of_each(found: Sequence[WorkflowExecution]) -> list[WorkflowExecution]:
    latest: dict[str, WorkflowExecution] = {}
    for one in found:
        if one.id not in latest or one.start_time > latest[one.id].start_time:
            latest[one.id] = one
    return list(latest.values())
