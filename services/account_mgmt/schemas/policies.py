"""The tier's policy, version after version."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from services.chassis.http import Body
from services.chassis.policies import PolicyVersion


class NewPolicy(Body):
    """A new version of the tier's policy; what is left out keeps its default."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"body": {"payment_term": "P14D", "dunning_by": ["mail", "both", "call"]}}}
    )

    body: dict[str, Any]


class PolicyView(PolicyVersion):
    """One version of the policy."""
