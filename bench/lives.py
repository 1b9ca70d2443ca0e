"""What a standard life costs in Temporal, and how many lives a second Leadrelay carries: `python -m bench.lives`.

Events are counted in the histories of one life, actions by the list at docs.temporal.io/evaluate/cloud/actions. For
lives per second a crew works through REST as fast as it can. The limit is bare workflows with the same signals, timers
and activities, on the same server in the same run.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from bench.bare import Steps, lives_per_second
from bench.crew import POLICIES, Crew
from bench.stack import running_stack
from workflows.contracts import ids

LIVES = 250
# A bare relay for comparison: no updates of search attributes, no reports to the register, no business code.
PROTOTYPE = {"events": 87, "actions": 35, "lives a second": 7}
LOCAL_MARKER = "core_local_activity"
ACTIONS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: "workflow",
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: "activity",
    EventType.EVENT_TYPE_TIMER_STARTED: "timer",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: "signal",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: "update",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "search attributes",
}


def actions(events: Iterable[HistoryEvent]) -> Counter[str]:
    """Billed actions by kind. Each attempt of an activity counts; the local activities of a workflow task are one."""
    found: Counter[str] = Counter()
    tasks_with_local = set()
    for event in events:
        if event.marker_recorded_event_attributes.marker_name == LOCAL_MARKER:
            tasks_with_local.add(event.marker_recorded_event_attributes.workflow_task_completed_event_id)
        elif kind := ACTIONS.get(event.event_type):
            found[kind] += 1
        found["activity"] += max(0, event.activity_task_started_event_attributes.attempt - 1)
    found["local activities"] = len(tasks_with_local)
    return +found


async def histories(client: Client, lead_id: str) -> dict[str, list[HistoryEvent]]:
    """The events of a life's three workflows, once they have dealt with its last answer."""
    names = (ids.cold_call(lead_id), ids.conversion(lead_id), ids.customer(lead_id))
    before: dict[str, list[HistoryEvent]] = {}
    async with asyncio.timeout(60):
        while True:
            found = {
                name.split(":")[0]: list((await client.get_workflow_handle(name).fetch_history()).events)
                for name in names
            }
            if before and {k: len(v) for k, v in found.items()} == {k: len(v) for k, v in before.items()}:
                return found
            before = found
            await asyncio.sleep(2)


def show_costs(life: dict[str, list[HistoryEvent]], reports: int) -> None:
    """Print events and actions of each workflow, of the reports (an activity each), and of the whole life."""
    costs = {name: actions(events) for name, events in life.items()}
    for name, events in life.items():
        detail = ", ".join(f"{kind} {count}" for kind, count in sorted(costs[name].items()))
        print(f"{name:<12} {len(events):>4} events {costs[name].total():>4} actions  ({detail})")
    total = sum(len(events) for events in life.values())
    billed = sum(cost.total() for cost in costs.values())
    print(f"{'reports':<12} {0:>4} events {reports:>4} actions")
    print(f"{'a life':<12} {total:>4} events {billed + reports:>4} actions")
    print(f"{'prototype':<12} {PROTOTYPE['events']:>4} events {PROTOTYPE['actions']:>4} actions (about)")


async def main() -> None:
    """Print what one life costs, then how many there are per second."""
    async with running_stack(POLICIES) as stack:
        client = await Client.connect(stack.addresses["temporal"])
        await stack.leads(1)
        crew = Crew(stack)
        await crew.open()
        await crew.work(1)
        life = await histories(client, next(iter(crew.leads)))
        show_costs(life, (await client.count_activities("")).count)
        await stack.leads(LIVES, first=1)
        began = time.perf_counter()
        await crew.work(LIVES)
        ours = LIVES / (time.perf_counter() - began)
        steps = {
            name: Steps(cost["signal"], cost["activity"], cost["local activities"], cost["timer"])
            for name, cost in ((name, actions(events)) for name, events in life.items())
        }
        bare = await lives_per_second(stack.addresses["temporal"], LIVES, steps)
    print(f"lives a second: {ours:.1f}; bare workflows: {bare:.1f}; ratio {bare / ours:.1f}")


if __name__ == "__main__":
    asyncio.run(main())
