"""What an empty database of tier 2 begins with: a policy."""

from __future__ import annotations

from services.chassis.db import Connection
from services.conversion.domain.policy import PRESETS
from services.conversion.repository import policies


async def seed(conn: Connection, policy: str) -> None:
    """Add the preset `policy` as version 1 unless a policy is there. Doing it again changes nothing."""
    await policies.add_first(conn, PRESETS[policy], "seed")
