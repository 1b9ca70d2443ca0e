"""The rates of a running stack, asked of its three tiers' reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from leadrelay.stack.data_directory import DataDirectory
from leadrelay.stack.errors import StackError
from leadrelay.stack.status import read_status
from services.ops.domain.planner.assumptions import Assumptions
from services.ops.domain.planner.measured import measured

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
        issuer = directory.issuer()
        reports = [
            _report(
                f"{status.addresses[tier]}/v1/reports/{report}",
                issuer.mint(tier=tier, role="supervisor", person="planner"),
            )
            for tier, report in (("lead_gen", "callers"), ("conversion", "managers"), ("account_mgmt", "nudges"))
        ]
    except (StackError, httpx.HTTPError) as error:
        raise NoRecords(str(error)) from None
    callers, managers, nudges = reports
    return measured(Assumptions(), callers["items"], managers["team"], nudges)


def _report(url: str, token: str) -> dict[str, Any]:
    answer = httpx.get(url, headers={"authorization": f"Bearer {token}"}, timeout=TIMEOUT)
    answer.raise_for_status()
    report: dict[str, Any] = answer.json()
    return report
