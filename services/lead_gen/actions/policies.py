"""Publishing versions of the tier's policy."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.policies import PolicyVersion
from services.lead_gen.repository.policies import policies
from services.lead_gen.schemas.policies import NewPolicy


async def add_policy(conn: Connection, new: NewPolicy, by: str) -> PolicyVersion:
    """The next version; what is left out keeps its default. Raises Invalid naming the invalid field."""
    return await policies.add(conn, policies.checked(new.body), by)
