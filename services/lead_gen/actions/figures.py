"""Tier 1's figures for Prometheus: those of its records, and supply, which is worked out from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.db import Connection
from services.chassis.durable_figures import DURABLE
from services.chassis.figures import RARELY, Figure
from services.lead_gen.actions.supply import supply_now
from services.lead_gen.repository.figures import FIGURES as OF_RECORDS


async def _supply_leads(conn: Connection) -> Sequence[Mapping[str, Any]]:
    now = await supply_now(conn)
    ahead = now.forecast
    found = {
        "in_stock": now.in_stock,
        "expected": ahead.expected,
        "expected_low": ahead.low,
        "expected_high": ahead.high,
        "demand": ahead.demand,
    }
    return [{"what": what, "value": value} for what, value in found.items()]


async def _runs_dry(conn: Connection) -> Sequence[Mapping[str, Any]]:
    return [{"value": (await supply_now(conn)).forecast.runs_dry}]


SUPPLY = (
    Figure(
        "leadrelay_supply_leads",
        "Interested leads until the callers' next shift: in stock for tier 2, expected with its 90 % interval, and "
        "the managers' demand.",
        _supply_leads,
        ("what",),
        every=RARELY,
    ),
    Figure(
        "leadrelay_supply_runs_dry_ratio",
        "Probability that tier 2 runs dry before the callers' next shift, 0 to 1.",
        _runs_dry,
        every=RARELY,
    ),
)

FIGURES = (*DURABLE, *OF_RECORDS, *SUPPLY)
