"""The tier's policy: a new version is published."""

from __future__ import annotations

from typing import Any

from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection
from services.chassis.policies import PolicyVersion


async def publish_policy(conn: Connection, body: dict[str, Any], by: str) -> PolicyVersion:
    """Write the next version; what is left out keeps its default. Raises Invalid with the field that is wrong."""
    return await policies.add(conn, policies.checked(body), by)
