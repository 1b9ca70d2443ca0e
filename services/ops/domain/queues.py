"""A tier's task queue as operators see it."""

from __future__ import annotations

from pydantic import Field

from services.chassis.records import Record

OLD_SECONDS = 30.0
"""Tasks that wait for longer wait for too few workers."""


class Queue(Record):
    """A task queue: the `workers` that poll it, how many tasks wait (about) and for how long the oldest has."""

    name: str
    workers: list[str] = Field(
        description="Identities of the workers that asked for work in 90 seconds, or in 20 while tasks wait for longer."
    )
    waiting: int
    oldest_seconds: float
    added: float = Field(default=0.0, description="Tasks that come in a second, about.")
    done: float = Field(default=0.0, description="Tasks that are taken in a second, about.")
