"""The first policy of a new database."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.domain.policy import PRESETS
from services.lead_gen.repository.policies import policies


async def seed(conn: Connection, policy: str) -> None:
    """Write the preset `standard` or `demo` if there is no policy yet."""
    await policies.add_first(conn, PRESETS[policy], "leadrelay")
