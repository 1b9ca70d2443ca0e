"""Versions of the tier's policy."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from services.chassis.http import Body, Model
from services.chassis.policies import PolicyVersion


class NewPolicy(Body):
    """A new version of the tier's policy; what is left out keeps its default."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"body": {"max_attempts": 5, "gaps": ["PT45M", "PT4H", "P1D"], "opens": "09:00:00"}}]
        }
    )

    body: dict[str, Any]


class PolicyView(PolicyVersion, Model):
    """One version of the policy."""
