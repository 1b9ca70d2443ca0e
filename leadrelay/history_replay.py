"""`leadrelay replay`: would the code at hand still carry the leads that are under way?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

from google.protobuf.json_format import ParseError
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from services.chassis.temporal import leadrelay_plugin
from workflows.campaign import Campaign
from workflows.cold_call import ColdCall
from workflows.conversion.workflow import Conversion
from workflows.customer_care.workflow import CustomerCare
from workflows.fit_timing import FitTiming
from workflows.open_care import OpenCare
from workflows.publish_catalogue import PublishCatalogue

# A server that stops in the middle ends the replay with its reason.
RPC_TIMEOUT = timedelta(seconds=30)
WORKFLOWS = (ColdCall, Conversion, CustomerCare, Campaign, PublishCatalogue, FitTiming, OpenCare)
KeyRing = Sequence[tuple[str, bytes]]


async def replay(histories: AsyncIterator[WorkflowHistory], key_ring: KeyRing) -> tuple[int, dict[str, str]]:
    """How many were replayed, and what is wrong with each that no longer fits, by workflow and run id."""
    replayer = Replayer(workflows=WORKFLOWS, plugins=[leadrelay_plugin(key_ring)])
    count, failures = 0, {}
    async for history in histories:
        count += 1
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        if result.replay_failure is not None:
            failures[f"{history.workflow_id} ({history.run_id})"] = str(result.replay_failure)
    return count, failures


async def from_directory(directory: Path) -> AsyncIterator[WorkflowHistory]:
    """Histories kept as JSON, one a file, named after the workflow's id. Raises ValueError for another file."""
    for path in await asyncio.to_thread(lambda: sorted(directory.glob("*.json"))):
        text = await asyncio.to_thread(path.read_text, encoding="utf-8")
        try:
            yield WorkflowHistory.from_json(path.stem, text)
        except (ValueError, KeyError, TypeError, AttributeError, ParseError) as error:
            raise ValueError(f"{path} is no history: {error}") from None


async def from_server(client: Client, since: str | None) -> AsyncIterator[WorkflowHistory]:
    """Histories of everything that runs, or that ran since this moment (RFC 3339)."""
    query = f"StartTime >= '{since}' OR CloseTime >= '{since}'" if since else "ExecutionStatus = 'Running'"
    async for one in client.list_workflows(query, rpc_timeout=RPC_TIMEOUT):
        yield await client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history(rpc_timeout=RPC_TIMEOUT)
