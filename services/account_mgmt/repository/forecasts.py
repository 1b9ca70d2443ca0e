"""Fits to all purchases, and what they predict for each customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from services.account_mgmt.domain.forecasts import CustomerForecast
from services.account_mgmt.domain.timing.bgnbd import CountModel
from services.account_mgmt.domain.timing.buyers import Buyers
from services.account_mgmt.domain.timing.calibration import Bend
from services.account_mgmt.domain.timing.comeback import Cohorts
from services.account_mgmt.domain.timing.forecast import Models
from services.account_mgmt.domain.timing.rhythm import Level
from services.account_mgmt.domain.timing.seasonal import Returns
from services.account_mgmt.domain.timing.value import ValueModel
from services.chassis.db import Connection

Row = tuple[Any, ...]


async def purchases(conn: Connection, customer_id: str | None = None) -> list[tuple[str, date, float]]:
    """Customer, day and net value of every order that stands; of one customer, or of all who have not left.

    What a contract brings is left out: nobody decided to buy.
    """
    rows = await conn.fetch(
        """SELECT o.customer_id, o.placed_at::date AS day, (o.total - o.tax)::float8 AS net
             FROM orders o JOIN customers c ON c.id = o.customer_id
            WHERE o.state = 'placed' AND o.contract_id IS NULL
              AND (o.customer_id = $1 OR ($1::uuid IS NULL AND c.state <> 'cancelled'))
            ORDER BY o.customer_id, o.placed_at""",
        customer_id,
    )
    return [(row["customer_id"], row["day"], row["net"]) for row in rows]


async def add_fit(
    conn: Connection, models: Models, value: ValueModel | None, *, customers: int, purchases: int, by_gaps: int
) -> int:
    """Write a fit; its version."""
    # An older worker reads `counts`, `gaps`, `gap_wins`, `rhythms` and `comeback`, and uses counts alone.
    older = {"gaps": None, "gap_wins": 0.0, "rhythms": None, "comeback": None}
    body = {**asdict(models), **older, "value": asdict(value) if value else None}
    version: int = await conn.fetchval(
        "INSERT INTO timing_fits (models, customers, purchases, by_gaps) VALUES ($1, $2, $3, $4) RETURNING version",
        body,
        customers,
        purchases,
        by_gaps,
    )
    return version


async def latest_fit(conn: Connection) -> tuple[int | None, Models, ValueModel | None]:
    """The last fit with its version; before the first one, no models."""
    row = await conn.fetchrow("SELECT version, models FROM timing_fits ORDER BY version DESC LIMIT 1")
    if row is None:
        return None, Models(counts=None), None
    body = row["models"]
    # An older fit has neither; the next one will.
    sorts, back = body.get("buyers"), body.get("cohorts")
    models = Models(
        counts=CountModel(**body["counts"]) if body["counts"] else None,
        buyers=_buyers(sorts) if sorts else None,
        cohorts=Cohorts(**back) if back else None,
    )
    return row["version"], models, ValueModel(**body["value"]) if body["value"] else None


def _buyers(body: Mapping[str, Any]) -> Buyers:
    levels = {name: Level(**body[name]) for name in ("level", "level_own", "level_then")}
    returns = Returns(**body["returns"]) if body["returns"] else None
    bend = Bend(**body["bend"]) if body["bend"] else None
    return Buyers(**{**body, **levels, "returns": returns, "bend": bend})


async def write(conn: Connection, rows: Sequence[Row]) -> None:
    """Write forecasts, each with its values in the order of the table's columns."""
    await conn.executemany(
        """INSERT INTO forecasts (customer_id, speaker, expected_low, expected_at, expected_high, p_alive, p_buys,
                                  order_value, expected_value, fit_version)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           ON CONFLICT (customer_id) DO UPDATE
              SET speaker = $2, expected_low = $3, expected_at = $4, expected_high = $5, p_alive = $6, p_buys = $7,
                  order_value = $8, expected_value = $9, fit_version = $10, at = now()""",
        rows,
    )


async def of_customer(conn: Connection, customer_id: str) -> CustomerForecast | None:
    """What is predicted for a customer, or none."""
    return CustomerForecast.maybe(await conn.fetchrow("SELECT * FROM forecasts WHERE customer_id = $1", customer_id))
