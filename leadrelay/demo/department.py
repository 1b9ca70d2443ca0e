"""The sample department at work: opens, seats everybody, reports progress, goes home when told to.

`leadrelay demo` runs it against a stack, see `process.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import httpx

from leadrelay.demo import account_managers, managers
from leadrelay.demo.callers import Caller
from leadrelay.demo.chairs import Chairs
from leadrelay.demo.counts import Counts, Reporter
from leadrelay.demo.customers import Buyers, Payers, Subscribers, Telephone
from leadrelay.demo.day import Day, DayOver, Mint, keep_working
from leadrelay.demo.letters import Letters
from leadrelay.demo.opening import Tell, open_department
from leadrelay.demo.people import ACCOUNT_MANAGERS, CALLERS, MANAGERS
from leadrelay.demo.queue_age import QueueAge
from leadrelay.demo.stock import Stock

SEED: Final = 20240527


async def run_department(
    addresses: Mapping[str, str],
    mint: Mint,
    stop: asyncio.Event,
    on_progress: Callable[[Counts], None],
    *,
    workers: Sequence[str] = (),
    tell: Tell = lambda _: None,
    seed: int = SEED,
    mailbox: str | None = None,
) -> None:
    """Open the department and let it work until `stop` is set.

    `addresses` maps each tier to its base address, `mint(tier, role, person)` makes a bearer token, `on_progress` is
    given a snapshot every two seconds, `tell` a sentence for each step of the opening. Services may be restarted
    meanwhile. While the health pages of `workers` tell of old tasks, the staff waits. Customers answer
    mail at `mailbox`, the mail catcher's page. Raises OpeningFailed when the department cannot begin.
    """
    async with httpx.AsyncClient(timeout=15.0) as http:
        run = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        day = Day(addresses=addresses, mint=mint, stop=stop, http=http, seed=seed, run=run)
        try:
            campaign_id = await open_department(day, tell)
        except DayOver:
            return
        await _everybody(day, campaign_id, on_progress, QueueAge(day, workers), mailbox)


async def _everybody(
    day: Day, campaign_id: str, on_progress: Callable[[Counts], None], queue_age: QueueAge, mailbox: str | None
) -> None:
    turns = {f"caller {who.id}": Caller(day, who).turn for who in CALLERS}
    turns |= {f"manager {who.id}": managers.Manager(day, who).turn for who in MANAGERS}
    turns |= {f"account manager {who.id}": account_managers.AccountManager(day, who).turn for who in ACCOUNT_MANAGERS}
    turns |= {"payers": Payers(day).turn, "buyers": Buyers(day).turn, "telephone": Telephone(day).turn}
    turns |= {"subscribers": Subscribers(day).turn}
    turns |= {"supervisor 2": managers.Supervisor(day).turn, "supervisor 3": account_managers.Supervisor(day).turn}
    if mailbox is not None:
        turns["letters"] = Letters(day, mailbox).turn
    turns = {name: queue_age.patient(turn) for name, turn in turns.items()}
    turns |= {f"chairs of {tier}": Chairs(day, tier).turn for tier in day.addresses}
    turns |= {"stock": Stock(day, campaign_id).turn}
    turns |= {"reporter": Reporter(day, on_progress).turn, "queue age": queue_age.turn}
    async with asyncio.TaskGroup() as office:
        for name, turn in turns.items():
            office.create_task(keep_working(day, name, turn), name=name)
