"""The demo process of the embedded stack: reads the addresses, works, prints progress as lines of JSON.

Lines: `{"kind": "note", "text": ...}` while the department opens, then `{"kind": "progress", "leads": ..., ...}` with
the fields of `Counts`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from leadrelay.demo.counts import Counts
from leadrelay.demo.department import run_department
from leadrelay.demo.opening import OpeningFailed
from leadrelay.demo.people import called
from services.chassis.dev_issuer import DevIssuer

STATE: Final = "state.json"
TIERS: Final = ("lead_gen", "conversion", "account_mgmt")


def main(data: Path, issuer: Path | None = None) -> int:
    """Run the department against the stack in `data` until SIGTERM or SIGINT. Returns the exit code.

    `issuer` is the directory of the development issuer's key, `data/keys` if not given.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    # Per request, httpx says more than anybody wants to read.
    logging.getLogger("httpx").setLevel(logging.ERROR)
    try:
        state = data / STATE
        mailbox = _all_addresses(state).get("mail")
        keys = DevIssuer.open(issuer or data / "keys")
        asyncio.run(_work(addresses_in(state), workers_in(state), keys, mailbox))
    except (OpeningFailed, OSError, ValueError) as problem:
        print(f"the demo cannot work: {problem}", file=sys.stderr)
        return 1
    return 0


def addresses_in(state: Path) -> Mapping[str, str]:
    """Read each tier's address from the stack's state file. Raises OSError or ValueError with the reason."""
    addresses = _all_addresses(state)
    missing = [tier for tier in TIERS if tier not in addresses]
    if missing:
        raise ValueError(f"{state} names no address of {', '.join(missing)}")
    return {tier: str(addresses[tier]) for tier in TIERS}


def workers_in(state: Path) -> list[str]:
    """Read the addresses of the workers' health pages from the stack's state file."""
    return [address for name, address in _all_addresses(state).items() if "_worker" in name]


def _all_addresses(state: Path) -> dict[str, str]:
    addresses: dict[str, str] = json.loads(state.read_text(encoding="utf-8")).get("addresses", {})
    return addresses


async def _work(addresses: Mapping[str, str], workers: Sequence[str], issuer: DevIssuer, mailbox: str | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    def mint(tier: str, role: str, person: str) -> str:
        return issuer.mint(tier=tier, role=role, person=person, name=called(person))

    def show(counts: Counts) -> None:
        _say("progress", leads=counts.leads, **dataclasses.asdict(counts))

    def tell(text: str) -> None:
        _say("note", text=text)

    await run_department(addresses, mint, stop, show, workers=workers, tell=tell, mailbox=mailbox)


def _say(kind: str, **facts: Any) -> None:
    print(json.dumps({"kind": kind, **facts}, ensure_ascii=False), flush=True)
