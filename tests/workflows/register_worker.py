"""A worker of tier 1 in a process of its own that begins an activity and never ends it: run by a test that kills it."""

from __future__ import annotations

import asyncio
import sys
from typing import NoReturn

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from services.chassis.settings import Settings
from services.chassis.temporal import leadrelay_plugin
from workflows.contracts.lead_gen import RegisterUpdate


@activity.defn(name="lead_gen.update_register")
async def update_register(_: RegisterUpdate) -> NoReturn:
    """Say that it has begun, then hang."""
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    await asyncio.Event().wait()
    raise AssertionError


async def main(address: str, queue: str) -> None:
    """Work on this queue of this server until killed."""
    client = await Client.connect(address, plugins=[leadrelay_plugin(Settings().key_ring)])
    await Worker(client, task_queue=queue, activities=[update_register]).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
