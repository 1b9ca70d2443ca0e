"""The first policy of a new database."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.domain.policy import PRESETS
from services.lead_gen.repository import policies


async def seed(conn: Connection, policy: str) -> None:
    """Write the preset `standard` or `demo` if there is no policy yet."""
    if not await policies.policies(conn):
        await policies.add_policy(conn, PRESETS[policy], "leadrelay")
