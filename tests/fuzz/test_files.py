"""Real files, damaged at random: no upload is answered with 5xx, none hangs, swells or stays unfinished.

Each goes through its route, the process that reads it, and the worker's round. `LEADRELAY_FUZZ=10000 python -m pytest
-s tests/fuzz` (or `make fuzz`) tries that many, other ones each time, and prints what it saw; LEADRELAY_FUZZ_SEED
repeats a run.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import psutil
import pytest
import pytest_asyncio

from services.account_mgmt.actions import imports as tier_3_imports
from services.account_mgmt.actions.bank_statements import run_statements
from services.chassis.db import Pool
from services.lead_gen.actions import imports as tier_1_imports
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from tests.fuzz.mutants import Mutant, mutant
from workflows.contracts.base import Tier

COUNT = int(os.environ.get("LEADRELAY_FUZZ", "0"))
SEED = int(os.environ.get("LEADRELAY_FUZZ_SEED", "0"))
FEW = 320
BATCH = 40
SECONDS = 10
GROWTH_BYTES = 300 << 20


@pytest_asyncio.fixture(scope="module")
async def office(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("fuzz_leads", tier=Tier.LEAD_GEN)) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def customers(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("fuzz_customers", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


class Desk:
    """Sends files and lets the workers do their rounds; keeps what it saw."""

    def __init__(self, office: Tier1, customers: Tier3) -> None:
        self.office, self.customers = office, customers
        self.statuses: Counter[int] = Counter()
        self.sent: dict[str, int] = {}

    async def take(self, batch: Sequence[Mutant]) -> float:
        """Take them together; the seconds that took."""
        began = time.monotonic()
        await asyncio.gather(*(self._send(one) for one in batch))
        await asyncio.gather(
            tier_1_imports.run_imports(self.office.pool),
            tier_3_imports.run_imports(self.customers.pool),
            run_statements(self.customers.pool),
        )
        took = time.monotonic() - began
        await self._check(self.office.pool, "imports")
        await self._check(self.customers.pool, "imports")
        await self._check(self.customers.pool, "bank_statements")
        return took

    async def _send(self, one: Mutant) -> None:
        http, headers = (self.office.http, {}) if one.leads else (self.customers.http, boss())
        answer = await http.post(one.path, files={"file": (one.name, one.content)}, data=one.form, headers=headers)
        self.statuses[answer.status_code] += 1
        assert answer.status_code in (201, 202, 415, 422), (one.number, answer.text)
        if answer.status_code < 300:
            self.sent[answer.json()["id"]] = one.number
        else:
            assert answer.json()["errors"], (one.number, answer.text)

    async def _check(self, pool: Pool, table: str) -> None:
        """Nothing is left unfinished, and nothing failed for another reason than what is in the file."""
        rows = await pool.fetch(
            f"""SELECT id, state, error FROM {table}
                 WHERE finished_at IS NULL OR attempts > 0 OR error LIKE 'It was tried%'"""
        )
        assert [(self.sent.get(row["id"]), dict(row)) for row in rows] == []


@pytest.mark.timeout(300 + COUNT)
async def test_damaged_files_are_taken_or_refused(office: Tier1, customers: Tier3) -> None:
    """The same few each time, or as many as were asked for."""
    seed = SEED or (secrets.randbits(32) if COUNT else 1)
    if COUNT:
        print(f"\nseed {seed}")  # noqa: T201 - a failure is repeated with it
    desk, slowest, before = Desk(office, customers), 0.0, psutil.Process().memory_info().rss
    peak = before
    for first in range(0, COUNT or FEW, BATCH):
        batch = [mutant(seed, number) for number in range(first, first + BATCH)]
        took = await desk.take(batch)
        if took > SECONDS:
            # Which one was it, or are there only many?
            took = max([await desk.take([one]) for one in batch])
        slowest, peak = max(slowest, took), max(peak, psutil.Process().memory_info().rss)
        assert took < SECONDS, f"files {first} to {first + BATCH} of seed {seed}"
        assert peak - before < GROWTH_BYTES, f"files up to {first + BATCH} of seed {seed}"
    if COUNT:
        answers = ", ".join(f"{count:,} with {status}" for status, count in sorted(desk.statuses.items()))
        told = f"{desk.statuses.total():,} files: {answers}"
        print(f"{told}; slowest {slowest:.1f} s, {before >> 20} MB before, {peak >> 20} at most")  # noqa: T201 - asked for
