"""Figures of a tier's database for Prometheus: one worker at a time reports them, and one that fails stops no other."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from leadrelay.monitoring.catalogue import OF_EVERY_PROCESS
from services.account_mgmt.repository.figures import FIGURES as ACCOUNT_MGMT
from services.chassis import work_items
from services.chassis.background import Background
from services.chassis.db import Connection, Pool, create_pool
from services.chassis.durable_figures import DURABLE
from services.chassis.figures import Figure, FigureReporter, sql
from services.chassis.lease_return import LeaseReturn
from services.chassis.worker_health import Health, build_health_app
from services.conversion.repository.figures import FIGURES as CONVERSION
from services.lead_gen.actions.figures import FIGURES as LEAD_GEN
from tests.fixtures.http import api_client
from tests.fixtures.metrics import promtool
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier

OF_TIERS = {Tier.LEAD_GEN: LEAD_GEN, Tier.CONVERSION: CONVERSION, Tier.ACCOUNT_MGMT: ACCOUNT_MGMT}
LEAD = "0192e0a0-0000-7000-8000-000000000001"
ONE = Figure("leadrelay_ones", "Ones.", sql("SELECT 1 AS value"))
BROKEN = Figure("leadrelay_broken", "Broken.", sql("SELECT 1 / 0 AS value"))


@pytest_asyncio.fixture
async def pool(fresh_database: FreshDatabase) -> AsyncIterator[Pool]:
    pool = await create_pool(await fresh_database("figures"), application_name="test")
    yield pool
    await pool.close()


async def told(reporter: FigureReporter, pool: Pool) -> dict[str, dict[tuple[str, ...], float]]:
    """What a scrape shows: by metric and its labels' values."""
    return {
        metric.name: {tuple(sample.labels.values()): sample.value for sample in metric.samples}
        for metric in await reporter.collect(pool)
    }


def kinds(shown: str) -> set[str]:
    """The metrics that an exposition tells of."""
    return {line.split()[2] for line in shown.splitlines() if line.startswith("# TYPE")}


@pytest.mark.parametrize("tier", Tier)
async def test_every_figure_of_a_tier_can_be_read_and_is_named_as_prometheus_asks(
    fresh_database: FreshDatabase, tier: Tier
) -> None:
    pool = await create_pool(await fresh_database(f"figures_{tier}", tier=tier, policy="demo"), application_name="test")
    reporter = FigureReporter(tier, OF_TIERS[tier])
    await reporter.look(pool)
    found = await told(reporter, pool)
    assert found["leadrelay_figures_unread"] == {(tier,): 0}
    assert {figure.name for figure in OF_TIERS[tier]} <= set(found)
    leases, background = LeaseReturn(), Background(asyncio.Event())
    async with api_client(
        build_health_app(Health(pool), pool, [reporter.collect, leases.collect, background.collect])
    ) as http:
        shown = (await http.get("/metrics")).text
    await pool.close()
    assert {*OF_EVERY_PROCESS, *(figure.name for figure in OF_TIERS[tier])} <= kinds(shown)
    checked = subprocess.run([promtool(), "check", "metrics"], input=shown, text=True, capture_output=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@pytest.mark.parametrize("tier", Tier)
def test_no_figure_has_a_label_that_means_something_else_to_prometheus(tier: Tier) -> None:
    taken = {"tier", "job", "instance", "le", "quantile", "exported_job", "alertname"}
    assert [figure.name for figure in OF_TIERS[tier] if taken & set(figure.labels)] == []


async def test_one_worker_of_a_tier_reports_and_another_takes_over(pool: Pool) -> None:
    first, second = FigureReporter("t", [ONE], timedelta(0)), FigureReporter("t", [ONE])
    patient = FigureReporter("t", [ONE])
    await second.look(pool)
    await patient.look(pool)
    assert (await told(second, pool))["leadrelay_ones"] == {("t",): 1}
    assert await told(patient, pool) == {}
    await pool.execute("DELETE FROM figure_reporter")
    # A worker that stopped: its lease of no time at all has run out.
    await first.look(pool)
    assert await told(first, pool) == {}
    await patient.look(pool)
    await second.look(pool)
    assert (await told(patient, pool))["leadrelay_ones"] == {("t",): 1}
    assert await told(second, pool) == {}


async def test_a_figure_that_cannot_be_read_is_missing_and_counted_and_the_others_stay(pool: Pool) -> None:
    reporter = FigureReporter("t", [BROKEN, ONE])
    await reporter.look(pool)
    found = await told(reporter, pool)
    assert found == {"leadrelay_figures_unread": {("t",): 1}, "leadrelay_ones": {("t",): 1}}


async def test_a_slow_figure_is_read_rarely(pool: Pool) -> None:
    asked = {"often": 0, "rarely": 0}

    def counted(name: str, every: float) -> Figure:
        async def read(_: Connection) -> Sequence[Mapping[str, Any]]:
            asked[name] += 1
            return [{"value": asked[name]}]

        return Figure(f"leadrelay_{name}", "Asked.", read, every=every)

    reporter = FigureReporter("t", [counted("often", 0), counted("rarely", 3600)])
    for _ in range(3):
        await reporter.look(pool)
    assert asked == {"often": 3, "rarely": 1}


async def test_work_is_told_by_whether_it_is_due_and_how_long_it_has_waited(pool: Pool) -> None:
    async with pool.acquire() as conn:
        for key in ("now", "later"):
            await work_items.open_item(conn, work_items.NewItem(kind="call", key=key, workflow_id="w", lead_id=LEAD))
        await conn.execute("UPDATE work_items SET not_before = now() + interval '1 day' WHERE key = 'later'")
        await conn.execute(
            """UPDATE work_items SET opened_at = now() - interval '1 hour', not_before = now() - interval '1 hour'
                WHERE key = 'now'"""
        )
    reporter = FigureReporter("t", DURABLE)
    await reporter.look(pool)
    found = await told(reporter, pool)
    assert found["leadrelay_work_items"] == {("t", "call", "due"): 1, ("t", "call", "waiting"): 1}
    assert found["leadrelay_work_items_oldest_seconds"][("t", "call")] == pytest.approx(3600, abs=60)
