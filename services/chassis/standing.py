"""How a tier stands now: its open work by kind, its outbox, and what it does in an hour or a day."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from fastapi import APIRouter
from pydantic import Field

from services.chassis.db import Connection
from services.chassis.durable_figures import OUTBOX, WORK
from services.chassis.figures import Figure
from services.chassis.http import Conn, Model, allow, new_router

REST = 10
"""So many times as long as counting took, counts are not asked for again."""
_RATES = ("_last_hour", "_last_day")


class OpenWork(Model):
    """Work items of one kind. `oldest_seconds` is for how long the oldest that is due has waited for a person."""

    kind: str
    waiting: int = Field(default=0, description="Not due yet.")
    due: int = 0
    leased: int = 0
    oldest_seconds: float = 0.0


class Outbox(Model):
    """Answers on their way to workflows: how many wait, how many were set aside, the age of the oldest that waits."""

    pending: int
    set_aside: int
    oldest_seconds: float


class Rate(Model):
    """What was done in the last hour or day, by its labels; `name` is the metric's, which docs/metrics.md explains."""

    name: str
    help: str
    labels: dict[str, str]
    value: float


class StageCount(Model):
    """How many records of the tier are in a stage, a few seconds ago where there are very many."""

    stage: str
    count: int


class Standing(Model):
    """How a tier stands now."""

    work: list[OpenWork]
    outbox: Outbox
    rates: list[Rate]
    stages: list[StageCount] = Field(default_factory=list)


class Stages:
    """Counts a tier's records by stage with this statement, which gives `stage` and `value`.

    Where there may be a million of them it takes a tenth of a second. So an answer is good for `REST` times as long as
    it took, and whoever asks while it is read has the one before: however many look, a tenth of a core counts.
    """

    def __init__(self, statement: LiteralString) -> None:
        self._statement = statement
        self._good_until = -math.inf
        self._reading = False
        self._last: list[StageCount] = []

    def anew(self) -> Stages:
        """The same without what was read: an app has its own, because it has its own database."""
        return Stages(self._statement)

    async def read(self, conn: Connection) -> list[StageCount]:
        """The counts."""
        if self._reading or time.monotonic() < self._good_until:
            return self._last
        began, self._reading = time.monotonic(), True
        try:
            rows = await conn.fetch(self._statement)
        finally:
            self._reading = False
        now = time.monotonic()
        self._good_until = now + REST * (now - began)
        self._last = [StageCount(stage=row["stage"], count=row["value"]) for row in rows]
        return self._last


async def read_standing(conn: Connection, figures: Sequence[Figure], stages: Stages) -> Standing:
    """Read it; of the tier's `figures` those of the last hour or day are told, and `stages` count its records."""
    counts, oldest = [await figure.read(conn) for figure in WORK]
    pending, dead, age = [(await figure.read(conn))[0]["value"] for figure in OUTBOX]
    rates = [
        Rate(name=figure.name, help=figure.help, labels=_labels(figure, row), value=float(row["value"] or 0))
        for figure in figures
        if figure.name.endswith(_RATES)
        for row in await figure.read(conn)
    ]
    return Standing(
        work=_work(counts, {row["kind"]: float(row["value"]) for row in oldest}),
        outbox=Outbox(pending=int(pending), set_aside=int(dead), oldest_seconds=float(age)),
        rates=rates,
        stages=await stages.read(conn),
    )


def _work(counts: Sequence[Mapping[str, Any]], oldest: Mapping[str, float]) -> list[OpenWork]:
    kinds: dict[str, dict[str, int]] = {}
    for row in counts:
        kinds.setdefault(row["kind"], {})[row["state"]] = int(row["value"])
    return [OpenWork(kind=kind, oldest_seconds=oldest.get(kind, 0.0), **kinds[kind]) for kind in sorted(kinds)]


def _labels(figure: Figure, row: Mapping[str, Any]) -> dict[str, str]:
    return {label: str(row[label]) for label in figure.labels}


def standing_router(figures: Sequence[Figure], stages: Stages) -> APIRouter:
    """`/v1/standing` of a tier."""
    stages = stages.anew()
    router = new_router(tags=["story"])

    @router.get("/standing", dependencies=[allow("supervisor", "ops")], summary="How this tier stands now")
    async def get_standing(conn: Conn) -> Standing:
        """Open work by kind, the outbox, what was done in the last hour or day, and records by stage."""
        return await read_standing(conn, figures, stages)

    return router
