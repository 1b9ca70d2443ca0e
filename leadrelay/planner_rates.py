"""The rates of a running stack, asked of its three tiers' reports."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from leadrelay.stack.data_directory import DataDirectory
from leadrelay.stack.errors import StackError
from leadrelay.stack.status import read_status
from services.chassis.errors import Unavailable
from services.ops.actions.plans import read_known
from services.ops.domain.planner.measured import Known
from services.ops.tiers import TierApis

TIMEOUT = 10.0


class NoRecords(Exception):
    """Nobody can be asked; the text says why."""


def from_stack(data: Path) -> Known:
    """What the stack in this directory has measured. Raises NoRecords."""
    directory = DataDirectory(data)
    try:
        status = read_status(directory)
        if not status.running:
            raise NoRecords(f"no stack runs on {status.data}")
        token = directory.issuer().mint(tier="ops", role="ops", person="planner")
        return asyncio.run(_ask(status.addresses, token))
    except (StackError, Unavailable) as error:
        raise NoRecords(str(error)) from None


async def _ask(addresses: dict[str, str], token: str) -> Known:
    async with httpx.AsyncClient(timeout=TIMEOUT) as http:
        found, missing = await read_known(TierApis(http, addresses, token))
    if missing:
        raise NoRecords("a tier cannot be asked for its rates now")
    return found
