"""The rates of a running stack, asked of its three tiers' reports."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from leadrelay.stack.data_directory import DataDirectory
from leadrelay.stack.errors import StackError
from leadrelay.stack.status import read_status
from services.chassis.errors import Unavailable
from services.ops.actions.plans import read_rates
from services.ops.domain.planner.assumptions import Assumptions
from services.ops.tiers import TierApis

TIMEOUT = 10.0


class NoRecords(Exception):
    """Nobody can be asked; the text says why."""


def from_stack(data: Path) -> Assumptions:
    """Assumptions with what the stack in this directory has measured. Raises NoRecords."""
    directory = DataDirectory(data)
    try:
        status = read_status(directory)
        if not status.running:
            raise NoRecords(f"no stack runs on {status.data}")
        token = directory.issuer().mint(tier="ops", role="ops", person="planner")
        return asyncio.run(_ask(status.addresses, token))
    except (StackError, Unavailable) as error:
        raise NoRecords(str(error)) from None


async def _ask(addresses: dict[str, str], token: str) -> Assumptions:
    async with httpx.AsyncClient(timeout=TIMEOUT) as http:
        return await read_rates(TierApis(http, addresses, token))
