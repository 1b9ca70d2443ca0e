"""How every tier stands now, as operators see it."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.records import Record
from services.chassis.standing import Standing
from services.ops.domain.queues import Queue


class TierNow(Record):
    """One tier. `workflows` counts those that Temporal still keeps, by how they stand; what is null could not be asked.

    A tier that has no worker goes on by hand: people work, and what follows from their answers waits.
    """

    tier: str
    name: str
    queue: Queue | None
    workflows: Mapping[str, int] | None
    standing: Standing | None
