"""Publishing versions of the tier's policy."""

from __future__ import annotations

from pydantic import ValidationError

from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.policies import PolicyVersion
from services.lead_gen.domain.policy import Policy
from services.lead_gen.repository.policies import policies
from services.lead_gen.schemas.policies import NewPolicy


async def add_policy(conn: Connection, new: NewPolicy, by: str) -> PolicyVersion:
    """The next version; what is left out keeps its default. Raises Invalid naming the invalid field."""
    try:
        policy = Policy.model_validate(new.body)
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(first["msg"], field=".".join(["body", *map(str, first["loc"])])) from None
    return await policies.add(conn, policy, by)
