"""What a standard life costs Temporal, and how many of them a second the house carries.

`python -m bench.lives`. Events are counted in the histories of one life, actions by the list of
docs.temporal.io/evaluate/cloud/actions. Lives a second: a crew works as fast as it is let, all through REST; beside
it bare workflows with the same signals, timers and activities, on the same server in the same run.
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
# Beside ours, without search attributes' updates, register reports or business code.
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
    """Billed actions by kind: every attempt of an activity, and all local activities of a workflow task as one."""
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
    """The events of the three workflows of a life, once its last answer has been worked through."""
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


def show_costs(life: dict[str, list[HistoryEvent]]) -> None:
    """Events and actions of each workflow and of the life."""
    costs = {name: actions(events) for name, events in life.items()}
    for name, events in life.items():
        detail = ", ".join(f"{kind} {count}" for kind, count in sorted(costs[name].items()))
        print(f"{name:<12} {len(events):>4} events {costs[name].total():>4} actions  ({detail})")
    total = sum(len(events) for events in life.values())
    billed = sum(cost.total() for cost in costs.values())
    print(f"{'a life':<12} {total:>4} events {billed:>4} actions")
    print(f"{'prototype':<12} {PROTOTYPE['events']:>4} events {PROTOTYPE['actions']:>4} actions (about)")


async def main() -> None:
    """Print what one life costs, then how many a second."""
    async with running_stack(POLICIES) as house:
        client = await Client.connect(house.addresses["temporal"])
        await house.leads(1)
        crew = Crew(house)
        await crew.open()
        await crew.work(1)
        life = await histories(client, next(iter(crew.leads)))
        show_costs(life)
        await house.leads(LIVES, first=1)
        began = time.perf_counter()
        await crew.work(LIVES)
        ours = LIVES / (time.perf_counter() - began)
        steps = {
            name: Steps(cost["signal"], cost["activity"], cost["local activities"], cost["timer"])
            for name, cost in ((name, actions(events)) for name, events in life.items())
        }
        bare = await lives_per_second(house.addresses["temporal"], LIVES, steps)
    print(f"lives a second {ours:.1f}, bare workflows {bare:.1f}, ratio {bare / ours:.1f}")


if __name__ == "__main__":
    asyncio.run(main())
