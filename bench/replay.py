"""How long `leadrelay replay` takes before a deploy, beside the SDK's own replayer on the same histories.

`python -m bench.replay [WORKFLOWS]`. A development server gets that many cold calls, each with two calls behind it, of
which half still run. The limit is one replayer in one process that has all histories in memory already.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from leadrelay.replay.code import WORKFLOWS
from leadrelay.replay.sources import Choice, Server
from services.chassis.settings import Settings
from services.chassis.temporal import leadrelay_plugin
from services.chassis.worker import make_worker
from tests.fixtures.temporal import own_server
from tests.workflows.fakes import FakeLeadGen
from tests.workflows.tiers import activities_in
from workflows.cold_call import ColdCall
from workflows.contracts import ids, queues
from workflows.contracts import lead_gen as lg
from workflows.contracts.base import Tier

COUNT = 2300
AT_ONCE = 20


async def _now() -> datetime:
    return datetime.now(UTC)


async def fill(client: Client, count: int) -> None:
    """Start the cold calls; nobody answers the first call, and half of them say no to the second."""
    gate = asyncio.Semaphore(AT_ONCE)
    calls = FakeLeadGen(_now)

    async def one(number: int) -> None:
        lead = f"lead-{number}"
        async with gate:
            handle: Any = await client.start_workflow(
                ColdCall.run,
                lg.ColdCallInput(lead_id=lead, campaign_id="spring"),
                id=ids.cold_call(lead),
                task_queue=queues.LEAD_GEN,
            )
            outcomes = (lg.CallOutcome.NO_ANSWER, lg.CallOutcome.NOT_INTERESTED)
            for attempt, outcome in enumerate(outcomes[: 1 + number % 2], start=1):
                answer = lg.CallAnswered(
                    event_id=f"{lead}:{attempt}", at=await _now(), by="anna", item_id="item", attempt=attempt,
                    outcome=outcome,
                )  # fmt: skip
                await handle.signal(ColdCall.call_answered, answer)
            if number % 2:
                await handle.result()

    async with make_worker(client, Settings(), Tier.LEAD_GEN, [ColdCall], activities_in(calls)):
        await asyncio.gather(*(one(number) for number in range(count)))
        await calls.nth(lg.OpenCall, 2 * (count - count // 2))


async def command(address: str, *arguments: str) -> float:
    """Seconds of one `leadrelay replay`, whose last line is printed."""
    with tempfile.TemporaryDirectory() as empty:
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "leadrelay", "replay", "--data", empty, *arguments,
            env={**os.environ, "TEMPORAL_ADDRESS": address}, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
    print(f"leadrelay replay {' '.join(arguments)}: {told.decode().splitlines()[-1]}", flush=True)
    return time.perf_counter() - began


async def limit(client: Client, count: int) -> float:
    """Seconds of the SDK's replayer, without a word to the server."""
    server = Server(client)
    runs = await server.runs(Choice(since="2020-01-01T00:00:00Z", limit=count))
    histories = [history for run in runs if (history := await server.history(run)) is not None]

    async def all_of_them() -> AsyncIterator[WorkflowHistory]:
        for history in histories:
            yield history

    plugin = leadrelay_plugin(Settings().key_ring, sandbox=False)
    began = time.perf_counter()
    await Replayer(workflows=WORKFLOWS, plugins=[plugin]).replay_workflows(all_of_them())
    return time.perf_counter() - began


async def main(count: int) -> None:
    """Print each time and the ratio."""
    async with own_server() as client:
        began = time.perf_counter()
        await fill(client, count)
        print(f"{count} cold calls made in {time.perf_counter() - began:.0f} s", flush=True)
        address = client.service_client.config.target_host
        whole = await command(address, "--since", "1d")
        await command(address, "--since", "1d", "--at-once", "1")
        await command(address, "--since", "1d", "--sample", "200")
        bare = await limit(client, count)
        print(f"limit, one replayer with all histories in memory: {bare:.1f} s; ratio {whole / bare:.1f}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
