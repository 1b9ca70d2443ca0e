"""The policy of the tier, published version by version."""

from __future__ import annotations

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.policies import PolicyVersion
from services.conversion.domain.policy import Policy
from services.conversion.repository.policies import policies


async def publish_policy(conn: Connection, policy: Policy, who: Principal) -> PolicyVersion:
    """Publish the next version, in force for deals that begin from now on."""
    return await policies.add(conn, policy, who.person)
