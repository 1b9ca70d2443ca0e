"""Figures of a tier's database for Prometheus, reported by one process of the tier at a time.

Every replica sees the same database: if each reported it, a sum over them would count it once per replica. So the
workers of a tier take turns by a lease in the database, and whoever holds it reads the figures in the background; a
scrape never waits for a statement.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import structlog
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from services.chassis.db import Connection, Pool, acquire, new_id

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 15.0
RARELY = 60.0
"""Seconds between two readings of a figure that takes the database a while at a million leads."""
LEASE = timedelta(seconds=60)
_READ_SECONDS = 10.0

_TAKE = """
INSERT INTO figure_reporter (holder, until) VALUES ($1, now() + $2)
ON CONFLICT (singleton) DO UPDATE SET holder = excluded.holder, until = excluded.until
  WHERE figure_reporter.holder = excluded.holder OR figure_reporter.until < now()
RETURNING true"""


Reader = Callable[[Connection], Awaitable[Sequence[Mapping[str, Any]]]]
"""Reads a figure: a row for each combination of its labels, with `value`."""


@dataclass(frozen=True)
class Figure:
    """A gauge, and how it is read.

    Labels have few values, which the code or the house's settings name: never a person, a lead or a company.
    `every` is the least seconds between two readings.
    """

    name: str
    help: str
    read: Reader
    labels: tuple[str, ...] = ()
    every: float = LOOK_EVERY_SECONDS


def sql(statement: str) -> Reader:
    """A reader of this statement: a column for each label, and `value`."""

    async def read(conn: Connection) -> Sequence[Mapping[str, Any]]:
        return [dict(row) for row in await conn.fetch(statement)]

    return read


@dataclass
class _Reading:
    samples: list[tuple[list[str], float]]
    at: float


class FigureReporter:
    """The figures of one tier as this process read them last; none while another process reports."""

    def __init__(self, tier: str, figures: Sequence[Figure], lease: timedelta = LEASE) -> None:
        self._tier = tier
        self._figures = figures
        self._lease = lease
        self._holder = new_id()
        self._holds_until = 0.0
        self._read: dict[str, _Reading] = {}
        self._failed: set[str] = set()

    async def look(self, pool: Pool) -> None:
        """A periodic job: take or keep the lease, and read what is due. One figure that fails stops no other."""
        asked = time.monotonic()
        async with acquire(pool) as conn:
            holds = bool(await conn.fetchval(_TAKE, self._holder, self._lease))
            self._holds_until = asked + self._lease.total_seconds() if holds else 0.0
            if not holds:
                self._read.clear()
                return
            for figure in self._figures:
                last = self._read.get(figure.name)
                if last is None or asked - last.at >= figure.every:
                    await self._read_one(conn, figure, asked)

    async def _read_one(self, conn: Connection, figure: Figure, now: float) -> None:
        try:
            async with asyncio.timeout(_READ_SECONDS), conn.transaction(readonly=True):
                rows = await figure.read(conn)
        except (asyncpg.PostgresError, TimeoutError) as error:
            # An old figure would look like a true one.
            self._read.pop(figure.name, None)
            if figure.name not in self._failed:
                log.warning("figure_not_read", figure=figure.name, error=f"{type(error).__name__}: {error}"[:300])
            self._failed.add(figure.name)
            return
        self._failed.discard(figure.name)
        samples = [([str(row[label]) for label in figure.labels], float(row["value"])) for row in rows]
        self._read[figure.name] = _Reading(samples, now)

    async def collect(self, _: Pool) -> Iterable[Metric]:
        """Prometheus: the last readings, with the tier as a label, while the lease holds."""
        if time.monotonic() > self._holds_until:
            return []
        unread = GaugeMetricFamily(
            "leadrelay_figures_unread", "Figures that the database did not give in time.", labels=["tier"]
        )
        unread.add_metric([self._tier], len(self._failed))
        return [unread, *(self._family(figure) for figure in self._figures if figure.name in self._read)]

    def _family(self, figure: Figure) -> Metric:
        family = GaugeMetricFamily(figure.name, figure.help, labels=["tier", *figure.labels])
        for labels, value in self._read[figure.name].samples:
            family.add_metric([self._tier, *labels], value)
        return family
