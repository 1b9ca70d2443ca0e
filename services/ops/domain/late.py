"""What is late in all tiers: the tiers' own lists, and what only Temporal knows about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from services.chassis.commands import retry, start_another_worker, start_api, start_worker
from services.chassis.lateness import Late
from services.chassis.records import Record
from services.chassis.stories import Place
from services.ops.domain.queues import OLD_SECONDS, Queue
from services.ops.domain.story import NUMBER, RETRIES, TASK_PATIENCE
from services.ops.domain.workflows import Workflow
from services.ops.tiers import Missing
from workflows.contracts.base import Tier


class LateList(Record):
    """A page of what is late, the longest first. `held_up` are whole tiers, and come before what follows from them."""

    held_up: list[Late]
    items: list[Late]
    missing: list[Missing]
    older: Place | None = None


def merged(found: Mapping[Tier, Sequence[Late]], limit: int) -> tuple[list[Late], Place | None]:
    """One page out of up to `limit + 1` of each tier, and the place after which the next one begins."""
    everything = sorted((one for part in found.values() for one in part), key=lambda one: (one.since, one.ref))
    shown = everything[:limit]
    return shown, (shown[-1].since, shown[-1].ref) if len(everything) > limit else None


def without_told(late: Iterable[Late], failed: Iterable[Late]) -> list[Late]:
    """What is late without what a failed workflow of the same lead was to do: that is told once."""
    told = {one.lead_id for one in failed if one.lead_id}
    return [one for one in late if not (one.by_workflow and one.lead_id in told)]


def held_up(queues: Mapping[Tier, Queue], missing: Iterable[Missing], now: datetime) -> list[Late]:
    """Tiers in which nothing goes on by itself, and tiers that do not answer."""
    found = []
    for tier, queue in queues.items():
        since = now - timedelta(seconds=queue.oldest_seconds)
        if not queue.workers:
            words = f"{NUMBER[tier]}'s workflows should go on"
            if queue.waiting:
                words = f"{NUMBER[tier]}'s workflows should go on ({queue.waiting} wait)"
            command = start_worker(tier)
            cause, act = f"no worker of {NUMBER[tier]} is running", f"start one: {command}"
        elif queue.waiting and queue.oldest_seconds > OLD_SECONDS:
            words = f"{queue.waiting} steps of {NUMBER[tier]} should have been done"
            if queue.waiting == 1:
                words = f"1 step of {NUMBER[tier]} should have been done"
            many = len(queue.workers)
            cause = "1 worker cannot keep up" if many == 1 else f"{many} workers cannot keep up"
            command = start_another_worker(tier, many)
            act = f"start another one: {command}"
        else:
            continue
        found.append(Late(ref=f"queue:{queue.name}", kind="queue", tier=tier, words=words, since=since, cause=cause,
                          act=act, code=queue.name))  # fmt: skip
    for one in missing:
        what = NUMBER.get(one.what, "Temporal")
        act = "start Temporal; nothing is lost meanwhile"
        if one.what in NUMBER:
            command = start_api(one.what)
            act = f"start it: {command}"
        words = f"{what} should answer"
        found.append(Late(ref=f"away:{one.what}", kind="away", tier=one.what, words=words, since=now, cause=one.why,
                          act=act))  # fmt: skip
    return found


def explained(late: Late, queues: Mapping[Tier, Queue], workflow: Workflow | None, now: datetime) -> Late:
    """The same with what Temporal knows of the cause, where a workflow was to do it."""
    queue = queues.get(Tier(late.tier))
    if not late.by_workflow or queue is None:
        return late
    if not queue.workers:
        command = start_worker(late.tier)
        act = f"start its worker: {command}"
        cause = f"no worker of {NUMBER[late.tier]} is running"
        return late.model_copy(update={"cause": cause, "act": act})
    if workflow is None:
        return late
    tried = max(workflow.retrying, key=lambda one: one.attempts, default=None)
    if tried is not None and tried.attempts > RETRIES:
        error = f": {tried.error}" if tried.error else ""
        cause = f"{tried.words} was tried {tried.attempts} times{error}"
        act = "mend what the error says; it goes on trying"
        return late.model_copy(update={"cause": cause, "act": act, "code": tried.activity})
    if not workflow.runs:
        cause, act = (
            f"the {workflow.name} that was to do it has ended: {workflow.status}",
            "start it again from its record",
        )
        command = retry(f"workflow:{workflow.id}")
        return late.model_copy(
            update={"cause": cause, "act": act, "command": command, "does": "retry", "code": workflow.kind}
        )
    if workflow.task_since is not None and now - workflow.task_since > TASK_PATIENCE:
        command = start_another_worker(late.tier, len(queue.workers))
        act = f"start another one: {command}"
        return late.model_copy(
            update={"cause": f"the workers of {NUMBER[late.tier]} have not come to it yet", "act": act}
        )
    return late
