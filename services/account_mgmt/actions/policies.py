"""The tier's policy: a new version is published."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from services.account_mgmt.domain.policy import Policy
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.policies import PolicyVersion


async def publish_policy(conn: Connection, body: dict[str, Any], by: str) -> PolicyVersion:
    """Write the next version; what is left out keeps its default. Raises Invalid with the field that is wrong."""
    try:
        policy = Policy.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(first["msg"], field=".".join(["body", *map(str, first["loc"])])) from None
    return await policies.add(conn, policy, by)
