"""What a restart costs with hundreds of customers in care: `python -m bench.restart [CUSTOMERS]`.

Every customer's care is due for its next step while the whole stack is stopped, so after the start each one has to be
replayed from its history. Measured until all steps are done and nothing waits, twice on the same data in the same run:
first with the SDK's own limits and its sandbox, then with the settings as they come.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import psutil
from temporalio.api.enums.v1 import EventType, TimeoutType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from bench.customers import followed
from bench.stack import data_directory, running_on
from leadrelay.stack.data_directory import DataDirectory
from services.chassis.settings import Settings, parse_key_ring
from services.chassis.temporal import leadrelay_plugin
from services.chassis.temporal.task_queues import backlogs
from workflows.contracts import queues
from workflows.contracts.base import InboundCall
from workflows.customer_care.workflow import CustomerCare

CUSTOMERS = 500
# How many calls of the customer each care has behind it: together with its reminders, over 100 events.
CALLS = 14
AT_ONCE = 50
# The next step of each is due after this time, and nothing runs for as long.
ABSENT_SECONDS = 90
PATIENCE_SECONDS = 300
HISTORY = Path(__file__).parents[1] / "tests" / "replay" / "histories" / "0.1.0" / "customer_care_long-0001.json"
REPLAYS = 60
UNBOUNDED = {
    "LEADRELAY_WORKFLOW_SANDBOX": "true",
    "LEADRELAY_MAX_CONCURRENT_WORKFLOW_TASKS": "100",
    "LEADRELAY_MAX_CONCURRENT_ACTIVITIES": "100",
    "LEADRELAY_MAX_POLLERS": "100",
}
# Nobody answers a nudge, so each goes from one reminder to the next.
POLICY = {
    "default_interval": 4,
    "shortest_interval": 2,
    "nudge_ahead": 0,
    "nudge_gap": 1,
    "working_days_only": False,
    "contact_hours": None,
    "max_escalations": 20,
    "care_starts_per_second": 60,
    "answer_within": ABSENT_SECONDS,
}
OUTCOMES = ("completed", "timed out", "offered to the worker that is gone", "failed")


@dataclass
class Restart:
    """What one restart took. Ages and times in seconds; `level_after` is 0 if it never was."""

    level_after: float = 0.0
    oldest: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    tasks: Counter[str] = field(default_factory=Counter)
    warnings: int = 0

    def __str__(self) -> str:
        wrong = ", ".join(f"{self.tasks[name]} {name}" for name in OUTCOMES)
        level = f"level after {self.level_after:.1f} s" if self.level_after else f"not level in {PATIENCE_SECONDS} s"
        return (
            f"{level}; oldest task {self.oldest:.1f} s; worker: {self.cpu:.1f} s of CPU, "
            f"{self.memory / 1e6:.0f} MB, {self.warnings} warnings; workflow tasks: {wrong}"
        )


def content(customers: int) -> bytes:
    """A CSV file with one old order for each customer."""
    rows = "".join(f"Customer {n},+380{500000000 + n},{n},01.03.2026,FTL-20,2,28500\n" for n in range(customers))
    return f"Company,Phone,Order number,Order date,Product,Quantity,Price\n{rows}".encode()


async def reminded(conn: asyncpg.Connection, since: datetime) -> int:
    """How many customers have had a reminder since then."""
    found = await conn.fetchval(
        "SELECT count(DISTINCT split_part(key, ':', 2)) FROM effects WHERE key LIKE '%:escalate:%' AND at >= $1", since
    )
    return int(found)


async def work_opened(conn: asyncpg.Connection, kind: str) -> int:
    """How much work of this kind has been opened in all."""
    return int(await conn.fetchval("SELECT count(*) FROM work_items WHERE kind = $1", kind))


async def grow(data: Path, customers: int) -> None:
    """Import the customers, and let each call in again and again until their histories are long."""
    async with running_on(data) as stack:
        await stack.set_policies({"account_mgmt": POLICY})
        supervisor = stack.client("account_mgmt", "supervisor", "iryna")
        person = {"id": "oleh", "name": "Oleh", "capacity": 100_000}
        (await supervisor.post("/v1/account-managers", json=person)).raise_for_status()
        await followed(supervisor, content(customers))
        conn = await asyncpg.connect(stack.dsn("account_mgmt"))
        while await work_opened(conn, "nudge") < customers:
            await asyncio.sleep(1)
        plugin = leadrelay_plugin(parse_key_ring(DataDirectory(data).codec_keys()))
        client = await Client.connect(stack.addresses["temporal"], plugins=[plugin])
        cares = [care.id async for care in client.list_workflows("WorkflowType = 'CustomerCare'")]
        for number in range(1, CALLS + 1):
            gate = asyncio.Semaphore(AT_ONCE)
            await asyncio.gather(*(call_in(client, care, number, gate) for care in cares))
            while await work_opened(conn, "inbound") < customers * number:
                await asyncio.sleep(0.1)
        await conn.close()


async def call_in(client: Client, care: str, number: int, gate: asyncio.Semaphore) -> None:
    """Let one customer call."""
    call_id = f"{care}:{number}"
    call = InboundCall(event_id=call_id, at=datetime.now(UTC), by="switchboard", inbound_call_id=call_id)
    async with gate:
        await client.get_workflow_handle(care).signal("inbound_called", call)


async def restart(data: Path, customers: int, settings: dict[str, str]) -> Restart:
    """Start the stack on what is due and watch it until every customer has had a step and nothing waits."""
    found, began, since = Restart(), time.perf_counter(), datetime.now(UTC)
    log = data / "logs" / "account_mgmt_worker.log"
    before = log.stat().st_size
    async with running_on(data, settings) as stack:
        client = await Client.connect(stack.addresses["temporal"])
        conn = await asyncpg.connect(stack.dsn("account_mgmt"))
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await reminded(conn, since) < customers or await waits(client, found):
                    await asyncio.sleep(0.25)
                found.level_after = time.perf_counter() - began
        found.cpu, found.memory = used_by_the_worker(data)
        found.tasks = await outcomes(client, since)
        await conn.close()
    found.warnings = len(re.findall(rb"TMPRL1104|TMPRL1101|Task not found", log.read_bytes()[before:]))
    return found


async def waits(client: Client, found: Restart) -> bool:
    """Whether tasks of tier 3 wait; remembers the oldest."""
    backlog = await backlogs(client, (queues.ACCOUNT_MGMT,))
    found.oldest = max(found.oldest, *(queue.oldest for queue in backlog))
    return any(queue.waiting for queue in backlog)


def used_by_the_worker(data: Path) -> tuple[float, int]:
    """CPU seconds and resident bytes of tier 3's worker."""
    for process in psutil.process_iter(["cmdline", "environ"]):
        words = process.info["cmdline"] or []
        if words[-2:] == ["worker", "account_mgmt"] and str(data) in str(process.info["environ"]):
            times = process.cpu_times()
            return times.user + times.system, process.memory_info().rss
    return 0.0, 0


