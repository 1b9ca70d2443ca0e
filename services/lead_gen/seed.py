"""The first policy of a new database."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.domain.policy import PRESETS
from services.lead_gen.repository import reference


async def seed(conn: Connection, policy: str) -> None:
    """Write the preset `standard` or `demo` if there is no policy yet."""
    if not await reference.policies(conn):
        await reference.add_policy(conn, PRESETS[policy], "leadrelay")
