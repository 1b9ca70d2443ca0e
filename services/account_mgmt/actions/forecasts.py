"""Forecasts of the next purchase: fitted to all orders once a day, and renewed for a customer whenever they order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np

from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.domain.timing import forecast, value
from services.account_mgmt.domain.timing.forecast import Forecast, Models
from services.account_mgmt.domain.timing.history import Floats, Log, log_of
from services.account_mgmt.domain.timing.value import ValueModel
from services.account_mgmt.repository import forecasts
from services.account_mgmt.repository.policies import policies
from services.chassis.business_time import after
from services.chassis.db import Connection, Pool
from workflows.contracts.fit_timing import FittedTiming

_WEEK = timedelta(weeks=1)
_WRITTEN_AT_ONCE = 5_000
Purchases = Sequence[tuple[str, date, float]]


async def fit_all(pool: Pool) -> int:
    """Fit to all orders that stand, and predict everybody's next one; how many customers.

    Computed outside of any transaction; when two workers do it at once, the later forecasts stand.
    """
    async with pool.acquire() as conn:
        bought = await forecasts.purchases(conn)
        policy = await policies.rules(conn)
    now = datetime.now(UTC)
    # A second of pure computing: the worker's other work goes on meanwhile.
    models, worth, log, predicted, rows = await asyncio.to_thread(_fit, bought, policy, now)
    async with pool.acquire() as conn, conn.transaction():
        version = await forecasts.add_fit(
            conn, models, worth, customers=len(log.ids), purchases=len(log.days), by_gaps=int(predicted.regular.sum())
        )
        for first in range(0, len(rows), _WRITTEN_AT_ONCE):
            await forecasts.write(conn, [(*row, version) for row in rows[first : first + _WRITTEN_AT_ONCE]])
    return len(rows)


async def forecast_customer(conn: Connection, customer_id: str, policy: Policy, now: datetime) -> datetime | None:
    """Write what the last fit predicts for one customer as of now; when the next order is expected.

    None without orders, or before the first fit.
    """
    version, models, worth = await forecasts.latest_fit(conn)
    bought = await forecasts.purchases(conn, customer_id)
    if not bought or version is None:
        return None
    _, predicted, rows = _predict(bought, models, worth, policy, now)
    await forecasts.write(conn, [(*row, version) for row in rows])
    return _weeks_after(now, float(predicted.middle[0]), policy)


def _fit(
    bought: Purchases, policy: Policy, now: datetime
) -> tuple[Models, ValueModel | None, Log, Forecast, list[forecasts.Row]]:
    log = log_of(_by_customer(bought), now.date())
    models = forecast.fit(log, now.date())
    number, mean = _values(bought, log)
    worth = value.fit(number, mean)
    log, predicted, rows = _predict(bought, models, worth, policy, now)
    return models, worth, log, predicted, rows


def _predict(
    bought: Purchases, models: Models, worth: ValueModel | None, policy: Policy, now: datetime
) -> tuple[Log, Forecast, list[forecasts.Row]]:
    log = log_of(_by_customer(bought), now.date())
    predicted = forecast.foretell(models, log, now.date(), usual_weeks=policy.default_interval / _WEEK)
    number, mean = _values(bought, log)
    worths = worth.expected(number, mean) if worth else mean
    rows = []
    for place, customer_id in enumerate(log.ids):
        low, middle, high = (
            _weeks_after(now, float(weeks[place]), policy)
            for weeks in (predicted.low, predicted.middle, predicted.high)
        )
        buys, order = float(predicted.p_buys[place]), round(float(worths[place]), 2)
        speaker = predicted.speaker(place)
        alive = float(predicted.p_alive[place])
        rows.append((customer_id, speaker, low, middle, high, alive, buys, order, round(buys * order, 2)))
    return log, predicted, rows


def _weeks_after(now: datetime, weeks: float, policy: Policy) -> datetime:
    """So many weeks later by the tier's calendar; what makes whole days but for a rounding is whole days."""
    return after(now, timedelta(days=round(weeks * 7, 4)), policy.zone)


def _by_customer(bought: Purchases) -> dict[str, list[date]]:
    found: dict[str, list[date]] = defaultdict(list)
    for customer_id, day, _ in bought:
        found[customer_id].append(day)
    return found


def _values(bought: Purchases, log: Log) -> tuple[Floats, Floats]:
    """Of each customer of the log: orders and their mean net value."""
    place = {customer_id: number for number, customer_id in enumerate(log.ids)}
    number, total = np.zeros(len(log.ids)), np.zeros(len(log.ids))
    for customer_id, _, net in bought:
        if customer_id in place:
            number[place[customer_id]] += 1
            total[place[customer_id]] += net
    return number, np.divide(total, number, out=np.zeros_like(total), where=number > 0)


async def fitted(conn: Connection, customers: int) -> FittedTiming:
    """The answer to a fit that was written: how many customers, and when the policy wants the next one."""
    policy = await policies.rules(conn)
    return FittedTiming(customers=customers, next_at=datetime.now(UTC) + policy.fit_every)