async def outcomes(client: Client, since: datetime) -> Counter[str]:
    """How the workflow tasks of this time ended."""
    found: Counter[str] = Counter()
    async for care in client.list_workflows("WorkflowType = 'CustomerCare'"):
        events = (await client.get_workflow_handle(care.id, run_id=care.run_id).fetch_history()).events
        found.update(outcome(event) for event in events if event.event_time.ToDatetime(UTC) >= since)
        found["events"] = max(found["events"], len(events))
    return found


def outcome(event: HistoryEvent) -> str:
    """How a workflow task ended, if this event says so."""
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
        return "completed"
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
        return "failed"
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
        kind = event.workflow_task_timed_out_event_attributes.timeout_type
        waited = kind == TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START
        return "offered to the worker that is gone" if waited else "timed out"
    return "no task"


async def replay_cost(*, sandbox: bool) -> float:
    """CPU milliseconds to replay one recorded history, start of the replayer included."""
    replayer = Replayer(workflows=[CustomerCare], plugins=[leadrelay_plugin(Settings().key_ring, sandbox=sandbox)])
    history = WorkflowHistory.from_json(HISTORY.stem, HISTORY.read_text())

    async def many() -> AsyncIterator[WorkflowHistory]:
        for number in range(REPLAYS):
            yield WorkflowHistory(f"{HISTORY.stem}:{number}", history.events)

    began = time.process_time()
    await replayer.replay_workflows(many())
    return (time.process_time() - began) / REPLAYS * 1000


async def main(customers: int) -> None:
    """Print what a replay costs, both restarts, and how they compare."""
    inside, outside = await replay_cost(sandbox=True), await replay_cost(sandbox=False)
    print(f"replaying {HISTORY.stem}: {inside:.0f} ms of CPU in the sandbox, {outside:.0f} ms without", flush=True)
    with data_directory() as data:
        await grow(data, customers)
        runs: list[Restart] = []
        for settings in (UNBOUNDED, {}):
            print(f"\nnothing runs for {ABSENT_SECONDS} s", file=sys.stderr)
            await asyncio.sleep(ABSENT_SECONDS)
            runs.append(await restart(data, customers, settings))
            print(f"{'as it comes' if not settings else 'the SDK limits, sandboxed'}: {runs[-1]}", flush=True)
    before, after = runs
    print(f"{customers} customers, {after.tasks['events']} events in the longest history")
    print(
        f"CPU {before.cpu / after.cpu:.1f} times less, level {before.level_after / after.level_after:.1f} times sooner"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS))
