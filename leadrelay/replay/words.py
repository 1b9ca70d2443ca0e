"""What a history says at an event, why code does not fit it, and how that is mended: in words, without contact data."""

from __future__ import annotations

import json
import re

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

MEND = (
    'To mend it, put what is new behind `if workflow.patched("what-changed"):` and keep what was before in the other\n'
    "branch; or give the new story a new workflow name, and keep the old one until nobody runs it (CONTRIBUTING.md,\n"
    "Changing a workflow). What stands here would stand still after a deploy."
)
_EVENT = re.compile(r"HistoryEvent(?:\(id: | \{ event_id: )(\d+)")
_WHOLE_EVENT = re.compile(r"HistoryEvent \{.*", re.DOTALL)
_LOST_PATCH = re.compile(r"patch marker encountered for change (\S+?), but")
_WHAT = re.compile(r"\[TMPRL1100\] (?:Nondeterminism error: )?((?:[^\"\\]|\\.)*)")
_RAISED = re.compile(r"r#type: \"(\w+)\"")
_PLACE = re.compile(r"File \\+\"[^\"]*?((?:workflows|services)/[\w/]+\.py)\\+\", line (\d+)")


def explanation(failure: str, history: WorkflowHistory) -> str:
    """What went wrong in a replay, from the SDK's message about it."""
    if lost := _LOST_PATCH.search(failure):
        return f"it went through the patch `{lost[1]}`, which this code no longer asks for at that point"
    if what := _WHAT.search(failure):
        event = _EVENT.search(what[1])
        said = f"; there the history says: {_said(history, int(event[1]))}" if event else ""
        # Not an event with all that it carries.
        return f"this code gives other commands ({_WHOLE_EVENT.sub('it', what[1]).strip()}){said}"
    raised, places = _RAISED.search(failure), _PLACE.findall(failure)
    if raised and raised[1] == "NotFoundError":
        return f"this code has no workflow {type_of(history)}"
    # Not its message, in which there may be what a customer said.
    where = f" in {places[-1][0]}, line {places[-1][1]}" if places else ""
    return f"this code raises {raised[1] if raised else 'an error'}{where}"


def type_of(history: WorkflowHistory) -> str:
    """The workflow's type, such as ColdCall."""
    return history.events[0].workflow_execution_started_event_attributes.workflow_type.name


def _said(history: WorkflowHistory, event_id: int) -> str:
    found = next((event for event in history.events if event.event_id == event_id), None)
    return f"event {event_id}, {command(found)}" if found is not None else f"event {event_id}"


def command(event: HistoryEvent) -> str:
    """The command behind an event, or the event's own name."""
    match event.WhichOneof("attributes"):
        case "activity_task_scheduled_event_attributes":
            return f"activity {event.activity_task_scheduled_event_attributes.activity_type.name}"
        case "start_child_workflow_execution_initiated_event_attributes":
            return f"child {event.start_child_workflow_execution_initiated_event_attributes.workflow_type.name}"
        case "signal_external_workflow_execution_initiated_event_attributes":
            return f"signal {event.signal_external_workflow_execution_initiated_event_attributes.signal_name}"
        case "marker_recorded_event_attributes":
            return _marker(event)
        case name:
            return (name or "unknown").removesuffix("_event_attributes").replace("_", " ")


def _marker(event: HistoryEvent) -> str:
    marker = event.marker_recorded_event_attributes
    for name, kind, member in (
        ("core_patch", "patch", "id"),
        ("core_local_activity", "local activity", "activity_type"),
    ):
        if marker.marker_name != name:
            continue
        for details in marker.details.values():
            for payload in details.payloads:
                try:
                    known = json.loads(payload.data)
                except ValueError:
                    continue
                if isinstance(known, dict) and member in known:
                    return f"{kind} {known[member]}"
    return f"marker {marker.marker_name}"
