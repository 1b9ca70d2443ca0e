"""How a tier stands now: its open work by kind, its outbox, and what it does in an hour or a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from services.chassis.db import Connection
from services.chassis.durable_figures import OUTBOX, WORK
from services.chassis.figures import Figure
from services.chassis.http import Conn, Model, allow, new_router

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


class Standing(Model):
    """How a tier stands now."""

    work: list[OpenWork]
    outbox: Outbox
    rates: list[Rate]


async def read_standing(conn: Connection, figures: Sequence[Figure]) -> Standing:
    """Read it; `figures` are the tier's, of which those of the last hour or day are told."""
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
    )


def _work(counts: Sequence[Mapping[str, Any]], oldest: Mapping[str, float]) -> list[OpenWork]:
    kinds: dict[str, dict[str, int]] = {}
    for row in counts:
        kinds.setdefault(row["kind"], {})[row["state"]] = int(row["value"])
    return [OpenWork(kind=kind, oldest_seconds=oldest.get(kind, 0.0), **kinds[kind]) for kind in sorted(kinds)]


def _labels(figure: Figure, row: Mapping[str, Any]) -> dict[str, str]:
    return {label: str(row[label]) for label in figure.labels}


def standing_router(figures: Sequence[Figure]) -> APIRouter:
    """`/v1/standing` of a tier."""
    router = new_router(tags=["story"])

    @router.get("/standing", dependencies=[allow("supervisor", "ops")], summary="How this tier stands now")
    async def get_standing(conn: Conn) -> Standing:
        """Open work by kind, the outbox, and what was done in the last hour or day."""
        return await read_standing(conn, figures)

    return router
